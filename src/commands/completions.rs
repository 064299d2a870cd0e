//! `textpeak completions`, and the answers to the scripts that it prints.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::place;
use super::session::{self, Session, zone};
use crate::cli::{self, Live, Shell};
use crate::domain::{Route, SenderId, Tag};
use crate::render::time;
use crate::store::{Catalogue, Clock, MessageFilter, Store};

/// How long a Tab waits.
const PATIENCE: Duration = Duration::from_millis(300);

/// Values with a few words about each.
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

/// `false` where no completion script called.
pub fn answer_shell() -> bool {
    cli::complete(Live {
        streams,
        tags,
        senders,
        routes,
        handsets,
    })
}

/// Asks the catalogue. Whatever is wrong with it completes to nothing.
fn from_catalogue(
    home: Option<PathBuf>,
    ask: impl FnOnce(&Catalogue) -> Option<Candidates>,
) -> Candidates {
    let catalogue = soon(home, |store| session::ask(store.snapshot()).ok());
    catalogue
        .and_then(|catalogue| ask(&catalogue))
        .unwrap_or_default()
}

/// What a home says, if it says it soon: a database may be far away, or gone.
fn soon<T: Send + 'static>(
    home: Option<PathBuf>,
    ask: impl FnOnce(Arc<dyn Store>) -> Option<T> + Send + 'static,
) -> Option<T> {
    let store = store(home)?;
    let (told, said) = channel();
    thread::spawn(move || {
        let _ = told.send(ask(store));
    });
    said.recv_timeout(PATIENCE).ok()?
}

fn store(home: Option<PathBuf>) -> Option<Arc<dyn Store>> {
    let asked = home.or_else(|| std::env::var_os("TEXTPEAK_HOME").map(PathBuf::from));
    let asked = asked.filter(|home| !home.as_os_str().is_empty());
    Some(place::open(asked, &Clock::system()).ok()?.store())
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
        let about = |route: &Route| (route.name.to_string(), route.way.to_string());
        Some(catalogue.routes().iter().map(about).collect())
    })
}

fn senders(home: Option<PathBuf>) -> Candidates {
    from_catalogue(home, |catalogue| {
        let about = |id: &SenderId| (id.to_string(), id.kind().name().to_owned());
        Some(catalogue.senders().iter().map(about).collect())
    })
}

/// How many of the newest messages are looked through: enough for the conversations that go on, and
/// few enough that no Tab waits for them.
const RECENT: usize = 500;

/// The other side of recent messages, newest first.
fn handsets(home: Option<PathBuf>) -> Candidates {
    let recent = soon(home, |store| {
        let messages = store.messages(MessageFilter::default(), RECENT);
        session::ask(messages).ok()
    });
    let mut seen = HashSet::new();
    let messages = recent.unwrap_or_default().into_iter();
    messages
        .filter(|(_, message)| seen.insert(message.handset.clone()))
        .map(|(_, message)| (message.handset, time(message.at, &zone())))
        .collect()
}
