//! What things are: streams, drafts, names, Sender IDs, allow lists, webhooks, tokens.
//!
//! Plain values with one parsing rule each. Nothing here does I/O, reads a clock or the
//! environment, or knows about flags, prompts, files or HTTP clients.

mod allow_list;
mod demo;
mod difference;
mod document;
mod draft;
mod edit;
mod field;
mod filter;
mod gateway;
mod header;
mod internal_id;
mod message;
mod name;
mod phone;
mod plan;
mod problem;
mod raw;
mod retry;
mod route;
mod secret;
mod segments;
mod sender;
mod span;
mod stream;
mod stream_json;
mod text;
mod token;
mod unique;
mod value;
mod webhook;
mod webhook_secret;

pub use allow_list::AllowedIp;
pub use demo::Course;
pub use difference::{Difference, differences};
pub use document::{Document, Exported, Syntax, placeholders};
pub use draft::{Birth, StreamDraft, Surroundings};
pub use edit::Removals;
pub use field::{Field, Step};
pub use filter::{Order, StreamFilter};
pub use gateway::GatewayUrl;
pub use header::{Header, HeaderName};
pub use internal_id::InternalId;
pub use message::{DeliveryState, Direction, Message, MessageStatus, conversation};
pub use name::{Description, StreamId, StreamName, Tag, name_key, same_name};
pub use phone::Phone;
pub use plan::{Change, Plan, Target};
pub use problem::Problem;
pub use raw::{RawDraft, RawHeader, RawSender, RawWebhook};
pub use retry::Retry;
pub use route::{HOSTED, Route, RouteName, RouteToken};
pub use secret::Secret;
pub use segments::{Encoding, MessageText, Segments};
pub use sender::{DefaultSender, SenderId, SenderKind};
pub use span::Span;
pub use stream::{Status, Stream, StreamKind};
pub use stream_json::{Reader, StreamJson};
pub(crate) use text::is_unsafe;
pub use text::{escape, quote, without_found_text};
pub use token::{Token, TokenDigest};
pub use unique::Unique;
pub use value::Invalid;
pub use webhook::{Incoming, Method, Webhook, WebhookUrl};
pub use webhook_secret::WebhookSecret;
