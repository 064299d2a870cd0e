//! What comes in by carriers: messages of handsets, receipts, and who wants no more messages.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Cursor, Received, StoreError};
use crate::domain::{Consent, MessageStatus, StreamId};

/// What a handset said to a route, before it is known which stream it is for.
#[derive(Debug, Clone)]
pub struct NewIncoming {
    /// By name.
    pub route: String,
    /// What tells it from every other one of the route; without it, it is kept as often as it comes.
    pub remote_id: Option<String>,
    pub from: String,
    pub to: Option<String>,
    pub text: String,
    /// When the carrier received it.
    pub at: Option<Timestamp>,
    pub consent: Option<Consent>,
    /// The streams that it may be for. One alone is the one; of several, the one that wrote to the
    /// handset last.
    pub candidates: Vec<Candidate>,
    /// Only messages since then tell which stream it is for.
    pub since: Timestamp,
}

#[derive(Debug, Clone)]
pub struct Candidate {
    pub stream: StreamId,
    /// Where it goes to if neither it nor the last message says so.
    pub sender: Option<String>,
    /// The URL that is told of it; `None` where nobody asked.
    pub notify: Option<String>,
}

#[derive(Debug)]
pub enum TakenIn {
    /// With the event that its webhook is told.
    Matched(Box<Received>),
    Unmatched(Uuid),
    /// It was kept before.
    Known,
}

/// An incoming message that is of no stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmatched {
    pub uuid: Uuid,
    pub route: String,
    pub from: String,
    pub to: Option<String>,
    pub text: String,
    pub at: Timestamp,
}

/// A final status that a carrier told of a message that it took.
#[derive(Debug, Clone)]
pub struct NewReceipt {
    pub route: String,
    /// The carrier's ids that the message may have, best first, as
    /// [`canonical`](crate::domain::canonical) makes them.
    pub ids: Vec<String>,
    pub handset: Option<String>,
    pub status: MessageStatus,
    pub details: Option<String>,
    /// Whether it is kept for a message whose id is not known yet: the carrier tells it only once.
    pub hold: bool,
}

/// How a carrier that is always connected is, as whoever serves said last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkState {
    pub state: String,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptOut {
    pub stream: StreamId,
    pub handset: String,
    pub at: Timestamp,
    /// Whether the handset said so itself.
    pub by_reply: bool,
}

/// What a home keeps of what its carriers tell. What a call answers for is durable.
#[async_trait]
pub trait HeardStore: Send + Sync {
    /// Keeps messages, each once by its route and remote id, threaded to the last message that its
    /// handset got from the stream.
    async fn take_in(&self, incoming: Vec<NewIncoming>) -> Result<Vec<TakenIn>, StoreError>;

    /// Those of no stream, newest first, at most `limit` of them.
    async fn unmatched(&self, limit: usize) -> Result<Vec<Unmatched>, StoreError>;

    /// Gives one of them to a stream, as if it had come for it; `None` where it is not there.
    async fn assign(
        &self,
        uuid: Uuid,
        to: Candidate,
        consent: Option<Consent>,
    ) -> Result<Option<Received>, StoreError>;

    /// Ends the messages that receipts speak of. `notify` has the URLs that are told of a status, by
    /// stream. How many there were.
    async fn learn(
        &self,
        receipts: Vec<NewReceipt>,
        notify: Arc<HashMap<StreamId, String>>,
    ) -> Result<usize, StoreError>;

    /// Until when everything of a route was heard.
    async fn heard_until(&self, route: String) -> Result<Option<Timestamp>, StoreError>;

    async fn set_heard_until(&self, route: String, until: Timestamp) -> Result<(), StoreError>;

    /// `None` where nobody ever said.
    async fn link(&self, route: String) -> Result<Option<LinkState>, StoreError>;

    async fn set_link(&self, route: String, state: String) -> Result<(), StoreError>;

    /// How far the messages of a stream were listened to.
    async fn listened(&self, stream: StreamId) -> Result<Option<Cursor>, StoreError>;

    async fn set_listened(&self, stream: StreamId, until: Cursor) -> Result<(), StoreError>;

    /// By stream and handset.
    async fn opt_outs(&self, stream: Option<StreamId>) -> Result<Vec<OptOut>, StoreError>;

    /// Whether that changed something.
    async fn set_opted_out(
        &self,
        stream: StreamId,
        handset: String,
        out: bool,
    ) -> Result<bool, StoreError>;
}
