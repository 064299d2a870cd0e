//! Events that a webhook delivers: a message was received, or the status of a sent one changed.

use jiff::Timestamp;
use uuid::Uuid;

use super::message::{Message, MessageStatus};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// `webhook-id` carries it on every attempt.
    pub id: Uuid,
    /// Counts from 1 within the conversation: later events have larger numbers.
    pub sequence: u64,
    pub at: Timestamp,
    /// `None` where the message was received.
    pub status: Option<StatusChange>,
    pub message: Message,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusChange {
    pub status: MessageStatus,
    /// The reason, where one was given.
    pub details: Option<String>,
}
