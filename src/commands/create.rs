//! `textpeak streams create`

use std::path::Path;

use anyhow::Context as _;

use super::making::{self, Made, note_on_replies, refused, untitled};
use super::resume::through_the_wizard;
use super::session::Session;
use crate::cli::CreateOptions;
use crate::domain::{Birth, Problem, RawDraft, Status, Step, Stream, StreamDraft, StreamId};
use crate::error::Failure;
use crate::state::read_text_input;
use crate::wizard::Script;

pub fn run(session: &Session, options: CreateOptions) -> anyhow::Result<()> {
    let CreateOptions {
        answers,
        from_file,
        draft: as_draft,
        dry_run,
        copy,
        gateway,
    } = options;
    let raw = match from_file {
        Some(path) => answers.or(document(&path)?),
        None => answers,
    };
    let (mut draft, mut wrong) = raw.read();
    if as_draft && draft.name.is_none() && raw.name.is_none() {
        draft.name = untitled(session)?.parse().ok();
    }
    let file = session.home.read()?;
    let state = file.state()?;
    wrong.extend(state.surroundings(None).conflicts(&draft));
    let ask = session.terminal.is_interactive() && !as_draft && !dry_run;
    if !ask {
        let unread = |field| !wrong.iter().any(|problem: &Problem| problem.field == field);
        let missing: Vec<_> = draft.missing().filter(|field| unread(*field)).collect();
        wrong.extend(missing.into_iter().map(Problem::missing));
    }
    if !wrong.is_empty() {
        wrong.sort_by_key(|problem| problem.field);
        return Err(refused(&wrong).into());
    }
    if dry_run {
        let stream = would_be(session, draft, as_draft)?;
        let made = Made {
            stream: &stream,
            token: None,
            senders: &state.senders,
            gateway: &gateway,
        };
        made.tell(session)?;
        session
            .terminal
            .note("Nothing was made: this was a dry run.");
        return Ok(());
    }
    let birth = session.birth()?;
    if ask {
        let script = Script::open(&draft);
        return through_the_wizard(session, draft, &script, Step::Details, birth, &gateway);
    }
    let senders = [draft.new_sender().cloned().as_slice(), &state.senders].concat();
    let (stream, token) = if as_draft {
        let step = draft.next_step();
        (making::save(session, &draft, &birth, step)?, None)
    } else {
        let (stream, token) = making::create(session, &draft, &birth)?;
        (stream, Some(token))
    };
    note_on_replies(session, &stream);
    Made {
        stream: &stream,
        token: token.as_ref(),
        senders: &senders,
        gateway: &gateway,
    }
    .tell(session)?;
    match &token {
        None => session.terminal.note(&format!(
            "Saved as a draft. To go on: {}",
            session.paste(&["streams", "resume", stream.name.as_str()])
        )),
        Some(token) if copy => session.copy("The token was", token.expose()),
        Some(_) => {}
    }
    Ok(())
}

/// A document's answers.
fn document(path: &Path) -> anyhow::Result<RawDraft> {
    let text = read_text_input(path)?;
    serde_json::from_str(&text).map_err(|error| {
        // The text is not repeated: it may hold header values.
        let place = format!("line {}, column {}", error.line(), error.column());
        let what = error.to_string();
        let what = what.split(" at line ").next().unwrap_or(&what);
        Failure::usage(format_args!(
            "{} cannot be read at {place}: {what}",
            path.display()
        ))
        .hint("textpeak streams create --help")
        .into()
    })
}

/// The stream as a dry run shows it: without an id or a token of its own.
fn would_be(session: &Session, draft: StreamDraft, as_draft: bool) -> anyhow::Result<Stream> {
    let now = session.now();
    let birth = Birth {
        id: StreamId::generate(|| 0),
        created_at: now,
        now,
    };
    let mut stream = draft
        .build(birth, None)
        .map_err(|wrong| refused(&wrong))
        .context("dry run")?;
    if !as_draft {
        stream.status = Status::Ready;
    }
    Ok(stream)
}
