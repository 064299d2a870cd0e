//! The hosted account API, which manages streams and lists messages: requests, and answers read
//! leniently. Its shapes are those that public callers read; none of them is documented in public.

mod list;
mod message;
mod request;
mod stream;
#[cfg(test)]
mod tests;

pub use list::Page;
pub use message::{SentMessage, read_incoming_page, read_sent_page};
pub use request::{MessageList, PAGE, PageQuery, account_request};
pub use stream::{HostedSender, HostedStream, read_senders, read_stream_token, read_streams};
