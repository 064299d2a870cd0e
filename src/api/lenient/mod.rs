//! Answers of Streams APIs, read leniently: what public callers of the hosted service saw differs,
//! and the shape of its status answer is not public.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "JSON will have no seventh kind of value"
)]

mod error;
mod field;
mod json;
mod read;
#[cfg(test)]
mod tests;
mod text;

pub use error::AnswerError;
pub(super) use field::{as_text, find, first_text};
pub(super) use json::read_json;
pub use read::{SendReport, StatusReport, read_send, read_status};
