//! `textpeak streams create`

use std::cell::RefCell;
use std::path::Path;

use super::failures::refused;
use super::making::{self, note_on_replies, tell};
use super::resume::{InTheMaking, through_the_wizard};
use super::session::{Session, birth, environment, now};
use crate::cli::{CreateArgs, GatewayFlag};
use crate::document;
use crate::domain::{
    Birth, DefaultSender, Problem, RawDraft, SenderId, Status, Step, Stream, StreamDraft, StreamId,
};
use crate::files::{input_name, read_text_input};
use crate::service::{Creation, Made, ServiceError, UNTITLED};
use crate::wizard::Script;

pub fn run(session: &Session, args: CreateArgs) -> anyhow::Result<()> {
    let CreateArgs {
        answers,
        from_file,
        draft: as_draft,
        dry_run,
        copy,
        gateway: GatewayFlag { gateway },
    } = args;
    let answers = answers.into_raw();
    let (raw, mut wrong) = match from_file {
        Some(path) => {
            let (document, unfilled) = from_document(&path)?;
            (answers.or(document), unfilled)
        }
        None => (answers, Vec::new()),
    };
    let status = raw.status.unwrap_or(Status::Ready);
    let as_draft = as_draft || status == Status::Draft;
    let (draft, unread) = raw.read();
    wrong.extend(unread);
    let ask = session.terminal.is_interactive() && !as_draft && !dry_run;
    if !ask && !as_draft {
        let answered = |field| wrong.iter().any(|problem: &Problem| problem.field == field);
        let missing: Vec<_> = draft.missing().filter(|field| !answered(*field)).collect();
        wrong.extend(missing.into_iter().map(Problem::missing));
    }
    let sender = look_around(session, &draft, &mut wrong)?;
    if !wrong.is_empty() {
        wrong.sort_by_key(|problem| problem.field);
        return Err(refused(session, "create", ServiceError::Wrong(wrong)).into());
    }
    if dry_run {
        let status = if as_draft { Status::Draft } else { status };
        let made = Made {
            stream: would_be(session, draft, status)?,
            token: None,
            sender,
        };
        tell(session, &made, &gateway)?;
        session
            .terminal
            .note("Nothing was made: this was a dry run, and the id is an example.");
        return Ok(());
    }
    let creation = InTheMaking {
        birth: birth()?,
        known: RefCell::default(),
        status,
        gateway,
        copy,
    };
    if ask {
        let script = Script::open(&draft);
        return through_the_wizard(session, draft, &script, Step::Details, &creation);
    }
    let order = Creation {
        draft: &draft,
        birth: &creation.birth,
        known: None,
    };
    let made = if as_draft {
        making::save(session, order, draft.next_step())?
    } else {
        making::create(session, order, status)?
    };
    note_on_replies(session, &made.stream);
    tell(session, &made, &creation.gateway)?;
    match &made.token {
        None => session.terminal.note(&format!(
            "Saved as a draft. To go on: {}",
            session.paste(&["streams", "resume", made.stream.name.as_str()])
        )),
        Some(token) if copy => session.copy("The token was", token.expose()),
        Some(_) => {}
    }
    Ok(())
}

/// Adds what does not fit with the streams that there are; gives the Sender ID for an example.
fn look_around(
    session: &Session,
    draft: &StreamDraft,
    wrong: &mut Vec<Problem>,
) -> anyhow::Result<Option<SenderId>> {
    let catalogue = session.catalogue()?;
    wrong.extend(catalogue.surroundings(None).conflicts(draft));
    let chosen = draft.default_sender.as_ref().and_then(DefaultSender::id);
    Ok(chosen.or(catalogue.senders().first()).cloned())
}

/// A document's answers, with the environment's values in the place of placeholders, and what the
/// environment lacks.
fn from_document(path: &Path) -> anyhow::Result<(RawDraft, Vec<Problem>)> {
    let mut raw = document::read_one(&read_text_input(path)?, &input_name(path))?;
    let unfilled = raw.fill(&environment, None).err().unwrap_or_default();
    Ok((raw, unfilled))
}

/// The stream as a dry run shows it: without an id or a token of its own.
fn would_be(session: &Session, draft: StreamDraft, status: Status) -> anyhow::Result<Stream> {
    let now = now();
    let birth = Birth {
        id: StreamId::generate(|| 0),
        created_at: now,
        now,
    };
    let draft = if status == Status::Draft {
        named(draft.unfinished())
    } else {
        draft
    };
    let built = draft
        .build(birth)
        .map_err(|wrong| refused(session, "create", ServiceError::Wrong(wrong)))?;
    Ok(Stream { status, ..built })
}

/// A draft needs no name of its own.
fn named(draft: StreamDraft) -> StreamDraft {
    StreamDraft {
        name: draft.name.or_else(|| UNTITLED.parse().ok()),
        ..draft
    }
}
