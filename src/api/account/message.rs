//! Messages in the lists of the account API.

use serde_json::{Map, Value};

use super::list::{Page, read_page};
use crate::api::incoming::{IncomingFields, fields_of};
use crate::api::lenient::{AnswerError, first_text, short_text};
use crate::domain::{IncomingField, MessageStatus, Phone};

/// An outgoing message, as far as its status goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentMessage {
    /// The ids under which it may be known, best first; never empty.
    pub ids: Vec<String>,
    /// Digits.
    pub handset: Option<String>,
    /// `None` where the word says nothing about delivery yet, or is not known.
    pub status: Option<MessageStatus>,
    pub details: Option<String>,
}

/// An entry without a sender or a text cannot be read.
pub fn read_incoming_page(
    status: u16,
    body: &[u8],
    fields: &[IncomingField],
) -> Result<Page<IncomingFields>, AnswerError> {
    read_page(status, body, |entry| fields_of(entry, fields).ok())
}

pub fn read_sent_page(status: u16, body: &[u8]) -> Result<Page<SentMessage>, AnswerError> {
    read_page(status, body, sent)
}

const IDS: [&str; 3] = ["message_uuid", "uuid", "id"];

const HANDSETS: [&str; 5] = [
    "destination_number",
    "to",
    "destination",
    "recipient_phone",
    "phone",
];

/// Not `message`, which may be what was sent.
const REASONS: [&str; 5] = [
    "details",
    "error_description",
    "detail",
    "error",
    "error_message",
];

fn sent(entry: &Map<String, Value>) -> Option<SentMessage> {
    let mut ids: Vec<String> = Vec::new();
    for name in IDS {
        let id = first_text(entry, [name]).map(|id| id.trim().to_owned());
        ids.extend(id.filter(|id| !ids.contains(id)));
    }
    if ids.is_empty() {
        return None;
    }
    let handset = first_text(entry, HANDSETS);
    let word = first_text(entry, ["status", "message_status", "state"])?;
    Some(SentMessage {
        ids,
        handset: handset.and_then(|text| Some(Phone::typed(&text).ok()?.as_str().to_owned())),
        status: known_status(&word),
        details: short_text(entry, &REASONS),
    })
}

/// The six words of the hosted service, in any case and with a space or hyphen for `_`.
fn known_status(word: &str) -> Option<MessageStatus> {
    let word = word.trim().to_ascii_lowercase().replace([' ', '-'], "_");
    word.parse().ok()
}
