//! What was sent and received, and how webhooks were told, in the order in which it came.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::domain::Message;
use crate::store::{Cursor, MessageFilter, Store, StoreError, TimedAttempt};

#[derive(Debug)]
pub enum Line {
    Message(Box<Message>),
    Attempt(TimedAttempt),
}

impl Line {
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Message(message) => message.at,
            Self::Attempt(attempt) => attempt.attempt.at,
        }
    }
}

/// Messages and, where no condition is on messages, webhook attempts; newest first, at most `limit`
/// lines.
pub async fn timeline(
    store: &dyn Store,
    filter: MessageFilter,
    limit: usize,
) -> Result<Vec<Line>, StoreError> {
    let (_, attempts) = attempts(store, &filter, 0, limit).await?;
    let messages = store.messages(filter, limit).await?;
    let mut lines = merged(messages, attempts);
    lines.truncate(limit);
    Ok(lines)
}

/// The attempts after one of them that belong into a timeline, newest first, and the place of the
/// newest of all.
async fn attempts(
    store: &dyn Store,
    filter: &MessageFilter,
    after: i64,
    limit: usize,
) -> Result<(i64, Vec<TimedAttempt>), StoreError> {
    if filter.is_on_messages() {
        return Ok((after, Vec::new()));
    }
    store
        .recent_attempts(filter.stream.clone(), filter.since, after, limit)
        .await
}

/// Messages and attempts as one. Each keeps the order in which it came, which is not that of the
/// clock where that was set; the clock only says how the two go together.
fn merged(messages: Vec<(Cursor, Message)>, attempts: Vec<TimedAttempt>) -> Vec<Line> {
    let mut lines = Vec::with_capacity(messages.len() + attempts.len());
    let mut attempts = attempts.into_iter().map(Line::Attempt).peekable();
    for (_, message) in messages {
        let later = |attempt: &Line| attempt.at() >= message.at;
        while let Some(attempt) = attempts.next_if(later) {
            lines.push(attempt);
        }
        lines.push(Line::Message(Box::new(message)));
    }
    lines.extend(attempts);
    lines
}

/// What comes to a timeline from one look to the next.
#[derive(Debug)]
pub struct Watch {
    filter: MessageFilter,
    edition: Option<u64>,
    attempt: i64,
    /// What was told of those that have come to a status.
    told: HashSet<Cursor>,
}

impl Watch {
    pub fn new(filter: MessageFilter) -> Self {
        Self {
            filter,
            edition: None,
            attempt: 0,
            told: HashSet::new(),
        }
    }

    /// Whether there may be anything new. A status comes with time, without a write.
    async fn changed(&mut self, store: &dyn Store) -> Result<bool, StoreError> {
        let edition = Some(store.edition_lately().await?);
        let changed = self.filter.status.is_some() || edition != self.edition;
        self.edition = edition;
        Ok(changed)
    }

    /// Newest first.
    pub async fn messages(
        &mut self,
        store: &dyn Store,
    ) -> Result<Vec<(Cursor, Message)>, StoreError> {
        if !self.changed(store).await? {
            return Ok(Vec::new());
        }
        self.fresh(store).await
    }

    async fn fresh(&mut self, store: &dyn Store) -> Result<Vec<(Cursor, Message)>, StoreError> {
        let newest = store.newest().await?;
        let mut fresh = store.messages(self.filter.clone(), usize::MAX).await?;
        if self.filter.status.is_some() {
            fresh.retain(|(place, _)| self.told.insert(*place));
            return Ok(fresh);
        }
        // What came while it was asked is in the answer already.
        let latest = fresh.first().map(|(place, _)| *place);
        self.filter.after = [Some(newest), latest, self.filter.after]
            .into_iter()
            .max()
            .flatten();
        Ok(fresh)
    }

    /// Newest first.
    pub async fn lines(&mut self, store: &dyn Store) -> Result<Vec<Line>, StoreError> {
        if !self.changed(store).await? {
            return Ok(Vec::new());
        }
        let fresh = self.fresh(store).await?;
        let (newest, attempts) = attempts(store, &self.filter, self.attempt, usize::MAX).await?;
        self.attempt = newest;
        Ok(merged(fresh, attempts))
    }
}

#[cfg(test)]
mod tests;
