//! What callers that stay connected are told: incoming messages of their stream, and the final
//! statuses that they asked for.
//!
//! Only ids wait here, in memory, whether or not anybody is connected: messages and statuses are the
//! store's. What came in before this process began to look, and receipts that were asked for in
//! another process, are not told. Webhooks are told of both.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use uuid::Uuid;

use super::log::{Log, LogEntry};
use super::timeline::Watch;
use super::{POLL, lock};
use crate::domain::{Direction, Message, MessageStatus, StreamId};
use crate::store::{MessageFilter, Store, StoreError};

/// Most notices that wait for one stream; the oldest have to go.
const MOST: usize = 100_000;

/// Most messages whose status is looked at in one turn.
const TURN: usize = 500;

/// How long a final status is waited for.
const LONGEST: Duration = Duration::from_secs(3 * 24 * 3_600);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The message came in.
    Incoming(Uuid),
    /// The message has come to a final status.
    Final(Uuid),
}

/// Which final statuses are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    All,
    Failures,
    Successes,
}

impl Wanted {
    fn has(self, status: MessageStatus) -> bool {
        let success = status == MessageStatus::Delivered;
        match self {
            Self::All => true,
            Self::Failures => !success,
            Self::Successes => success,
        }
    }
}

#[derive(Debug)]
pub struct Notices {
    store: Arc<dyn Store>,
    log: Log,
    queues: Mutex<HashMap<StreamId, Queue>>,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Notice>,
    arrived: watch::Sender<()>,
    /// Some had to go since the queue was empty.
    dropped: bool,
}

/// Messages whose final status somebody waits for.
#[derive(Debug, Default)]
struct Open {
    /// Never looked at.
    new: VecDeque<(Uuid, Wanted)>,
    /// Somebody else decides when they end.
    unknown: VecDeque<(Uuid, Wanted)>,
    /// When a simulated message ends is known beforehand.
    timed: BTreeMap<Timestamp, Vec<(Uuid, Wanted)>>,
    /// How many of `unknown` were not looked at since somebody wrote.
    unseen: usize,
    edition: Option<u64>,
}

impl Notices {
    pub fn new(store: Arc<dyn Store>, log: Log) -> Self {
        Self {
            store,
            log,
            queues: Mutex::default(),
            open: Mutex::default(),
        }
    }

    /// Its final status is told to its stream.
    pub fn expect(&self, messages: impl IntoIterator<Item = (Uuid, Wanted)>) {
        lock(&self.open).new.extend(messages);
    }

    /// Changes when there is something new for a stream.
    pub fn arrivals(&self, stream: &StreamId) -> watch::Receiver<()> {
        let mut queues = lock(&self.queues);
        queues
            .entry(stream.clone())
            .or_default()
            .arrived
            .subscribe()
    }

    /// The oldest notices for a stream, at most so many; whoever takes them gives back those that
    /// could not be told. A message that is gone is left out.
    pub async fn take(
        &self,
        stream: &StreamId,
        most: usize,
    ) -> Result<Vec<(Notice, Message)>, StoreError> {
        let taken: Vec<Notice> = {
            let mut queues = lock(&self.queues);
            let Some(queue) = queues.get_mut(stream) else {
                return Ok(Vec::new());
            };
            let most = most.min(queue.waiting.len());
            queue.waiting.drain(..most).collect()
        };
        if taken.is_empty() {
            return Ok(Vec::new());
        }
        let ids = taken.iter().map(|notice| notice.uuid()).collect();
        let found = self.store.with_ids(ids).await;
        let found = found.inspect_err(|_| self.give_back(stream, taken.iter().copied()))?;
        let messages: HashMap<Uuid, Message> =
            found.into_iter().map(|one| (one.uuid, one)).collect();
        let with_message = |notice: Notice| Some((notice, messages.get(&notice.uuid())?.clone()));
        Ok(taken.into_iter().filter_map(with_message).collect())
    }

    /// In front of all others, in this order.
    pub fn give_back(&self, stream: &StreamId, notices: impl DoubleEndedIterator<Item = Notice>) {
        let mut queues = lock(&self.queues);
        let queue = queues.entry(stream.clone()).or_default();
        for notice in notices.rev() {
            queue.waiting.push_front(notice);
        }
        queue.arrived.send_replace(());
    }

    fn tell(&self, stream: &StreamId, notice: Notice) {
        let mut queues = lock(&self.queues);
        let queue = queues.entry(stream.clone()).or_default();
        queue.waiting.push_back(notice);
        if queue.waiting.len() > MOST {
            queue.waiting.pop_front();
            if !std::mem::replace(&mut queue.dropped, true) {
                self.log.write(LogEntry::NoticesDropped(stream.to_string()));
            }
        } else if queue.waiting.len() == 1 {
            queue.dropped = false;
        }
        queue.arrived.send_replace(());
    }

    /// Looks for what is to be told, until the other end of `running` is gone.
    pub async fn work(self: Arc<Self>, mut running: watch::Receiver<()>) {
        let Ok(after) = self.first_place(&mut running).await else {
            return;
        };
        let mut incoming = Watch::new(MessageFilter {
            direction: Some(Direction::Incoming),
            after: Some(after),
            ..MessageFilter::default()
        });
        let mut failed = None;
        loop {
            let looked = self.look(&mut incoming).await;
            if let Err(error) = &looked
                && failed.as_ref() != Some(error)
            {
                self.log.write(LogEntry::StoreFailed(error.clone()));
            }
            failed = looked.err();
            tokio::select! {
                _ = running.changed() => return,
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// The place after which messages are told. `Err` where it was stopped before.
    async fn first_place(
        &self,
        running: &mut watch::Receiver<()>,
    ) -> Result<crate::store::Cursor, ()> {
        loop {
            match self.store.newest().await {
                Ok(place) => return Ok(place),
                Err(error) => self.log.write(LogEntry::StoreFailed(error)),
            }
            tokio::select! {
                _ = running.changed() => return Err(()),
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
        }
    }

    async fn look(&self, incoming: &mut Watch) -> Result<(), StoreError> {
        for (_, message) in incoming.messages(&*self.store).await?.into_iter().rev() {
            self.tell(&message.stream, Notice::Incoming(message.uuid));
        }
        let edition = self.store.edition_lately().await?;
        lock(&self.open).is_at(edition);
        loop {
            let turn = lock(&self.open).turn(self.store.now());
            let ids = turn.iter().map(|(uuid, _)| *uuid).collect();
            let found = self.store.with_ids(ids).await;
            let found = found.inspect_err(|_| lock(&self.open).new.extend(turn.iter().copied()))?;
            self.sort(turn, found);
            // However many there are, those that are due need not wait for the next look.
            if !lock(&self.open).is_pressing(self.store.now()) {
                return Ok(());
            }
        }
    }

    /// Tells those that are final, and keeps the others for later.
    fn sort(&self, turn: Vec<(Uuid, Wanted)>, found: Vec<Message>) {
        let messages: HashMap<Uuid, Message> =
            found.into_iter().map(|one| (one.uuid, one)).collect();
        let now = self.store.now();
        for (uuid, wanted) in turn {
            let Some(message) = messages.get(&uuid) else {
                continue;
            };
            let status = message.course.status_at(now);
            if status.is_final() {
                if wanted.has(status) {
                    self.tell(&message.stream, Notice::Final(uuid));
                }
            } else if let Some(at) = message.course.final_at {
                let mut open = lock(&self.open);
                open.timed.entry(at).or_default().push((uuid, wanted));
            } else if now.duration_since(message.at).unsigned_abs() < LONGEST {
                lock(&self.open).unknown.push_back((uuid, wanted));
            }
        }
    }
}

impl Notice {
    pub fn uuid(self) -> Uuid {
        match self {
            Self::Incoming(uuid) | Self::Final(uuid) => uuid,
        }
    }
}

impl Open {
    /// After a write, those whose end nobody knows are looked at once more.
    fn is_at(&mut self, edition: u64) {
        if self.edition.replace(edition) != Some(edition) {
            self.unseen = self.unknown.len();
        }
    }

    fn is_pressing(&self, now: Timestamp) -> bool {
        let due = self.timed.first_key_value();
        !self.new.is_empty() || due.is_some_and(|(at, _)| *at <= now)
    }

    /// What is looked at next: what is new or due, then a part of the others.
    fn turn(&mut self, now: Timestamp) -> Vec<(Uuid, Wanted)> {
        let new = self.new.len().min(TURN);
        let mut turn: Vec<_> = self.new.drain(..new).collect();
        while turn.len() < TURN
            && let Some(first) = self.timed.first_entry()
            && *first.key() <= now
        {
            turn.extend(first.remove());
        }
        let room = TURN.saturating_sub(turn.len());
        let others = room.min(self.unseen).min(self.unknown.len());
        self.unseen = self.unseen.saturating_sub(others);
        turn.extend(self.unknown.drain(..others));
        turn
    }
}
#[cfg(test)]
mod tests;
