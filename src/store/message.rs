//! Messages as a store takes and gives them.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::StoreError;
use crate::domain::{
    Consent, Course, Direction, InternalId, Message, MessageStatus, MessageText, Phone, SenderId,
    StreamId,
};

/// A place in the order in which messages were kept. It says nothing about another store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Cursor(pub(in crate::store) i64);

/// Each message has passed every check.
#[derive(Debug)]
pub struct NewMessages {
    pub stream: StreamId,
    pub messages: Vec<NewMessage>,
    /// The URL that is told of every change of status; `None` where nobody asked.
    pub notify: Option<String>,
    pub limit: Option<DailyLimit>,
}

impl NewMessages {
    /// The same request with only these messages.
    #[cfg(feature = "postgres")]
    pub(super) fn with(&self, messages: Vec<NewMessage>) -> Self {
        Self {
            stream: self.stream.clone(),
            messages,
            notify: self.notify.clone(),
            limit: self.limit.clone(),
        }
    }
}

/// Most messages that are accepted for a route in a day of UTC, whatever stream they are of.
#[derive(Debug, Clone)]
pub struct DailyLimit {
    /// By name.
    pub route: String,
    pub most: u32,
}

#[derive(Debug, Clone)]
pub struct NewMessage {
    pub internal_id: Option<InternalId>,
    pub recipient: Phone,
    pub sender: SenderId,
    pub text: MessageText,
    pub course: Course,
    /// Whether it waits to be submitted to a carrier.
    pub leaves: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    New(Uuid),
    /// The same message was accepted before, under the same internal id.
    Repeated(Uuid),
    /// Another message was accepted before under its internal id.
    Taken,
    /// The handset wants no more messages of the stream.
    OptedOut,
    /// As many messages were accepted today as may be.
    OverLimit,
}

/// In the order of the request.
#[derive(Debug)]
pub struct AcceptedBatch {
    /// The request's.
    pub id: Uuid,
    pub accepted: Vec<Accepted>,
}

/// A reply that has passed every check.
#[derive(Debug, Clone)]
pub struct NewReply {
    pub stream: StreamId,
    pub from: Phone,
    /// The Sender ID that it goes to, where the handset never got a message.
    pub to: Option<SenderId>,
    pub text: MessageText,
    pub consent: Option<Consent>,
    /// The URL that is told of it; `None` where nobody asked.
    pub notify: Option<String>,
}

#[derive(Debug)]
pub struct Received {
    pub message: Message,
    /// The event that its webhook is told, and whether its delivery is due; it is not where the
    /// webhook is switched off.
    pub event: Option<(Uuid, bool)>,
}

/// Which messages: all of these conditions hold.
#[derive(Debug, Clone, Default)]
pub struct MessageFilter {
    pub stream: Option<StreamId>,
    pub to: Option<String>,
    pub from: Option<String>,
    pub direction: Option<Direction>,
    pub status: Option<MessageStatus>,
    pub since: Option<Timestamp>,
    pub after: Option<Cursor>,
}

impl MessageFilter {
    /// Whether a condition is on the messages themselves, so that other lines of a timeline cannot
    /// meet it.
    pub fn is_on_messages(&self) -> bool {
        self.to.is_some()
            || self.from.is_some()
            || self.direction.is_some()
            || self.status.is_some()
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Outgoing messages.
    pub outgoing: BTreeMap<MessageStatus, u64>,
    pub incoming: u64,
    /// Outgoing messages whose status is not final.
    pub open: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Inventory {
    pub messages: u64,
    /// Jobs that are to be done.
    pub waiting: u64,
}

/// How far a live message was handed on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HandedOn {
    /// The route that was tried last, by name.
    pub route: Option<String>,
    /// The carrier's id of the message, once it took it.
    pub remote_id: Option<String>,
}

/// Messages of a home. What a call answers for is durable.
#[async_trait]
pub trait MessageStore: Send + Sync {
    /// The store's clock, by which statuses, claims and leases go.
    fn now(&self) -> Timestamp;

    /// How long a worker waits for a look at what is due although nobody wrote and nothing is due.
    fn patience(&self) -> Duration {
        Duration::from_secs(2)
    }

    /// Makes sure that messages can be kept, so that what is wrong is known before there are any.
    async fn prepare(&self) -> Result<(), StoreError>;

    /// Takes messages in, each for itself. A repeated internal id with the same recipient, sender
    /// and text gives the first message's id, whoever is quicker.
    async fn accept(&self, messages: NewMessages) -> Result<AcceptedBatch, StoreError>;

    /// Keeps a reply, threaded to the last message that its handset got from the stream. `None`
    /// where it never got one and the reply does not say which Sender ID it answers.
    async fn receive(&self, reply: NewReply) -> Result<Option<Received>, StoreError>;

    /// The messages with these ids, in any order; those that are not there are left out.
    async fn with_ids(&self, uuids: Vec<Uuid>) -> Result<Vec<Message>, StoreError>;

    /// The outgoing message with this internal id, in one stream or, newest first, in any.
    async fn with_internal_id(
        &self,
        stream: Option<StreamId>,
        internal_id: String,
    ) -> Result<Option<Message>, StoreError>;

    /// Messages, newest first, at most `limit` of them.
    async fn messages(
        &self,
        filter: MessageFilter,
        limit: usize,
    ) -> Result<Vec<(Cursor, Message)>, StoreError>;

    /// By which route a message was handed on; nothing for one that stays here.
    async fn handed_on(&self, uuid: Uuid) -> Result<HandedOn, StoreError>;

    /// The place of the newest message.
    async fn newest(&self) -> Result<Cursor, StoreError>;

    /// The streams that have messages whose status is not final.
    async fn sending(&self) -> Result<HashSet<String>, StoreError>;

    async fn statistics(&self, stream: StreamId) -> Result<Statistics, StoreError>;

    /// How many messages of a stream were kept in each of so many hours, of which the first begins
    /// at `since`.
    async fn per_hour(
        &self,
        stream: StreamId,
        since: Timestamp,
        hours: u16,
    ) -> Result<Vec<u64>, StoreError>;

    /// A number that is another one when anybody has written since.
    async fn edition(&self) -> Result<u64, StoreError>;

    /// As [`MessageStore::edition`], for whoever asks again and again: where asking costs more, it may
    /// be half a second old.
    async fn edition_lately(&self) -> Result<u64, StoreError> {
        self.edition().await
    }

    /// How much a home keeps.
    async fn inventory(&self) -> Result<Inventory, StoreError>;

    /// Whether messages can be kept: none failed in the last seconds, and a write that changes
    /// nothing becomes durable.
    async fn check(&self) -> Result<(), StoreError>;
}
