//! Asking a hosted account what handsets said and what became of messages, again and again. Lists
//! are read with an overlap, as statuses and messages may appear in them late; what was kept before
//! is not handed over again.

mod follower;
mod link;
mod own_stream;
mod seen;
#[cfg(test)]
mod tests;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::{Heard, Keep};
use crate::api::{IncomingFields, MessageList, SentMessage};
use crate::client::{CallError, MessageLists, Patience};
use crate::domain::MessageStatus;
use follower::Follower;
use link::Link;
pub use link::not_connected;
pub use own_stream::own_stream;
use seen::Key;

/// The pause after an answer that says no, such as to a key that was withdrawn.
const REFUSED: Duration = Duration::from_secs(60);

/// The pause after what was heard could not be kept.
const NOT_KEPT: Duration = Duration::from_secs(1);

/// How much may be heard again after a restart, on top of the overlap.
const UNTIL_EVERY: jiff::SignedDuration = jiff::SignedDuration::from_secs(60);

/// What is asked of the account.
pub struct Polling<'a> {
    pub lists: &'a dyn MessageLists,
    /// The account's id of the route's stream; `None` where it is all of them.
    pub stream: Option<String>,
    pub poll: Duration,
    pub keep: Keep,
    pub now: &'a (dyn Fn() -> Timestamp + Sync),
}

/// How far both lists were read, and what was said of it.
#[derive(Default)]
struct Progress {
    through: [Option<Timestamp>; 2],
    kept_until: Option<Timestamp>,
    link: Link,
}

/// What a page has to tell, and how far it goes.
struct Read {
    entries: Vec<(Key, Heard)>,
    /// Of the ids of its entries; `None` where there is none.
    mark: Option<Key>,
    len: usize,
    unreadable: usize,
    total: Option<usize>,
}

impl Polling<'_> {
    /// For ever.
    pub async fn listen(&self, since: Option<Timestamp>) {
        let progress = Mutex::new(Progress::default());
        tokio::join!(
            Follower::new(self, MessageList::Incoming, &progress, since).follow(),
            Follower::new(self, MessageList::Sent, &progress, since).follow(),
        );
    }

    /// Until it is on disk.
    async fn hand_over(&self, heard: Vec<Heard>) {
        while !heard.is_empty() && !(self.keep)(heard.clone()).await {
            tokio::time::sleep(NOT_KEPT).await;
        }
    }

    /// The whole of a list was read that began at this time.
    async fn is_through(&self, progress: &Mutex<Progress>, list: MessageList, at: Timestamp) {
        let until = {
            let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
            progress.through[list as usize] = Some(at);
            let [one, other] = progress.through;
            let until = one.zip(other).map(|(one, other)| one.min(other));
            let last = progress.kept_until;
            let is_due =
                |at: &Timestamp| last.is_none_or(|last| at.duration_since(last) >= UNTIL_EVERY);
            let until = until.filter(is_due);
            progress.kept_until = until.or(last);
            until
        };
        self.hand_over(until.map(Heard::Until).into_iter().collect())
            .await;
    }

    async fn tell(&self, progress: &Mutex<Progress>, change: impl FnOnce(&mut Link)) {
        let news = {
            let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
            change(&mut progress.link);
            progress.link.news()
        };
        self.hand_over(news.map(Heard::Link).into_iter().collect())
            .await;
    }

    /// Whether the account's list minded the stream that was asked for.
    fn is_own(&self, told: Option<&str>) -> bool {
        let number = |text: &str| text.parse::<u64>().ok();
        let pair = self.stream.as_deref().and_then(number);
        let pair = pair.zip(told.and_then(number));
        // A name or a uid says nothing here.
        pair.is_none_or(|(own, told)| own == told)
    }
}

/// The pause before a call is made again, growing with every failure in a row.
fn pause(patience: &mut Patience, error: &CallError) -> Duration {
    let pause = patience.pause(error).unwrap_or(REFUSED);
    pause.max(Duration::from_millis(100))
}

fn incoming(fields: IncomingFields) -> (Key, Heard) {
    let id = fields.id_or_fingerprint();
    let heard = Heard::Incoming(super::IncomingMessage {
        remote_id: Some(id.clone()),
        from: fields.from,
        to: fields.to,
        text: fields.text,
        at: fields.at,
    });
    (Key::of(&["incoming", &id]), heard)
}

/// `None` where it does not say how the message ended.
fn receipt(sent: SentMessage) -> Option<(Key, Heard)> {
    let status = sent.status.filter(|status| status.is_final())?;
    let key = Key::of(&["receipt", &sent.ids[0], MessageStatus::name(status)]);
    let heard = Heard::Receipt(super::CarrierReceipt {
        ids: sent.ids,
        handset: sent.handset,
        status,
        details: sent.details,
    });
    Some((key, heard))
}
