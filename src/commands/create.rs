//! `textpeak streams create`

use std::path::Path;

use anyhow::Context as _;

use super::making::{self, Made, note_on_replies, refused, untitled};
use super::resume::through_the_wizard;
use super::session::{Session, birth, now};
use crate::cli::CreateOptions;
use crate::document;
use crate::domain::{
    Birth, DefaultSender, Problem, RawDraft, SenderId, Status, Step, Stream, StreamDraft, StreamId,
};
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
        Some(path) => answers.or(from_document(&path)?),
        None => answers,
    };
    let status = raw.status.unwrap_or(Status::Ready);
    let as_draft = as_draft || status == Status::Draft;
    let (mut draft, mut wrong) = raw.read();
    if as_draft && draft.name.is_none() && raw.name.is_none() {
        draft.name = untitled(session)?.parse().ok();
    }
    let ask = session.terminal.is_interactive() && !as_draft && !dry_run;
    if !ask {
        let unread = |field| !wrong.iter().any(|problem: &Problem| problem.field == field);
        let missing: Vec<_> = draft.missing().filter(|field| unread(*field)).collect();
        wrong.extend(missing.into_iter().map(Problem::missing));
    }
    // A plain creation finds its conflicts under the lock, and reads the state but once. A home
    // that is not there yet is not made for the sake of bad input.
    let plain = !ask && !dry_run && wrong.is_empty() && session.home.exists();
    let sender = if plain {
        None
    } else {
        look_around(session, &draft, &mut wrong)?
    };
    if !wrong.is_empty() {
        wrong.sort_by_key(|problem| problem.field);
        return Err(refused(&wrong, "create").into());
    }
    if dry_run {
        let stream = would_be(draft, as_draft)?;
        Made {
            stream,
            token: None,
            sender,
        }
        .tell(session, &gateway)?;
        session
            .terminal
            .note("Nothing was made: this was a dry run.");
        return Ok(());
    }
    let birth = birth()?;
    if ask {
        let script = Script::open(&draft);
        return through_the_wizard(
            session,
            draft,
            &script,
            Step::Details,
            &birth,
            &gateway,
            copy,
        );
    }
    let made = if as_draft {
        making::save(session, &draft, &birth, draft.next_step())?
    } else {
        making::create(session, &draft, &birth, status)?
    };
    note_on_replies(session, &made.stream);
    made.tell(session, &gateway)?;
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
    let file = session.home.read()?;
    let state = file.state()?;
    wrong.extend(state.surroundings(None).conflicts(draft));
    let chosen = draft.default_sender.as_ref().and_then(DefaultSender::id);
    Ok(chosen.or(state.senders.first()).cloned())
}

/// A document's answers.
fn from_document(path: &Path) -> anyhow::Result<RawDraft> {
    let origin = if path == Path::new("-") {
        "standard input".into()
    } else {
        path.to_string_lossy()
    };
    Ok(document::read_one(&read_text_input(path)?, &origin)?)
}

/// The stream as a dry run shows it: without an id or a token of its own.
fn would_be(draft: StreamDraft, as_draft: bool) -> anyhow::Result<Stream> {
    let now = now();
    let birth = Birth {
        id: StreamId::generate(|| 0),
        created_at: now,
        now,
    };
    let mut stream = draft
        .build(birth, None)
        .map_err(|wrong| refused(&wrong, "create"))
        .context("dry run")?;
    if !as_draft {
        stream.status = Status::Ready;
    }
    Ok(stream)
}
