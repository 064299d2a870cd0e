//! Says that everybody may call a stream from now on, and on a terminal asks whether that is meant.

use super::interrupt_message::InterruptMessage;
use super::session::Session;
use crate::domain::{AllowedIp, opened_to, quote};

/// What is about to be changed.
#[derive(Debug, Clone, Copy)]
pub struct Opening<'a> {
    name: &'a str,
    /// Who may call then.
    who: &'static str,
}

impl<'a> Opening<'a> {
    /// `None` where the allow list does not let everybody in, or did so before.
    pub fn of(name: &'a str, before: &[AllowedIp], after: &[AllowedIp]) -> Option<Self> {
        opened_to(before, after).map(|who| Self { name, who })
    }

    /// On a terminal, before it is done: `false` where it is not meant.
    pub fn is_meant(self, session: &Session, asked: &InterruptMessage) -> anyhow::Result<bool> {
        let Self { name, who } = self;
        let say = |text: &str| session.terminal.say(text);
        let question = format!("Let {who} call {}?", quote(name));
        asked.prompt(&say).yes_or_no(&question)
    }

    /// Once it is done.
    pub fn tell(self, session: &Session) {
        let Self { name, who } = self;
        session
            .terminal
            .note(&format!("Note: {who} may call {} now.", quote(name)));
    }
}
