//! What is said when Ctrl-C ends a command that asks.

use std::sync::{Arc, Mutex, PoisonError};

use super::session::Session;
use crate::wizard::{Interrupt, Prompt};

/// What Ctrl-C says, which changes as things get done. Whoever asks anything needs one.
#[derive(Debug)]
pub struct LastWord {
    text: Arc<Mutex<String>>,
    watched: Interrupt,
}

impl LastWord {
    /// Watches for Ctrl-C from now on.
    pub fn watch(session: &Session, first: &str) -> anyhow::Result<Self> {
        let text = Arc::new(Mutex::new(first.to_owned()));
        let (terminal, last) = (session.terminal, Arc::clone(&text));
        let watched = Interrupt::watch(move || {
            let last = last.lock().unwrap_or_else(PoisonError::into_inner).clone();
            terminal.say(&format!("\n{last}"));
        })?;
        Ok(Self { text, watched })
    }

    /// From now on, this is what is said.
    pub fn set(&self, text: impl Into<String>) {
        *self.text.lock().unwrap_or_else(PoisonError::into_inner) = text.into();
    }

    /// Prompts under this watch.
    pub fn prompt<'a>(&self, say: &'a dyn Fn(&str)) -> Prompt<'a> {
        Prompt {
            say,
            watched: self.watched,
        }
    }
}
