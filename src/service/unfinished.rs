//! Messages that were shown before their status was final, and what becomes of them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::Line;
use crate::domain::Message;
use crate::store::{Store, StoreError};

/// The most messages that are looked after; beyond that, the oldest are let go.
const MOST: usize = 1_000;

#[derive(Debug, Default)]
pub struct Unfinished {
    /// Oldest first, as their ids stand.
    messages: BTreeMap<Uuid, Message>,
    edition: Option<u64>,
}

impl Unfinished {
    /// A line was shown as it was at a moment.
    pub fn shown(&mut self, line: &Line, at: Timestamp) {
        let Line::Message(message) = line else { return };
        let status = message.status_at(at);
        if status.is_some_and(|status| !status.is_final()) {
            self.messages.insert(message.uuid, Message::clone(message));
            if self.messages.len() > MOST {
                self.messages.pop_first();
            }
        }
    }

    /// Those whose status is final now, in the order in which it came to be; each is told once.
    pub async fn finished(&mut self, store: &dyn Store) -> Result<Vec<Message>, StoreError> {
        if self.messages.is_empty() {
            return Ok(Vec::new());
        }
        // A status that was foreseen comes without a write.
        let edition = Some(store.edition_lately().await?);
        if edition != self.edition {
            let uuids = self.messages.keys().copied().collect();
            let read = store.with_ids(uuids).await?;
            self.messages
                .extend(read.into_iter().map(|message| (message.uuid, message)));
            self.edition = edition;
        }
        let now = store.now();
        let is_finished = |message: &Message| {
            let status = message.status_at(now);
            status.is_none_or(crate::domain::MessageStatus::is_final)
        };
        let mut finished = Vec::new();
        self.messages.retain(|_, message| {
            let ended = is_finished(message);
            if ended {
                finished.push(message.clone());
            }
            !ended
        });
        finished.sort_by_key(|message| message.course.final_at);
        Ok(finished)
    }
}

#[cfg(test)]
mod tests;
