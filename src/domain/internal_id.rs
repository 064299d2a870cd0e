//! The caller's own id of a message.

use std::str::FromStr;

use super::text::quote;
use super::value::{Invalid, text_value};

/// 1 to 128 characters without control characters, unique in its stream.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InternalId(String);

text_value!(InternalId);

impl FromStr for InternalId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let length = text.chars().count();
        if (1..=128).contains(&length) && !text.contains(char::is_control) {
            return Ok(Self(text.to_owned()));
        }
        Err(Invalid::new(format_args!(
            "{} is not an internal ID: use 1 to 128 characters without control characters",
            quote(text)
        )))
    }
}
