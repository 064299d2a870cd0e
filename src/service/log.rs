//! What is told while a gateway serves. No message text, no phone number and no secret is in it.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::domain::{escape, quote};
use crate::store::{Next, StoreError};

/// Something that happened.
#[derive(Debug, Clone)]
pub enum LogEntry {
    /// A request was answered.
    Request {
        /// Its method.
        method: String,
        /// Its path, without the query.
        path: String,
        /// The HTTP status of the answer.
        status: u16,
        /// Whom it came from.
        caller: IpAddr,
        /// The stream whose token it carried.
        stream: Option<String>,
        /// Messages accepted, and refused.
        messages: Option<(usize, usize)>,
        /// From its head to its answer.
        elapsed: Duration,
    },
    /// A delivery was attempted.
    Delivery {
        /// The stream's name.
        stream: String,
        /// The HTTP status of the answer, if there was one.
        status: Option<u16>,
        /// Why it was no success, if so.
        error: Option<String>,
        /// How long it took, in milliseconds.
        elapsed: i64,
        /// What follows.
        next: Next,
    },
    /// Messages cannot be kept or read.
    StoreFailed(StoreError),
    /// The streams cannot be read; those that were read last stay in force.
    StreamsUnreadable(StoreError),
    /// The streams can be read again.
    StreamsReadable,
    /// A connection could not be taken.
    NotTaken(String),
}

impl LogEntry {
    /// Whether somebody has to do something about it.
    #[must_use]
    pub fn is_fault(&self) -> bool {
        match self {
            Self::StreamsUnreadable(_) | Self::StoreFailed(_) | Self::NotTaken(_) => true,
            // The webhook is switched off.
            Self::Delivery { status, .. } => *status == Some(410),
            Self::Request { .. } | Self::StreamsReadable => false,
        }
    }

    /// The event on one line for people.
    #[must_use]
    pub fn line(&self, at: Timestamp) -> String {
        format!("{at:.3} {}", escape(&self.words()))
    }

    fn words(&self) -> String {
        match self {
            Self::Request {
                method,
                path,
                status,
                caller,
                stream,
                messages,
                elapsed,
            } => {
                let elapsed = elapsed.as_secs_f64() * 1e3;
                let mut words = format!("{method} {path} {status} {elapsed:.1}ms {caller}");
                if let Some(stream) = stream {
                    words += &format!(" {}", quote(stream));
                }
                if let Some((accepted, refused)) = messages {
                    words += &format!(" accepted {accepted}, refused {refused}");
                }
                words
            }
            Self::Delivery {
                stream,
                status,
                error,
                elapsed,
                next,
            } => {
                let outcome = error
                    .clone()
                    .or(status.map(|status| format!("HTTP {status}")))
                    .unwrap_or_default();
                let next = match next {
                    Next::Delivered => "delivered".to_owned(),
                    Next::At(at) => format!("again at {at:.3}"),
                    Next::Dead => "dead: textpeak webhooks redeliver".to_owned(),
                };
                format!("webhook of {} {outcome} {elapsed}ms, {next}", quote(stream))
            }
            Self::StoreFailed(error) => error.to_string(),
            Self::StreamsUnreadable(error) => {
                format!("{error}; the streams that were read last stay in force")
            }
            Self::StreamsReadable => "state.json can be read again and is in force".to_owned(),
            Self::NotTaken(why) => format!("a connection could not be taken: {why}"),
        }
    }

    /// The event as one JSON object.
    #[must_use]
    pub fn json(&self, at: Timestamp) -> Value {
        let at = format!("{at:.3}");
        match self {
            Self::Request {
                method,
                path,
                status,
                caller,
                stream,
                messages,
                elapsed,
            } => json!({
                "at": at, "event": "request", "method": method, "path": path, "status": status,
                "caller": caller, "stream": stream,
                "accepted": messages.map(|(accepted, _)| accepted),
                "refused": messages.map(|(_, refused)| refused),
                "elapsed_ms": elapsed.as_secs_f64() * 1e3,
            }),
            Self::Delivery {
                stream,
                status,
                error,
                elapsed,
                next,
            } => json!({
                "at": at, "event": "delivery", "stream": stream, "status": status,
                "error": error, "elapsed_ms": elapsed, "delivered": *next == Next::Delivered,
                "next_at": match next {
                    Next::At(next) => Some(format!("{next:.3}")),
                    Next::Delivered | Next::Dead => None,
                },
            }),
            Self::StoreFailed(_) => {
                json!({ "at": at, "event": "journal_broken", "message": self.words() })
            }
            Self::StreamsUnreadable(_) => {
                json!({ "at": at, "event": "state_broken", "message": self.words() })
            }
            Self::StreamsReadable => {
                json!({ "at": at, "event": "state_mended", "message": self.words() })
            }
            Self::NotTaken(_) => {
                json!({ "at": at, "event": "not_taken", "message": self.words() })
            }
        }
    }
}

/// Where entries go.
#[derive(Clone)]
pub struct Log(Arc<dyn Fn(LogEntry) + Send + Sync>);

impl Log {
    /// A log that hands entries to a function, which must not block.
    pub fn new(write: impl Fn(LogEntry) + Send + Sync + 'static) -> Self {
        Self(Arc::new(write))
    }

    /// A log that nobody reads.
    pub fn nowhere() -> Self {
        Self::new(|_| {})
    }

    pub fn write(&self, entry: LogEntry) {
        (self.0)(entry);
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Log")
    }
}
