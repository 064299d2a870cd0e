//! What every command has at hand: the terminal, the home, the clock, the system's randomness.

use std::env;
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::Arc;

use anyhow::Context as _;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};
use tokio::runtime;

use super::place;
use crate::domain::{Stream, StreamId, StreamIdentity, Token, WebhookSecret, escape};
use crate::error::Failure;
use crate::render::{Times, command_line, command_lines};
use crate::service::{self, ServiceError};
use crate::store::{AnyHome, Catalogue, Clock, Secrets, Store, StoreError};
use crate::terminal::{Terminal, TerminalOptions};

#[derive(Debug)]
pub struct Session {
    pub terminal: Terminal,
    pub home: AnyHome,
    pub store: Arc<dyn Store>,
    pub clock: Clock,
    /// The home as it must stand in a command line that is pasted later.
    home_flag: Option<String>,
}

/// Reads `NO_COLOR`, `TERM` and `CI`.
pub fn with_environment(options: TerminalOptions) -> TerminalOptions {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    TerminalOptions {
        plain: set("NO_COLOR") || env::var_os("TERM").is_some_and(|term| term == "dumb"),
        ci: set("CI"),
        ..options
    }
}

impl Session {
    /// Names the home; touches nothing.
    pub fn open(terminal: Terminal, home: Option<PathBuf>) -> anyhow::Result<Self> {
        let from_environment = env::var_os("TEXTPEAK_HOME").map(PathBuf::from);
        let home_flag = home
            .clone()
            .filter(|home| Some(home) != from_environment.as_ref());
        let clock = Clock::system();
        let home_flag = home_flag.map(|home| home.display().to_string());
        let home = place::open(home, &clock)?;
        terminal.detail(&format!("home: {}", escape(&home.to_string())));
        Ok(Self {
            terminal,
            store: home.store(),
            home,
            clock,
            home_flag,
        })
    }

    pub fn shared_store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    /// Relative where somebody reads them on a terminal.
    pub fn times(&self) -> Times {
        match self.terminal.width() {
            Some(_) => Times::relative_to(Timestamp::now(), zone()),
            None => Times::absolute(zone()),
        }
    }

    pub fn catalogue(&self) -> Result<Arc<Catalogue>, StoreError> {
        ask_anywhere(self.store.snapshot())
    }

    pub fn secrets(&self) -> Result<Arc<Secrets>, StoreError> {
        ask_anywhere(self.store.secrets())
    }

    pub fn find(&self, wanted: &str) -> Result<Stream, ServiceError> {
        service::find(&*self.catalogue()?, wanted)
    }

    /// `None` where it is not kept.
    pub fn token(&self, stream: &Stream) -> Result<Option<Token>, StoreError> {
        Ok(self.secrets()?.token(stream))
    }

    /// A command line of ours that can be pasted, for this home.
    pub fn paste(&self, words: &[&str]) -> String {
        command_line(&self.whole(words))
    }

    /// As [`Session::paste`], over as many lines as the terminal makes necessary, each indented.
    pub fn paste_indented(&self, words: &[&str]) -> String {
        const INDENT: &str = "  ";
        let room = self.terminal.prompt_width();
        let room = room.map_or(usize::MAX, |width| {
            usize::from(width).saturating_sub(INDENT.len())
        });
        let lines = command_lines(&self.whole(words), room);
        format!("{INDENT}{}", lines.replace('\n', &format!("\n{INDENT}")))
    }

    fn whole(&self, words: &[&str]) -> Vec<String> {
        let home = self.home_flag.iter().flat_map(|home| ["--home", home]);
        let words = ["textpeak"]
            .into_iter()
            .chain(words.iter().copied())
            .chain(home);
        words.map(str::to_owned).collect()
    }

    pub fn copy(&self, text: &str) {
        let copied = self.terminal.copy(text);
        self.terminal.note(if copied {
            "Copied to the clipboard."
        } else {
            "Nothing was copied: standard error is not a terminal."
        });
    }
}

pub fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let mut done = None;
    let mut runtime = runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build();
    drive(runtime, pin!(async { done = Some(work.await) })).context("cannot start the runtime")?;
    done.unwrap_or_else(|| Err(StoreError::Stopped.into()))
}

/// For work that needs neither the network nor a clock.
pub fn ask<T, E: From<StoreError>>(work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let mut done = None;
    let runtime = runtime::Builder::new_current_thread().build();
    let driven = drive(runtime, pin!(async { done = Some(work.await) }));
    driven.map_err(|_| StoreError::Stopped)?;
    done.unwrap_or_else(|| Err(StoreError::Stopped.into()))
}

/// One piece of code for all kinds of work: a runtime's own is large.
fn drive(
    runtime: std::io::Result<runtime::Runtime>,
    work: Pin<&mut dyn Future<Output = ()>>,
) -> std::io::Result<()> {
    runtime?.block_on(work);
    Ok(())
}

/// As [`ask`], also where somebody else's work goes on meanwhile.
pub fn ask_anywhere<T: Send>(
    work: impl Future<Output = Result<T, StoreError>> + Send,
) -> Result<T, StoreError> {
    if tokio::runtime::Handle::try_current().is_err() {
        return ask(work);
    }
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| ask(work)).join();
        asked.unwrap_or(Err(StoreError::Stopped))
    })
}

/// Issues the secret when it is first needed.
pub fn webhook_secret(session: &Session, stream: &Stream) -> anyhow::Result<WebhookSecret> {
    Ok(ask(service::webhook_secret(&*session.store, &stream.id))?)
}

pub fn environment(name: &str) -> Option<String> {
    env::var(name).ok()
}

pub fn zone() -> TimeZone {
    TimeZone::system()
}

/// To the second.
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(Unit::Second).unwrap_or(now)
}

pub fn new_identity() -> anyhow::Result<StreamIdentity> {
    let now = now();
    Ok(StreamIdentity {
        id: StreamId::generate(randomness()?),
        created_at: now,
        now,
    })
}

/// From the operating system.
pub fn randomness() -> Result<impl FnMut() -> u8 + Send, StoreError> {
    let mut pool = [0; 128];
    let mut used = 0;
    getrandom::fill(&mut pool).map_err(|error| StoreError::Randomness(error.to_string()))?;
    Ok(move || {
        if used == pool.len() {
            // A source that dries up within a token must not be papered over.
            if getrandom::fill(&mut pool).is_err() {
                std::process::abort();
            }
            used = 0;
        }
        used += 1;
        pool[used - 1]
    })
}

pub fn needs_a_terminal(purpose: &str, instead: &str) -> Failure {
    Failure::usage(format_args!("no terminal for {purpose}")).hint(instead)
}
