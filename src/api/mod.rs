//! The Streams API's wire contract, shared by everything that shows, sends or answers a request:
//! paths, bodies, and requests as plain data. Sends nothing itself.

mod answer;
mod request;
mod shown;

pub use answer::{Refused, SendAnswer, SendEntry, StatusAnswer, StatusEntry};
pub use request::{
    Example, HeaderValue, HttpRequest, MessageBody, SendBody, StatusBody, send_request,
    status_request,
};

pub use shown::{Format, Part, Request};

/// Where messages are sent. The slash at the end belongs to the path: without it the API
/// redirects, and many HTTP clients then drop the body.
pub const SEND_PATH: &str = "/simple_send/";

/// Where the status of messages is asked for; the body's shape is known from one public caller.
pub const STATUS_PATH: &str = "/messages_status/";
