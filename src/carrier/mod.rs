//! The ways out for live streams. A carrier takes messages and tells what became of them; it keeps
//! nothing, and decides nothing about trying again.

mod streams_api;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::domain::{Message, MessageStatus, Route, RouteToken};

use streams_api::StreamsApiCarrier;

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

/// A way out for messages.
#[async_trait]
pub trait Carrier: Send + Sync {
    /// Most messages that are submitted, or asked for, at one time.
    fn most(&self) -> usize;

    /// Submits messages, each at most once; what became of each, in their order.
    async fn submit(&self, messages: &[Message]) -> Vec<Submitted>;

    /// What is known of messages by the carrier's ids; nothing of those that it does not speak of.
    async fn receipts(&self, ids: Vec<String>) -> HashMap<String, Receipt>;
}

/// Makes the carrier of a route with its token.
pub type Connect = Arc<dyn Fn(&Route, &RouteToken) -> Arc<dyn Carrier> + Send + Sync>;

/// The carriers that there are.
pub fn connect() -> Connect {
    Arc::new(|route, token| {
        let (url, token) = (route.base_url.clone(), token.clone());
        Arc::new(StreamsApiCarrier::new(url, token))
    })
}
