//! `textpeak completions`, and the answers to the scripts that it prints.

use std::path::PathBuf;

use serde_json::json;

use super::session::Session;
use crate::cli::{self, Live, Shell};
use crate::domain::{Route, SenderId, Tag};
use crate::store::{Catalogue, Clock, Home, LocalStore};

/// Values, and a few words about each.
type Candidates = Vec<(String, String)>;

pub fn run(session: &Session, shell: Shell) -> anyhow::Result<()> {
    let script = cli::script(shell);
    if session.terminal.json() {
        return session
            .terminal
            .answer_json(&json!({ "shell": shell.name(), "script": script }));
    }
    session.terminal.answer(script)
}

/// Answers a completion script, if it was one that called.
pub fn answer_shell() -> bool {
    cli::complete(Live {
        streams,
        tags,
        senders,
        routes,
    })
}

/// Asks the catalogue. Whatever is wrong with it completes to nothing.
fn from_catalogue(
    home: Option<PathBuf>,
    ask: impl FnOnce(&Catalogue) -> Option<Candidates>,
) -> Candidates {
    let asked = home.or_else(|| std::env::var_os("TEXTPEAK_HOME").map(PathBuf::from));
    let home = Home::locate(asked.filter(|home| !home.as_os_str().is_empty())).ok();
    let store = home.map(|home| LocalStore::new(home, Clock::system()));
    store
        .and_then(|store| ask(&*store.snapshot_now().ok()?))
        .unwrap_or_default()
}

/// Names and ids only: with thousands of streams, reading each would be felt at every Tab.
fn streams(home: Option<PathBuf>) -> Candidates {
    from_catalogue(home, |catalogue| {
        let entries = catalogue.entries();
        let named = entries.map(|entry| (entry.name().to_owned(), entry.id().to_owned()));
        Some(named.collect())
    })
}

fn tags(home: Option<PathBuf>) -> Candidates {
    from_catalogue(home, |catalogue| {
        let counted = |(tag, count): (Tag, usize)| {
            let streams = if count == 1 { "stream" } else { "streams" };
            (tag.to_string(), format!("{count} {streams}"))
        };
        Some(catalogue.tags().ok()?.into_iter().map(counted).collect())
    })
}

fn routes(home: Option<PathBuf>) -> Candidates {
    from_catalogue(home, |catalogue| {
        let about = |route: &Route| (route.name.to_string(), route.base_url.to_string());
        Some(catalogue.routes().iter().map(about).collect())
    })
}

fn senders(home: Option<PathBuf>) -> Candidates {
    from_catalogue(home, |catalogue| {
        let about = |id: &SenderId| (id.to_string(), id.kind().name().to_owned());
        Some(catalogue.senders().iter().map(about).collect())
    })
}
