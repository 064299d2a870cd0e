//! Streams, Sender IDs and routes: what a change is, and what is read at one moment.

use crate::domain::{Route, RouteSecrets, SenderId, Stream, StreamId, Token, WebhookSecret};

/// What tells one state of the catalogue from the next. Two that are equal are the same state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision(Vec<u64>);

impl Revision {
    /// A revision that these numbers tell from every other; none stand for a catalogue that was
    /// never written.
    pub(super) fn of(numbers: &[u64]) -> Self {
        Self(numbers.to_vec())
    }

    /// Whether the catalogue was never written, or is gone.
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }
}

/// One change to the catalogue. Several are applied all together or not at all, in their order.
#[derive(Debug)]
pub enum CatalogueChange {
    /// Puts a stream in the place of the one with its id, or on top of the others.
    Put {
        /// The stream as the change found it; `None` where there was none. What others did since
        /// is not undone: the change is then refused.
        before: Option<Box<Stream>>,
        /// The stream as it is to be. A `token` makes its digest the stream's own.
        after: Box<Stream>,
        /// A new token, which is kept in the place of the one that the stream may have.
        token: Option<Token>,
        /// Whether the stream comes on top of the others.
        raise: bool,
    },
    /// Deletes a stream with its token and its webhook secret, and the routes that served it alone.
    Delete(StreamId),
    /// Those that are there already stay.
    AddSenders(Vec<SenderId>),
    /// As it was typed. Refused while a stream has it as its default.
    RemoveSender(String),
    PutRoute {
        route: Box<Route>,
        /// The secret of its address stays as it is where there is none here.
        secrets: RouteSecrets,
        replace: bool,
    },
    /// Takes a route out with its token, by its name in any case.
    RemoveRoute(String),
    /// Keeps what a stream's webhook deliveries are signed with, unless something is kept already.
    KeepWebhookSecret(StreamId, WebhookSecret),
    /// Forgets tokens and webhook secrets whose streams are gone.
    ForgetOrphans,
}
