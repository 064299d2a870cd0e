//! What the gateway tells while it serves. No message text, no phone number and no secret is in it.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::domain::{escape, quote};
use crate::error::Failure;
use crate::journal::Next;

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event {
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
    /// What became of an attempt cannot be kept.
    JournalBroken(Failure),
    /// The state file cannot be used; the streams that were read last stay in force.
    StateBroken(Failure),
    /// The state file can be used again.
    StateMended,
    /// A connection could not be taken.
    NotTaken(String),
}

impl Event {
    /// Whether somebody has to do something about it.
    #[must_use]
    pub fn is_fault(&self) -> bool {
        match self {
            Self::StateBroken(_) | Self::JournalBroken(_) | Self::NotTaken(_) => true,
            // The webhook is switched off.
            Self::Delivery { status, .. } => *status == Some(410),
            Self::Request { .. } | Self::StateMended => false,
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
            Self::JournalBroken(failure) => failure.message.clone(),
            Self::StateBroken(failure) => format!(
                "{}; the streams that were read last stay in force",
                failure.message
            ),
            Self::StateMended => "state.json can be read again and is in force".to_owned(),
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
            Self::JournalBroken(_) => {
                json!({ "at": at, "event": "journal_broken", "message": self.words() })
            }
            Self::StateBroken(_) => {
                json!({ "at": at, "event": "state_broken", "message": self.words() })
            }
            Self::StateMended => {
                json!({ "at": at, "event": "state_mended", "message": self.words() })
            }
            Self::NotTaken(_) => {
                json!({ "at": at, "event": "not_taken", "message": self.words() })
            }
        }
    }
}

/// Who is told.
#[derive(Clone)]
pub struct Tell(Arc<dyn Fn(Event) + Send + Sync>);

impl Tell {
    /// Tells it to a closure, which must not block.
    pub fn new(tell: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    /// Tells nobody.
    #[must_use]
    pub fn nobody() -> Self {
        Self::new(|_| {})
    }

    pub(super) fn tell(&self, event: Event) {
        (self.0)(event);
    }
}

impl fmt::Debug for Tell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tell")
    }
}
