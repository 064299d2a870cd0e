//! What a webhook is told: that a message was received, or how far a sent one has come.

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
    /// The reason, where the carrier gave one.
    pub details: Option<String>,
}
