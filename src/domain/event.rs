//! What a webhook is told: that a message was received, or how far a sent one has come.

use jiff::Timestamp;
use uuid::Uuid;

use super::message::{Message, MessageStatus};

/// Something that happened to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its own id, which `webhook-id` carries on every attempt.
    pub id: Uuid,
    /// Its number in the conversation, from 1: later events have larger ones.
    pub sequence: u64,
    pub at: Timestamp,
    /// `None` where the message was received.
    pub status: Option<StatusChange>,
    pub message: Message,
}

/// What a message's status became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusChange {
    pub status: MessageStatus,
    /// Why, where somebody said so.
    pub details: Option<String>,
}
