//! The ways out and in for live streams. A carrier takes messages, and tells what became of them and
//! what handsets said; it keeps nothing, and decides nothing about trying again.

mod polling;
mod smpp;
mod streams_api;

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::client::AccountApi;
use crate::domain::{CarrierSecrets, Message, MessageStatus, Route, Way};

pub use smpp::{SmppCarrier, SmppProbe, probe};
use streams_api::{Account, StreamsApiCarrier};

/// What a carrier says of a message that was submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submitted {
    /// It took the message, under this id.
    Taken(String),
    /// It refused the message, for this reason.
    Rejected(String),
    /// The message was certainly not sent, and never will be.
    Failed(String),
    /// The message was certainly not sent; later it may be.
    NotNow {
        why: String,
        retry_after: Option<Duration>,
    },
    /// Whether the message was sent is not known.
    Unknown(String),
}

/// What a carrier says of a message that it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub status: MessageStatus,
    pub details: Option<String>,
}

/// A status that a carrier told by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarrierReceipt {
    /// The ids that the message may have been taken under, best first.
    pub ids: Vec<String>,
    /// The handset that it is from, in digits.
    pub handset: Option<String>,
    pub status: MessageStatus,
    pub details: Option<String>,
}

/// What a handset said, as a carrier tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingMessage {
    /// What tells it from every other one of the route, where the carrier gives it such a thing.
    pub remote_id: Option<String>,
    pub from: String,
    pub to: Option<String>,
    pub text: String,
    /// When it was received there.
    pub at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    Receipt(CarrierReceipt),
    Incoming(IncomingMessage),
    /// Everything until then was heard.
    Until(Timestamp),
    /// How the link is from now on, in a few words: bound, throttled, or why it is not up.
    Link(String),
}

/// Keeps what was heard; `true` once it is on disk. Only then is it acknowledged to the carrier.
pub type Keep = Arc<dyn Fn(Vec<Heard>) -> Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync>;

/// A way out and in for messages.
#[async_trait]
pub trait Carrier: Send + Sync {
    /// Most messages that are submitted, or asked for, at one time.
    fn most(&self) -> usize;

    /// How long after a message was taken its status is asked for.
    fn asked_after(&self) -> Duration {
        Duration::from_secs(1)
    }

    /// Submits messages, each at most once; what became of each, in their order.
    async fn submit(&self, messages: &[Message]) -> Vec<Submitted>;

    /// What is known of messages by the carrier's ids; nothing of those that it does not speak of.
    async fn receipts(&self, ids: Vec<String>) -> HashMap<String, Receipt>;

    /// Hears what the carrier tells by itself, for as long as this is polled; at its end there is
    /// nothing to hear. `since` is how far it was heard before.
    async fn listen(&self, since: Option<Timestamp>);

    /// Ends what is kept open, in an orderly way. Nothing is submitted after it.
    async fn close(&self) {}
}

/// Makes the carrier of a route with its secrets.
pub type Connect = Arc<dyn Fn(&Route, &CarrierSecrets, Keep) -> Arc<dyn Carrier> + Send + Sync>;

/// The carriers that there are.
pub fn connect() -> Connect {
    Arc::new(|route, secrets, keep| match &route.way {
        Way::StreamsApi {
            base_url,
            account,
            incoming_fields,
        } => {
            let account = account.clone().zip(secrets.account_key.clone());
            let account = account.map(|(settings, key)| Account {
                api: AccountApi::new(settings.url.clone(), key, incoming_fields.clone()),
                settings,
                keep,
            });
            let (url, token) = (base_url.clone(), secrets.token.clone());
            Arc::new(StreamsApiCarrier::new(url, token, account))
        }
        Way::Smpp { smpp } => {
            let mut seed = [0; 8];
            // It only spreads what several routes do.
            let _ = getrandom::fill(&mut seed);
            let (settings, password) = (smpp.clone(), secrets.token.clone());
            let seed = u64::from_le_bytes(seed);
            Arc::new(SmppCarrier::new(settings, password, keep, seed))
        }
    })
}
