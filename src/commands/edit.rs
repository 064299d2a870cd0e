//! `textpeak streams edit`

use std::cell::RefCell;

use super::desk::{Walk, walk};
use super::last_word::LastWord;
use super::making::{refused, still};
use super::session::{Session, needs_a_terminal, now};
use crate::cli::{EditArgs, GatewayFlag};
use crate::domain::{
    Birth, Difference, RawDraft, Reader, Removals, Step, Stream, StreamDraft, StreamJson,
    differences, quote,
};
use crate::render;
use crate::wizard::{Outcome, Purpose, Script};

pub fn run(session: &Session, args: EditArgs) -> anyhow::Result<()> {
    let EditArgs {
        stream: wanted,
        answers,
        removals,
        gateway: GatewayFlag { gateway },
    } = args;
    let (answers, removals) = (answers.into_raw(), removals.into_removals());
    let file = session.home.read()?;
    let before = file.state()?.find(&wanted)?;
    let by_flags = answers != RawDraft::default() || removals != Removals::default();
    if !by_flags && !session.terminal.is_interactive() {
        return Err(needs_a_terminal(
            "without flags the wizard asks",
            "textpeak streams edit --help",
        )
        .into());
    }
    if by_flags {
        return save(session, &before, |stream| {
            by_flags_on(stream, &answers, &removals)
        });
    }
    let birth = Birth {
        id: before.id.clone(),
        created_at: before.created_at,
        now: now(),
    };
    let script = Script::from_step(Step::Details);
    let last_word = LastWord::watch(session, "Cancelled: nothing was changed.")?;
    let outcome = walk(
        session,
        Walk {
            purpose: Purpose::Edit,
            draft: StreamDraft::of(&before),
            script: &script,
            from: Step::Details,
            birth: &birth,
            known: &RefCell::default(),
            gateway: &gateway,
            last_word: &last_word,
        },
    )?;
    match outcome {
        Outcome::Finished(draft) => save(session, &before, |now_there| {
            let again = session.paste(&["streams", "edit", before.id.as_str()]);
            still(Some(&before), Some(now_there)).map_err(|failure| failure.hint(again))?;
            Ok(draft)
        }),
        Outcome::Left(_) => {
            session.terminal.note("Nothing was changed.");
            Ok(())
        }
    }
}

/// The stream's answers with the flags' on top.
fn by_flags_on(
    stream: &Stream,
    answers: &RawDraft,
    removals: &Removals,
) -> anyhow::Result<StreamDraft> {
    let (given, mut wrong) = answers.read_for(stream.webhook.as_ref());
    let draft = StreamDraft::of(stream).edited(given, removals, &mut wrong);
    if wrong.is_empty() {
        Ok(draft)
    } else {
        Err(refused(&wrong, "edit").into())
    }
}

/// Writes the stream with its new answers, and tells what differs.
fn save(
    session: &Session,
    before: &Stream,
    answers: impl FnOnce(&Stream) -> anyhow::Result<StreamDraft>,
) -> anyhow::Result<()> {
    let (after, told) = session.home.change(|change| {
        let now_there = change.state.find(before.id.as_str())?;
        let draft = answers(&now_there)?;
        let wrong = change
            .state
            .surroundings(Some(&before.id))
            .conflicts(&draft);
        if !wrong.is_empty() {
            return Err(refused(&wrong, "edit").into());
        }
        let sender = draft.new_sender().cloned();
        let after = now_there
            .revised(draft, now())
            .map_err(|wrong| refused(&wrong, "edit"))?;
        let told = differences(&now_there, &after);
        if told.is_empty() {
            return Ok((now_there, told));
        }
        change.state.add_senders(sender);
        change.state.put(after.clone());
        Ok((after, told))
    })?;
    tell(session, &after, &told)
}

fn tell(session: &Session, after: &Stream, told: &[Difference]) -> anyhow::Result<()> {
    if session.terminal.json() {
        return session.terminal.answer_json(&serde_json::json!({
            "stream": StreamJson(after, Reader::Anyone), "changes": told,
        }));
    }
    let name = quote(after.name.as_str());
    if told.is_empty() {
        session
            .terminal
            .note(&format!("Nothing differs: {name} is as it was."));
        return Ok(());
    }
    session
        .terminal
        .answer(&format!("Changed {name}\n{}", render::differences(told)))
}
