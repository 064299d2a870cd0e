//! `textpeak streams create`

use std::cell::RefCell;
use std::path::Path;

use super::advice;
use super::failures::refused;
use super::making::{self, tell};
use super::opened::Opening;
use super::resume::{CreationContext, create_with_wizard};
use super::session::{Session, environment, new_identity, now};
use crate::cli::{CreateArgs, GatewayFlag};
use crate::document;
use crate::domain::{
    DefaultSender, GatewayUrl, Problem, RawDraft, SenderId, Status, Step, Stream, StreamDraft,
    StreamId, StreamIdentity,
};
use crate::files::{input_name, read_text_input};
use crate::service::{Creation, Made, ResumeAt, ServiceError, UNTITLED};
use crate::wizard::{Script, Start};

pub fn run(session: &Session, args: CreateArgs) -> anyhow::Result<()> {
    let CreateArgs {
        answers,
        from_file,
        draft: as_draft,
        dry_run,
        copy,
        gateway: GatewayFlag { gateway },
    } = args;
    let (raw, mut wrong) = read_answers(answers.into_raw(), from_file.as_deref())?;
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
        Problem::sort(&mut wrong);
        return Err(refused(session, "create", ServiceError::Wrong(wrong)).into());
    }
    if dry_run {
        let status = if as_draft { Status::Draft } else { status };
        let made = Made {
            stream: would_be(session, draft, status)?,
            token: None,
            sender,
            routes: Vec::new(),
        };
        return tell_dry_run(session, &made, &gateway);
    }
    let creation = CreationContext {
        identity: new_identity()?,
        known: RefCell::default(),
        status,
        gateway,
        copy,
    };
    if ask {
        let script = Script::open(&draft);
        let start = Start {
            step: Step::Details,
            question: None,
            is_kept: false,
        };
        return create_with_wizard(session, draft, &script, start, &creation);
    }
    let order = Creation {
        draft: &draft,
        identity: &creation.identity,
        known: None,
    };
    let made = if as_draft {
        let at = ResumeAt {
            step: draft.next_step(),
            question: draft.next_question(),
        };
        making::save(session, order, at)?
    } else {
        making::create(session, order, status)?
    };
    tell_made(session, &made, &creation)
}

fn tell_dry_run(session: &Session, made: &Made, gateway: &GatewayUrl) -> anyhow::Result<()> {
    tell(session, made, gateway)?;
    session
        .terminal
        .note("Dry run: nothing was created. The ID is an example.");
    Ok(())
}

fn tell_made(session: &Session, made: &Made, creation: &CreationContext) -> anyhow::Result<()> {
    tell(session, made, &creation.gateway)?;
    match &made.token {
        None => session.terminal.note(&format!(
            "Saved as a draft. To continue: {}",
            session.paste(&["streams", "resume", made.stream.name.as_str()])
        )),
        Some(token) if creation.copy => session.copy(token.expose()),
        Some(_) => {}
    }
    let stream = &made.stream;
    if let (Some(_), Some(opening)) = (
        &made.token,
        Opening::of(stream.name.as_str(), &[], &stream.allowed_ips),
    ) {
        opening.tell(session);
    }
    advice::tell(session, made);
    Ok(())
}

/// Adds conflicts with other streams; returns the Sender ID for an example.
fn look_around(
    session: &Session,
    draft: &StreamDraft,
    wrong: &mut Vec<Problem>,
) -> anyhow::Result<Option<SenderId>> {
    let catalogue = session.catalogue()?;
    wrong.extend(catalogue.constraints(None).conflicts(draft));
    let chosen = draft.default_sender.as_ref().and_then(DefaultSender::id);
    Ok(chosen.or(catalogue.senders().first()).cloned())
}

/// Flags go before the document, whose placeholders the environment fills; also returns what the
/// environment lacks.
fn read_answers(
    flags: RawDraft,
    document: Option<&Path>,
) -> anyhow::Result<(RawDraft, Vec<Problem>)> {
    let Some(path) = document else {
        return Ok((flags, Vec::new()));
    };
    let mut raw = document::read_one(&read_text_input(path)?, &input_name(path))?;
    let unfilled = raw.fill(&environment, None).err().unwrap_or_default();
    Ok((flags.or(raw), unfilled))
}

/// The stream as a dry run shows it: without an id or a token of its own.
fn would_be(session: &Session, draft: StreamDraft, status: Status) -> anyhow::Result<Stream> {
    let now = now();
    let identity = StreamIdentity {
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
        .build(identity)
        .map_err(|wrong| refused(session, "create", ServiceError::Wrong(wrong)))?;
    Ok(Stream { status, ..built })
}

fn named(draft: StreamDraft) -> StreamDraft {
    StreamDraft {
        name: draft.name.or_else(|| UNTITLED.parse().ok()),
        ..draft
    }
}
