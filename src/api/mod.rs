//! The Streams API's wire contract, shared by everything that shows, sends or answers a request:
//! paths, bodies, and requests as plain data. Sends nothing itself.

mod answer;
mod date;
mod incoming;
mod lenient;
mod received;
mod refusal;
mod request;
mod shown;
mod verify;
mod webhook;

pub use answer::{RefusedAnswer, SendAnswer, SendEntry, StatusAnswer, StatusEntry};
pub use date::{hosted_date, read_date};
pub use incoming::{IncomingError, IncomingFields, read_incoming};
pub use lenient::{AnswerError, SendReport, StatusReport, read_send, read_status};
pub use received::{ReceivedMessage, RefusedMessage, read_messages, read_uuids};
pub use refusal::{LARGEST_BODY, Refusal};
pub use request::{
    Example, HeaderValue, HttpRequest, MessageBody, SendBody, StatusBody, send_request,
    status_request,
};

pub use shown::{Format, Part, Request};
pub use verify::{Change, Delivery, Signature, Verdict, verify};
pub use webhook::{ReceivedEvent, Signing, StatusEvent, WebhookBody, webhook_request};

/// The slash at the end belongs to the path: without it the API redirects, and many HTTP clients
/// then drop the body.
pub const SEND_PATH: &str = "/simple_send/";

/// As the hosted service's pages say.
pub const MOST_MESSAGES: usize = 250;

/// Our gateways say in this header how many messages of a request they had accepted before.
pub const REPEATED: &str = "textpeak-repeated";

/// The shape of the body is known from one public caller.
pub const STATUS_PATH: &str = "/messages_status/";
