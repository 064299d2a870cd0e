//! What a gateway of ours answers. The send answer's shape is the one that several public callers
//! of the hosted service read; the status answer's shape is ours.

use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// The answer to a send request.
#[derive(Debug, Serialize)]
pub struct SendAnswer {
    /// Whether any message was accepted.
    pub status: bool,
    /// The request's own id.
    pub task_id: String,
    /// An entry a message, in their order.
    pub messages: Vec<SendEntry>,
}

/// What became of one message. It was accepted if it has a `message_uuid` and no `error`.
#[derive(Debug, Serialize)]
pub struct SendEntry {
    /// The caller's own id, as it came.
    pub internal_id: Option<String>,
    /// The message's id, where it was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_uuid: Option<String>,
    /// What it has in common with every message between its stream and its handset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_uuid: Option<String>,
    /// A word for the reason, where it was refused.
    pub error: Option<String>,
    /// A sentence for it.
    pub details: Option<String>,
}

/// The answer to a status request.
#[derive(Debug, Serialize)]
pub struct StatusAnswer {
    /// Whether the request was understood.
    pub status: bool,
    /// An entry a message; those that are not known are left out.
    pub messages: Vec<StatusEntry>,
}

/// How far one message has come.
#[derive(Debug, Serialize)]
pub struct StatusEntry {
    /// The caller's own id.
    pub internal_id: Option<String>,
    /// The message's id.
    pub message_uuid: String,
    /// Its status.
    pub status: String,
    /// When it was handed on.
    #[serde(serialize_with = "milliseconds")]
    pub sent_at: Option<Timestamp>,
    /// When it arrived.
    #[serde(serialize_with = "milliseconds")]
    pub delivered_at: Option<Timestamp>,
    /// Why, where somebody said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
}

/// A request that was refused as a whole.
#[derive(Debug, Serialize)]
pub struct RefusedAnswer<'a> {
    status: bool,
    message: &'a str,
}

impl<'a> RefusedAnswer<'a> {
    /// For this reason.
    #[must_use]
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
