//! Waiting for a message.

use std::time::Duration;

use regex_lite::Regex;
use tokio::time::{Instant, sleep};

use super::POLL;
use super::timeline::Watch;
use crate::domain::Message;
use crate::store::{MessageFilter, Store, StoreError};

#[derive(Debug)]
pub enum Waited {
    Found {
        message: Box<Message>,
        /// What the expression matched: its first group, or all of it; the text without one.
        matched: String,
    },
    /// None came in time. The newest that met every condition but the expression, if any did.
    Missed(Option<Box<Message>>),
}

pub async fn wait(
    store: &dyn Store,
    filter: MessageFilter,
    pattern: Option<&Regex>,
    timeout: Duration,
) -> Result<Waited, StoreError> {
    let give_up = Instant::now() + timeout;
    let mut watch = Watch::new(filter);
    let mut nearest = None;
    loop {
        // Newest first: what came last is what is meant.
        for (_, message) in watch.messages(store).await? {
            let matched = match pattern {
                None => Some(message.text.clone()),
                Some(pattern) => pattern.captures(&message.text).and_then(|captures| {
                    let found = captures.get(1).or(captures.get(0))?;
                    Some(found.as_str().to_owned())
                }),
            };
            let message = Box::new(message);
            match matched {
                Some(matched) => return Ok(Waited::Found { message, matched }),
                None => nearest = nearest.or(Some(message)),
            }
        }
        let left = give_up.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Waited::Missed(nearest));
        }
        sleep(POLL.min(left)).await;
    }
}

#[cfg(test)]
mod tests;
