//! What is told while a gateway serves. No message text, no phone number and no secret is in it.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::domain::{escape, quote};
use crate::store::{Next, StoreError};

#[derive(Debug, Clone)]
pub enum LogEntry {
    Request {
        method: String,
        /// Without the query.
        path: String,
        status: u16,
        caller: IpAddr,
        /// That of the token.
        stream: Option<String>,
        /// Accepted, and refused.
        messages: Option<(usize, usize)>,
        /// From its head to its answer.
        elapsed: Duration,
    },
    /// A caller that speaks SMPP asks to be let in.
    Bind {
        /// The command.
        kind: &'static str,
        /// The answer.
        status: String,
        caller: IpAddr,
        /// Where it may go on.
        stream: Option<String>,
    },
    /// Messages that came over SMPP.
    Submitted {
        caller: IpAddr,
        stream: String,
        accepted: usize,
        refused: usize,
        /// From their arrival to their answers.
        elapsed: Duration,
    },
    /// Nobody takes what callers of a stream are to be told: the oldest of it has to go.
    NoticesDropped(String),
    Delivery {
        /// Its name.
        stream: String,
        status: Option<u16>,
        error: Option<String>,
        /// In milliseconds.
        elapsed: i64,
        next: Next,
    },
    StoreFailed(StoreError),
    /// The streams cannot be read; those that were read last stay in force.
    StreamsUnreadable(StoreError),
    StreamsReadable,
    NotTaken(String),
    /// Messages of a stream wait for their carrier.
    CarrierAway {
        /// The stream's name.
        stream: String,
        why: String,
    },
    CarrierBack {
        stream: String,
    },
}

impl LogEntry {
    pub fn is_fault(&self) -> bool {
        match self {
            Self::StreamsUnreadable(_)
            | Self::StoreFailed(_)
            | Self::NotTaken(_)
            | Self::NoticesDropped(_)
            | Self::CarrierAway { .. } => true,
            // The webhook is switched off.
            Self::Delivery { status, .. } => *status == Some(410),
            Self::Request { .. }
            | Self::Bind { .. }
            | Self::Submitted { .. }
            | Self::StreamsReadable
            | Self::CarrierBack { .. } => false,
        }
    }

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
            Self::Bind {
                kind,
                status,
                caller,
                stream,
            } => {
                let stream = stream.as_deref().map(|name| format!(" {}", quote(name)));
                format!(
                    "smpp {kind} {status} {caller}{}",
                    stream.unwrap_or_default()
                )
            }
            Self::Submitted {
                caller,
                stream,
                accepted,
                refused,
                elapsed,
            } => {
                let elapsed = elapsed.as_secs_f64() * 1e3;
                let stream = quote(stream);
                format!(
                    "smpp submit_sm {elapsed:.1}ms {caller} {stream} accepted {accepted}, \
                     refused {refused}"
                )
            }
            Self::NoticesDropped(stream) => format!(
                "no SMPP receiver takes the receipts and incoming messages of {stream}: the oldest \
                 are dropped"
            ),
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
                format!("{error}; the last known streams stay in use")
            }
            Self::StreamsReadable => "state.json is readable again and in use".to_owned(),
            Self::NotTaken(why) => format!("a connection could not be accepted: {why}"),
            Self::CarrierAway { stream, why } => {
                format!(
                    "messages of {} are waiting for the carrier: {why}",
                    quote(stream)
                )
            }
            Self::CarrierBack { stream } => {
                format!(
                    "messages of {} are no longer waiting for the carrier",
                    quote(stream)
                )
            }
        }
    }

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
            Self::Bind {
                kind,
                status,
                caller,
                stream,
            } => json!({
                "at": at, "event": "smpp_bind", "kind": kind, "status": status,
                "caller": caller, "stream": stream,
            }),
            Self::Submitted {
                caller,
                stream,
                accepted,
                refused,
                elapsed,
            } => json!({
                "at": at, "event": "smpp_submit", "caller": caller, "stream": stream,
                "accepted": accepted, "refused": refused,
                "elapsed_ms": elapsed.as_secs_f64() * 1e3,
            }),
            Self::NoticesDropped(stream) => json!({
                "at": at, "event": "smpp_dropped", "stream": stream, "message": self.words(),
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
            Self::CarrierAway { stream, why } => {
                json!({ "at": at, "event": "carrier_away", "stream": stream, "message": why })
            }
            Self::CarrierBack { stream } => {
                json!({ "at": at, "event": "carrier_back", "stream": stream })
            }
        }
    }
}

#[derive(Clone)]
pub struct Log(Arc<dyn Fn(LogEntry) + Send + Sync>);

impl Log {
    /// The function must not block.
    pub fn new(write: impl Fn(LogEntry) + Send + Sync + 'static) -> Self {
        Self(Arc::new(write))
    }

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
