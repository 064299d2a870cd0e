//! `textpeak completions`, and the answers to the scripts that it prints.

use std::path::PathBuf;

use serde_json::json;

use super::session::Session;
use crate::cli::{self, Live, Shell};
use crate::domain::{SenderId, escape};
use crate::state::{Home, State};

/// A value and its description, as a shell shows them.
type Candidates = Vec<(String, String)>;

pub fn run(session: &Session, shell: Shell) -> anyhow::Result<()> {
    let script = cli::script(shell)?;
    if session.terminal.json() {
        return session
            .terminal
            .answer_json(&json!({ "shell": shell.name(), "script": script }));
    }
    session.terminal.answer(&script)
}

/// Answers a completion script, if it was one that called.
pub fn answer_shell() -> bool {
    cli::complete(Live {
        streams,
        tags,
        senders,
    })
}

/// Asks the state file. Whatever is wrong with it completes to nothing.
fn from_state(ask: impl FnOnce(&State<'_>) -> Option<Candidates>) -> Candidates {
    let home = Home::locate(home_being_typed().or_else(home_of_environment)).ok();
    let file = home.and_then(|home| home.read().ok());
    file.as_ref()
        .and_then(|file| file.state().ok())
        .and_then(|state| ask(&state))
        .unwrap_or_default()
}

/// The value of a `--home` on the line that is being completed.
fn home_being_typed() -> Option<PathBuf> {
    let words: Vec<_> = std::env::args_os()
        .skip_while(|word| word != "--")
        .collect();
    let after = words
        .windows(2)
        .find(|pair| pair[0] == "--home")
        .map(|pair| PathBuf::from(&pair[1]));
    after.or_else(|| {
        words
            .iter()
            .find_map(|word| word.to_str()?.strip_prefix("--home=").map(PathBuf::from))
    })
}

fn home_of_environment() -> Option<PathBuf> {
    std::env::var_os("TEXTPEAK_HOME")
        .filter(|home| !home.is_empty())
        .map(PathBuf::from)
}

fn streams() -> Candidates {
    from_state(|state| {
        let entries = state.entries();
        let names = entries
            .iter()
            .map(|entry| (entry.name().to_owned(), entry.id().to_owned()));
        let ids = entries
            .iter()
            .map(|entry| (entry.id().to_owned(), escape(entry.name()).into_owned()));
        Some(names.chain(ids).collect())
    })
}

fn tags() -> Candidates {
    from_state(|state| {
        let counted = |(tag, count): (crate::domain::Tag, usize)| {
            let streams = if count == 1 { "stream" } else { "streams" };
            (tag.to_string(), format!("{count} {streams}"))
        };
        Some(state.tags().ok()?.into_iter().map(counted).collect())
    })
}

fn senders() -> Candidates {
    from_state(|state| {
        let about = |id: &SenderId| (id.to_string(), id.kind().name().to_owned());
        Some(state.senders.iter().map(about).collect())
    })
}
