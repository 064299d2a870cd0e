//! `textpeak streams edit`

use std::cell::RefCell;

use super::advice;
use super::failures::refused;
use super::interrupt_message::InterruptMessage;
use super::opened::Opening;
use super::run_wizard::{WizardInput, run_wizard};
use super::session::{Session, ask, needs_a_terminal, now};
use crate::cli::{EditArgs, GatewayFlag};
use crate::domain::{
    AllowedIp, Field, RawDraft, Reader, Removals, Step, Stream, StreamDraft, StreamIdentity,
    StreamJson, quote,
};
use crate::error::{Code, Failure};
use crate::render;
use crate::service::{Answers, Edited, ServiceError, allowed_after, edit};
use crate::store::StoreError;
use crate::wizard::{Outcome, Purpose, Script, Start};

pub fn run(session: &Session, args: EditArgs) -> anyhow::Result<()> {
    let EditArgs {
        stream: wanted,
        answers,
        removals,
        gateway: GatewayFlag { gateway },
    } = args;
    let (answers, removals) = (answers.into_raw(), removals.into_removals());
    let before = session.find(&wanted)?;
    let has_flags = answers != RawDraft::default() || removals != Removals::default();
    if !has_flags && !session.terminal.is_interactive() {
        return Err(needs_a_terminal(
            "prompts",
            "use flags, or run the command in a terminal, without --no-input",
        )
        .into());
    }
    if has_flags {
        let (answers, removals) = (&answers, &removals);
        return by_flags(session, &before, Answers::Given { answers, removals });
    }
    let identity = StreamIdentity {
        id: before.id.clone(),
        created_at: before.created_at,
        now: now(),
    };
    let script = Script::from_step(Step::Details);
    let interrupt_message = InterruptMessage::watch(session, UNCHANGED)?;
    let outcome = run_wizard(
        session,
        WizardInput {
            purpose: Purpose::Edit,
            draft: StreamDraft::of(&before),
            script: &script,
            start: Start {
                step: Step::Details,
                question: None,
                is_kept: true,
            },
            identity: &identity,
            known: &RefCell::default(),
            gateway: &gateway,
            interrupt_message: &interrupt_message,
        },
    )?;
    match outcome {
        Outcome::Finished(answers) => finish(session, &before, answers, &interrupt_message),
        Outcome::Left(_) => {
            session.terminal.note("Nothing was changed.");
            Ok(())
        }
    }
}

fn by_flags(session: &Session, before: &Stream, answers: Answers<'_>) -> anyhow::Result<()> {
    let after = allowed_after(before, &answers);
    let opening = after.and_then(|after| opening(before, &after));
    if let Some(opening) = opening
        && session.terminal.is_interactive()
    {
        let interrupt_message = InterruptMessage::watch(session, UNCHANGED)?;
        ask_whether_meant(session, opening, &interrupt_message)?;
    }
    let edited = save(session, before, answers).map_err(|error| refused(session, "edit", error))?;
    tell(session, before, &edited)
}

const UNCHANGED: &str = "Canceled. Nothing was changed.";

fn opening<'a>(before: &'a Stream, after: &[AllowedIp]) -> Option<Opening<'a>> {
    Opening::of(before.name.as_str(), &before.allowed_ips, after)
}

fn ask_whether_meant(
    session: &Session,
    opening: Opening<'_>,
    interrupt_message: &InterruptMessage,
) -> anyhow::Result<()> {
    if opening.is_meant(session, interrupt_message)? {
        return Ok(());
    }
    Err(Failure::new(Code::Cancelled, "nothing was changed").into())
}

fn finish(
    session: &Session,
    before: &Stream,
    answers: StreamDraft,
    interrupt_message: &InterruptMessage,
) -> anyhow::Result<()> {
    let after = answers.allowed_ips.clone().unwrap_or_default();
    if let Some(opening) = opening(before, &after) {
        ask_whether_meant(session, opening, interrupt_message)?;
    }
    let edited = save(session, before, Answers::Whole { answers, before });
    let edited = edited.map_err(|error| {
        if let ServiceError::Store(StoreError::Changed(_)) = &error {
            let again = session.paste(&["streams", "edit", before.id.as_str()]);
            return Failure::from(error).hint(again);
        }
        refused(session, "edit", error)
    })?;
    tell(session, before, &edited)
}

fn save(session: &Session, before: &Stream, answers: Answers<'_>) -> Result<Edited, ServiceError> {
    ask(edit(&*session.store, &session.clock, &before.id, answers))
}

fn tell(session: &Session, before: &Stream, edited: &Edited) -> anyhow::Result<()> {
    let Edited {
        stream: after,
        differences: told,
    } = edited;
    if session.terminal.json() {
        return session.terminal.answer_json(&serde_json::json!({
            "stream": StreamJson(after, Reader::Anyone), "changes": told,
        }));
    }
    let name = quote(after.name.as_str());
    if told.is_empty() {
        session.terminal.note(&format!("No changes to {name}."));
        return Ok(());
    }
    session
        .terminal
        .answer(&format!("Changed {name}\n{}", render::differences(told)))?;
    if let Some(opening) = Opening::of(after.name.as_str(), &before.allowed_ips, &after.allowed_ips)
    {
        opening.tell(session);
    }
    advise(session, edited)
}

/// Of what was changed alone: the rest was said before.
fn advise(session: &Session, edited: &Edited) -> anyhow::Result<()> {
    let Edited {
        stream,
        differences,
    } = edited;
    let is_changed = |field: Field| differences.iter().any(|one| one.field == field.key());
    if is_changed(Field::DefaultSender)
        && let Some(note) = advice::on_replies(stream)
    {
        session.terminal.note(&note);
    }
    if is_changed(Field::Demo)
        && let Some(note) = advice::no_route(stream, session.catalogue()?.routes())
    {
        session.terminal.note(note);
    }
    Ok(())
}
