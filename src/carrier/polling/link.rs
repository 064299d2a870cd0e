//! How the account answers, in a few words that are said once.

use crate::api::MessageList;
use crate::client::CallError;
use crate::domain::escape;

#[derive(Debug, Default)]
pub(super) struct Link {
    failing: [Option<String>; 2],
    /// Entries on the pages of the last whole reading that could not be read.
    unreadable: [usize; 2],
    said: Option<String>,
}

impl Link {
    pub fn fails(&mut self, list: MessageList, error: &CallError) {
        self.failing[list as usize] = Some(not_connected(error));
    }

    pub fn answers(&mut self, list: MessageList) {
        self.failing[list as usize] = None;
    }

    pub fn is_through(&mut self, list: MessageList, unreadable: usize) {
        self.unreadable[list as usize] = unreadable;
    }

    /// What is to be said, where it was not said last.
    pub fn news(&mut self) -> Option<String> {
        let words = match (self.failing.iter().flatten().next(), self.unreadable) {
            (Some(why), _) => why.clone(),
            (None, [0, 0]) => "connected".to_owned(),
            (None, [sent, incoming]) => format!(
                "connected; {} of the account's messages can't be read",
                sent + incoming
            ),
        };
        if self.said.as_ref() == Some(&words) {
            return None;
        }
        self.said = Some(words.clone());
        Some(words)
    }
}

pub fn not_connected(error: &CallError) -> String {
    escape(&format!("not connected: {error}")).into_owned()
}
