//! `textpeak streams edit`

use std::cell::RefCell;

use super::failures::refused;
use super::interrupt_message::InterruptMessage;
use super::run_wizard::{WizardInput, run_wizard};
use super::session::{Session, ask, needs_a_terminal, now};
use crate::cli::{EditArgs, GatewayFlag};
use crate::domain::{
    RawDraft, Reader, Removals, Step, Stream, StreamDraft, StreamIdentity, StreamJson, quote,
};
use crate::error::Failure;
use crate::render;
use crate::service::{Answers, Edited, ServiceError, edit};
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
    let by_flags = answers != RawDraft::default() || removals != Removals::default();
    if !by_flags && !session.terminal.is_interactive() {
        return Err(needs_a_terminal(
            "prompts",
            "use flags, or run the command in a terminal, without --no-input",
        )
        .into());
    }
    if by_flags {
        let (answers, removals) = (&answers, &removals);
        let edited = save(session, &before, Answers::Given { answers, removals });
        return tell(
            session,
            &edited.map_err(|error| refused(session, "edit", error))?,
        );
    }
    let identity = StreamIdentity {
        id: before.id.clone(),
        created_at: before.created_at,
        now: now(),
    };
    let script = Script::from_step(Step::Details);
    let interrupt_message = InterruptMessage::watch(session, "Canceled. Nothing was changed.")?;
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
        Outcome::Finished(answers) => finish(session, &before, answers),
        Outcome::Left(_) => {
            session.terminal.note("Nothing was changed.");
            Ok(())
        }
    }
}

fn finish(session: &Session, before: &Stream, answers: StreamDraft) -> anyhow::Result<()> {
    let edited = save(session, before, Answers::Whole { answers, before });
    let edited = edited.map_err(|error| {
        if let ServiceError::Store(StoreError::Changed(_)) = &error {
            let again = session.paste(&["streams", "edit", before.id.as_str()]);
            return Failure::from(error).hint(again);
        }
        refused(session, "edit", error)
    })?;
    tell(session, &edited)
}

fn save(session: &Session, before: &Stream, answers: Answers<'_>) -> Result<Edited, ServiceError> {
    ask(edit(&session.store, &session.clock, &before.id, answers))
}

fn tell(session: &Session, edited: &Edited) -> anyhow::Result<()> {
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
        .answer(&format!("Changed {name}\n{}", render::differences(told)))
}
