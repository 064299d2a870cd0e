//! `textpeak doctor`

use serde::Serialize;

use super::advice;
use super::session::{Session, ask};
use crate::domain::{escape, quote, sentence};
use crate::error::{Code, Failure};
use crate::render::counted;
use crate::service::{Diagnosis, ServiceError, diagnose};
use crate::store::{CatalogueChange, Home, StoreError};

#[derive(Debug, Serialize)]
struct Finding {
    problem: String,
    remedy: String,
    fixed: bool,
}

type Findings = Vec<Finding>;

pub fn run(session: &Session, fix: bool) -> anyhow::Result<Code> {
    let mut found = modes(session, fix);
    let closed = session.home.folder().and_then(Home::closed_to_us);
    found.extend(closed.map(|why| Finding {
        problem: format!(
            "{} is not writable: {why}",
            escape(&session.home.to_string())
        ),
        remedy: "make it a writable folder, or choose another with --home".to_owned(),
        fixed: false,
    }));
    match streams(session, fix) {
        Ok(more) => found.extend(more),
        Err(error) => {
            let Failure { message, hint, .. } = Failure::from(error);
            found.push(Finding {
                problem: message,
                remedy: hint.unwrap_or_else(|| "check the path and its permissions".to_owned()),
                fixed: false,
            });
        }
    }
    let open = found.iter().filter(|finding| !finding.fixed).count();
    let terminal = session.terminal;
    let mut notes = set_up(session);
    notes.extend(stream_notes(session).unwrap_or_default());
    if terminal.json() {
        terminal.answer_json(&serde_json::json!({
            "home": session.home.to_string(), "findings": found, "notes": notes,
        }))?;
    } else {
        let mut text = format!("home: {}\n", escape(&session.home.to_string()));
        for Finding {
            problem,
            remedy,
            fixed,
        } in &found
        {
            let (sign, remedy) = if *fixed {
                ("fixed", String::new())
            } else {
                ("found", format!("\n       {}", sentence(remedy)))
            };
            text += &format!("{sign}: {}{remedy}\n", sentence(problem));
        }
        for note in &notes {
            text += &format!("note:  {note}\n");
        }
        text += &if open == 0 {
            "No problems found.\n".to_owned()
        } else {
            format!("{} found.\n", counted(open, "problem"))
        };
        terminal.answer(&text)?;
    }
    Ok(if open == 0 { Code::Done } else { Code::Failed })
}

fn modes(session: &Session, fix: bool) -> Findings {
    let Some(home) = session.home.folder() else {
        return Vec::new();
    };
    let closed = |path: &std::path::Path, mode| fix && home.close(path, mode).is_ok();
    let finding = |(path, mode): (std::path::PathBuf, u32)| Finding {
        problem: format!("other users can access {}", path.display()),
        remedy: format!(
            "chmod {mode:o} {}",
            crate::render::shell_word(&path.to_string_lossy())
        ),
        fixed: closed(&path, mode),
    };
    home.too_open().into_iter().map(finding).collect()
}

fn streams(session: &Session, fix: bool) -> Result<Findings, ServiceError> {
    let found = ask(diagnose(&*session.store))?;
    let told = |diagnosis| tell(session, &diagnosis, fix);
    Ok(found.into_iter().map(told).collect())
}

/// Also fixes what can be fixed, with `fix`. One table: each diagnosis with its words.
fn tell(session: &Session, diagnosis: &Diagnosis, fix: bool) -> Finding {
    let rotate = |name: &str| session.paste(&["streams", "token", "rotate", name]);
    let mut fixed = false;
    let (problem, remedy) = match diagnosis {
        Diagnosis::Twins(one, two) => (
            format!("{} and {} have the same ID or name", quote(one), quote(two)),
            "change one of them in state.json".to_owned(),
        ),
        Diagnosis::NoToken(name) => (
            format!("the token of {} is not stored", quote(name)),
            rotate(name),
        ),
        Diagnosis::OtherToken(name) => (
            format!("the stored token of {} is not the current one", quote(name)),
            rotate(name),
        ),
        Diagnosis::NoSender { stream, sender } => (
            format!(
                "the default sender {sender} of {} is not in the catalog",
                quote(stream)
            ),
            session.paste(&["senders", "add", sender.as_str()]),
        ),
        Diagnosis::Unencrypted { stream, url } => {
            let secure = url.as_str().replacen("http://", "https://", 1);
            (
                format!(
                    "replies to {} are sent unencrypted to {}",
                    quote(stream),
                    quote(url.as_str())
                ),
                session.paste(&["streams", "edit", stream, "--webhook-url", &secure]),
            )
        }
        Diagnosis::SwitchedOff(name) => (
            format!(
                "the webhook of {} responded with 410 (Gone) and is turned off",
                quote(name)
            ),
            session.paste(&["webhooks", "test", name]),
        ),
        Diagnosis::Disabled(name) => (
            format!(
                "the webhook of {} is disabled; its events are waiting",
                quote(name)
            ),
            session.paste(&["webhooks", "enable", name]),
        ),
        Diagnosis::SetAside(count, what) => {
            let folder = session.home.folder();
            let place = folder.map_or("the database", |_| "messages.db");
            let rows = counted(*count, "row");
            (
                format!("{place} contains {rows} that can't be read: {what}"),
                format!(
                    "restore {place} from a backup, or ignore this: other messages aren't affected"
                ),
            )
        }
        Diagnosis::Orphans(count) => {
            fixed = fix && forget_orphans(session);
            (
                format!("tokens that belong to no stream: {count}"),
                session.paste(&["doctor", "--fix"]),
            )
        }
    };
    Finding {
        problem,
        remedy,
        fixed,
    }
}

fn forget_orphans(session: &Session) -> bool {
    let forget = vec![CatalogueChange::ForgetOrphans];
    ask(session.store.apply(forget, None)).is_ok()
}

/// Streams that may not do what is expected of them. No finding: both may be meant so.
fn stream_notes(session: &Session) -> Result<Vec<String>, StoreError> {
    let catalogue = session.catalogue()?;
    let mut notes = Vec::new();
    for stream in catalogue.streams()? {
        let name = quote(stream.name.as_str());
        for note in advice::notes(&stream, catalogue.routes()) {
            let sentence = note.strip_prefix("Note: ").unwrap_or(&note);
            notes.push(format!("{name}: {sentence}"));
        }
    }
    let more = notes.len().saturating_sub(MOST_NOTES);
    if more > 0 {
        notes.truncate(MOST_NOTES);
        notes.push(format!("{more} more notes of this kind."));
    }
    Ok(notes)
}

/// Most notes on streams: with thousands of streams the findings must stay in sight.
const MOST_NOTES: usize = 10;

/// How this run can talk, and whether the shell completes. No finding: both may be meant so.
fn set_up(session: &Session) -> Vec<String> {
    let terminal = session.terminal;
    let width = terminal.width().map_or_else(
        || "stdout is not a terminal".to_owned(),
        |w| format!("{w} columns"),
    );
    let asks = if terminal.is_interactive() {
        "interactive"
    } else {
        "not interactive"
    };
    let shell = std::env::var("SHELL").unwrap_or_default();
    let shell = shell.rsplit('/').next().unwrap_or_default().to_owned();
    let start_up = match shell.as_str() {
        "bash" => ".bashrc",
        "zsh" => ".zshrc",
        "fish" => ".config/fish/completions/textpeak.fish",
        "elvish" => ".config/elvish/rc.elv",
        _ => return vec![format!("terminal: {width}, {asks}")],
    };
    let path = std::env::var_os("HOME")
        .map(std::path::PathBuf::from)
        .unwrap_or_default()
        .join(start_up);
    let there = crate::files::read_text_input(&path).is_ok_and(|text| text.contains("textpeak"));
    let completion = if there {
        format!("completion: set up for {shell}")
    } else {
        format!("completion: not set up for {shell}; textpeak completions --help")
    };
    vec![format!("terminal: {width}, {asks}"), completion]
}
