//! What a gateway of ours answers. The send answer's shape is the one that several public callers
//! of the hosted service read; the status answer's shape is ours.

use jiff::Timestamp;
use serde::{Serialize, Serializer};

#[derive(Debug, Serialize)]
pub struct SendAnswer {
    /// Whether any message was accepted.
    pub status: bool,
    pub task_id: String,
    /// One entry per message, in their order.
    pub messages: Vec<SendEntry>,
}

/// A message was accepted if it has a `message_uuid` and no `error`.
#[derive(Debug, Serialize)]
pub struct SendEntry {
    pub internal_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_uuid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_uuid: Option<String>,
    /// A word for programs, where the message was refused.
    pub error: Option<String>,
    /// A sentence for people.
    pub details: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct StatusAnswer {
    pub status: bool,
    /// Unknown messages are left out.
    pub messages: Vec<StatusEntry>,
}

#[derive(Debug, Serialize)]
pub struct StatusEntry {
    pub internal_id: Option<String>,
    pub message_uuid: String,
    pub status: String,
    #[serde(serialize_with = "milliseconds")]
    pub sent_at: Option<Timestamp>,
    #[serde(serialize_with = "milliseconds")]
    pub delivered_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct RefusedAnswer<'a> {
    status: bool,
    message: &'a str,
}

impl<'a> RefusedAnswer<'a> {
    pub fn new(message: &'a str) -> Self {
        Self {
            status: false,
            message,
        }
    }
}

/// RFC 3339 in UTC, to the millisecond.
#[expect(clippy::ref_option, reason = "serde hands the field over so")]
fn milliseconds<S: Serializer>(at: &Option<Timestamp>, out: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => out.collect_str(&format_args!("{at:.3}")),
        None => out.serialize_none(),
    }
}
