//! Reports on messages, out of the shapes in which APIs answer.

use serde_json::{Map, Value};

use super::error::AnswerError;
use super::json::read_json;
use super::text::{has_error, plain, reason, short, text, usual};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendReport {
    pub internal_id: Option<String>,
    /// The message's id, or why there is none.
    pub outcome: Result<String, String>,
}

/// In the API's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusReport {
    pub message_uuid: String,
    pub internal_id: Option<String>,
    /// Known to us or not.
    pub status: String,
    pub sent_at: Option<String>,
    pub delivered_at: Option<String>,
    pub details: Option<String>,
}

/// A message counts as accepted only if its entry has a `message_uuid` and no `error`.
pub fn read_send(status: u16, body: &[u8]) -> Result<Vec<SendReport>, AnswerError> {
    let answer = read(status, body)?;
    let entries: Vec<_> = list(&answer).iter().filter_map(Value::as_object).collect();
    if entries.is_empty() {
        return Err(refused_or_unreadable(status, body, &answer));
    }
    let report = |entry: &Map<String, Value>| {
        let uuid = text(entry, &["message_uuid", "uuid"]);
        let why = reason(entry);
        SendReport {
            internal_id: text(entry, &["internal_id"]),
            outcome: match (uuid, has_error(entry)) {
                (Some(uuid), false) => Ok(uuid),
                _ => Err(why.unwrap_or_else(|| "not accepted".to_owned())),
            },
        }
    };
    Ok(entries.into_iter().map(report).collect())
}

/// Reads a `messages`, `items` or `data` list, a bare list, or an object by id.
pub fn read_status(status: u16, body: &[u8]) -> Result<Vec<StatusReport>, AnswerError> {
    let answer = read(status, body)?;
    let refused = answer.get("status") == Some(&Value::Bool(false));
    let listed = list(&answer);
    if !listed.is_empty() {
        return Ok(listed
            .iter()
            .filter_map(|entry| status_report(None, entry))
            .collect());
    }
    // Keys of the envelope are not ids of messages.
    let keyed: Vec<_> = answer
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| !ENVELOPE.contains(&key.as_str()))
        .filter_map(|(key, entry)| status_report(Some(key), entry))
        .collect();
    let empty_list = LISTS
        .iter()
        .any(|key| answer.get(key).is_some_and(Value::is_array))
        || answer.is_array();
    if refused || keyed.is_empty() && !empty_list {
        return Err(refused_or_unreadable(status, body, &answer));
    }
    Ok(keyed)
}

/// `key` is the message's id in an object by id.
fn status_report(key: Option<&str>, entry: &Value) -> Option<StatusReport> {
    let key = || key.map(str::to_owned);
    let of = |uuid: Option<String>, status: Option<String>, entry: Option<&Map<_, _>>| {
        let field = |key: &str| entry.and_then(|entry| text(entry, &[key]));
        Some(StatusReport {
            message_uuid: uuid?,
            internal_id: field("internal_id"),
            status: status?,
            sent_at: field("sent_at"),
            delivered_at: field("delivered_at"),
            details: entry.and_then(reason),
        })
    };
    match entry {
        Value::String(status) => of(key(), Some(short(status)), None),
        Value::Object(entry) => of(
            text(entry, &["message_uuid", "uuid", "id"]).or_else(key),
            text(entry, &["status", "message_status", "state"]),
            Some(entry),
        ),
        _ => None,
    }
}

const LISTS: [&str; 3] = ["messages", "items", "data"];

const ENVELOPE: [&str; 12] = [
    "status",
    "message",
    "details",
    "error",
    "error_description",
    "errors",
    "detail",
    "title",
    "task_id",
    "messages",
    "items",
    "data",
];

pub fn read(status: u16, body: &[u8]) -> Result<Value, AnswerError> {
    let json = read_json(body);
    if !(200..300).contains(&status) {
        let from_json = json.and_then(|json| reason(json.as_object()?));
        let message = from_json
            .or_else(|| plain(body))
            .unwrap_or_else(|| usual(status).to_owned());
        return Err(AnswerError::Refused { status, message });
    }
    json.ok_or_else(|| AnswerError::Unreadable {
        status,
        message: plain(body).unwrap_or_else(|| "it is empty".to_owned()),
    })
}

/// An answer that claims success and has no entries is a refusal if it says so.
pub fn refused_or_unreadable(status: u16, body: &[u8], answer: &Value) -> AnswerError {
    let why = answer.as_object().and_then(reason);
    if answer.get("status") == Some(&Value::Bool(false)) || why.is_some() {
        let message = why.unwrap_or_else(|| "no reason given".to_owned());
        return AnswerError::Refused { status, message };
    }
    let message = plain(body).unwrap_or_default();
    AnswerError::Unreadable { status, message }
}

fn list(answer: &Value) -> &[Value] {
    let named = LISTS.iter().find_map(|key| answer.get(key)?.as_array());
    named.or(answer.as_array()).map_or(&[], Vec::as_slice)
}
