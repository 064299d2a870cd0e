//! The message that Ctrl-C prints when it ends a command that asks.

use std::sync::{Arc, Mutex, PoisonError};

use super::session::Session;
use crate::wizard::{Interrupt, Prompt};

/// Changes as things get done. A command that asks anything needs one.
#[derive(Debug)]
pub struct InterruptMessage {
    text: Arc<Mutex<String>>,
    watched: Interrupt,
}

impl InterruptMessage {
    pub fn watch(session: &Session, first: &str) -> anyhow::Result<Self> {
        let text = Arc::new(Mutex::new(first.to_owned()));
        let (terminal, last) = (session.terminal, Arc::clone(&text));
        let watched = Interrupt::watch(move || {
            let last = last.lock().unwrap_or_else(PoisonError::into_inner).clone();
            terminal.say(&format!("\n{last}"));
        })?;
        Ok(Self { text, watched })
    }

    pub fn set(&self, text: impl Into<String>) {
        *self.text.lock().unwrap_or_else(PoisonError::into_inner) = text.into();
    }

    pub fn prompt<'a>(&self, say: &'a dyn Fn(&str)) -> Prompt<'a> {
        Prompt {
            say,
            watched: self.watched,
        }
    }
}
