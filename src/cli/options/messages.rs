//! Options of what sends, receives and serves.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::domain::{
    AllowedIp, DeliveryState, Direction, GatewayUrl, InternalId, MessageStatus, MessageText, Phone,
    Retry, RouteName, SenderId, Span,
};

/// Which Streams API a command calls.
#[derive(Debug, Clone)]
pub struct Reach {
    /// Its address; without one, a gateway of the command's own.
    pub gateway: Option<GatewayUrl>,
    /// For that one: after how long a simulated message is delivered.
    pub delivery_delay: Span,
}

/// Options of `send`.
#[derive(Debug)]
pub struct SendOptions {
    /// Name or id.
    pub stream: String,
    /// What is sent.
    pub what: Outgoing,
    /// Whom it comes from, where nothing else says so.
    pub sender: Option<SenderId>,
    /// Print the request; send nothing.
    pub dry_run: bool,
    /// How long to wait for final statuses, where that is wanted.
    pub wait: Option<Span>,
    /// Which Streams API.
    pub reach: Reach,
}

/// One message, or a file of them.
#[derive(Debug)]
pub enum Outgoing {
    /// One message.
    One {
        /// Whom it goes to.
        to: Phone,
        /// What it says.
        text: MessageText,
        /// The caller's own id.
        internal_id: Option<InternalId>,
    },
    /// The rows of a file.
    Rows(BulkOptions),
}

/// How a file of messages is sent.
#[derive(Debug)]
pub struct BulkOptions {
    /// The file, or `-`.
    pub file: PathBuf,
    /// Send the good rows although others are bad.
    pub skip_invalid: bool,
    /// Where it is written what became of each row.
    pub results: Option<PathBuf>,
    /// Part of derived ids.
    pub campaign: String,
}

/// Options of `status`.
#[derive(Debug)]
pub struct StatusOptions {
    /// Ids of messages.
    pub uuids: Vec<String>,
    /// Name or id.
    pub stream: Option<String>,
    /// The caller's own id of one.
    pub internal_id: Option<String>,
    /// How many of the latest, where no message is named.
    pub limit: u16,
    /// Which Streams API.
    pub reach: Reach,
}

/// Options of `reply`.
#[derive(Debug)]
pub struct ReplyOptions {
    /// Name or id.
    pub stream: String,
    /// The handset.
    pub from: Phone,
    /// What it says.
    pub text: MessageText,
    /// The Sender ID that it answers, where that is said.
    pub to: Option<SenderId>,
}

/// Which messages.
#[derive(Debug, Default)]
pub struct Which {
    /// Name or id.
    pub stream: Option<String>,
    /// To this number or Sender ID.
    pub to: Option<String>,
    /// From this number or Sender ID.
    pub from: Option<String>,
    /// Going this way.
    pub direction: Option<Direction>,
    /// Having come this far.
    pub status: Option<MessageStatus>,
    /// Not older than this.
    pub since: Option<Span>,
}

/// What `messages wait` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Print {
    /// The text.
    Text,
    /// What the expression matched.
    Match,
    /// The message.
    Json,
}

/// Options of `messages wait`.
#[derive(Debug)]
pub struct WaitOptions {
    /// Which.
    pub which: Which,
    /// What the text has to match.
    pub pattern: Option<String>,
    /// How long.
    pub timeout: Span,
    /// What is printed, where that is said.
    pub print: Option<Print>,
}

/// Options of `webhooks deliveries`.
#[derive(Debug)]
pub struct DeliveriesOptions {
    /// Name or id.
    pub stream: Option<String>,
    /// Standing so.
    pub state: Option<DeliveryState>,
    /// Of messages not older than this.
    pub since: Option<Span>,
    /// Most of them; 0 is all.
    pub limit: usize,
}

/// Options of `routes add`.
#[derive(Debug)]
pub struct RouteOptions {
    /// Its name.
    pub name: RouteName,
    /// The API.
    pub base_url: GatewayUrl,
    /// Where the token is, or `-`.
    pub token_file: PathBuf,
    /// Names or ids; none for every live stream.
    pub streams: Vec<String>,
    /// In the place of the one with its name.
    pub replace: bool,
}

/// How the log of a gateway is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// An object a line.
    Json,
}

/// Options of `serve`.
#[derive(Debug)]
pub struct ServeOptions {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<AllowedIp>,
    /// After how long a simulated message is delivered.
    pub delivery_delay: Span,
    /// Serve streams without an allow list beyond loopback.
    pub allow_any: bool,
    /// When a webhook delivery is tried again.
    pub retry: Retry,
    /// How the log is written.
    pub log: LogFormat,
}
