//! Streams and Sender IDs of the account.

use serde_json::{Map, Value};

use super::list::{Page, read_page};
use super::request::paged;
use crate::api::lenient::{
    AnswerError, as_text, find, first_text, read_answer, refused_or_unreadable,
};
use crate::domain::RouteToken;

/// As the account has it: texts are not checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostedStream {
    pub id: String,
    pub uid: Option<String>,
    pub name: String,
    pub description: String,
    /// What the types are called is not public.
    pub kind: Option<String>,
    /// Addresses and CIDR blocks; none where any address may call.
    pub allowed_ips: Vec<String>,
    pub state: Option<String>,
    pub tags: Vec<String>,
}

impl HostedStream {
    pub fn path_and_query(page: usize) -> String {
        paged("/streams", page)
    }

    pub fn token_path(&self) -> String {
        let id: String = url::form_urlencoded::byte_serialize(self.id.as_bytes()).collect();
        format!("/streams/{id}/token")
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostedSender {
    /// What a message would name, best first: the value, then the name.
    pub candidates: Vec<String>,
}

impl HostedSender {
    pub fn path_and_query(page: usize) -> String {
        paged("/senders", page)
    }
}

pub fn read_streams(status: u16, body: &[u8]) -> Result<Page<HostedStream>, AnswerError> {
    read_page(status, body, stream)
}

pub fn read_senders(status: u16, body: &[u8]) -> Result<Page<HostedSender>, AnswerError> {
    read_page(status, body, |entry| {
        let named = ["value", "name"].map(|name| trimmed(entry, &[name]));
        let candidates: Vec<_> = named.into_iter().flatten().collect();
        (!candidates.is_empty()).then_some(HostedSender { candidates })
    })
}

/// Nothing of the answer is in an error about it: it may be the token.
pub fn read_stream_token(status: u16, body: &[u8]) -> Result<RouteToken, AnswerError> {
    let answer = read_answer(status, body).map_err(|error| match error {
        AnswerError::Unreadable { status, .. } => no_token(status),
        refused @ AnswerError::Refused { .. } => refused,
    })?;
    let object = answer.as_object();
    let token = object.and_then(|object| first_text(object, ["token", "data.token"]));
    match token.and_then(|token| token.parse().ok()) {
        Some(token) => Ok(token),
        None if answer.get("status") == Some(&Value::Bool(false)) => {
            Err(refused_or_unreadable(status, body, &answer))
        }
        None => Err(no_token(status)),
    }
}

fn no_token(status: u16) -> AnswerError {
    AnswerError::Unreadable {
        status,
        message: "it has no token".to_owned(),
    }
}

fn trimmed(entry: &Map<String, Value>, names: &[&str]) -> Option<String> {
    first_text(entry, names.iter().copied()).map(|text| text.trim().to_owned())
}

fn stream(entry: &Map<String, Value>) -> Option<HostedStream> {
    Some(HostedStream {
        id: trimmed(entry, &["id", "stream_id"])?,
        uid: trimmed(entry, &["stream_uid", "uid"]),
        name: trimmed(entry, &["name"])?,
        description: trimmed(entry, &["description"]).unwrap_or_default(),
        kind: trimmed(entry, &["type", "stream_type"]),
        allowed_ips: list(
            entry,
            &["ip_acl", "allowed_ips"],
            &["value", "ip", "address"],
        )?,
        state: trimmed(entry, &["state", "status"]),
        tags: list(entry, &["stream_tags", "tags"], &["value", "name"]).unwrap_or_default(),
    })
}

/// A text with separators, a list of texts, or a list of objects; empty where there is none. An
/// allow list that has another shape must not look like none, so that it is `None`.
fn list(entry: &Map<String, Value>, names: &[&str], keys: &[&str]) -> Option<Vec<String>> {
    let found = names.iter().find_map(|name| find(entry, name));
    let one = |value: &Value| match value.as_object() {
        Some(object) => trimmed(object, keys),
        None => Some(as_text(value)?.trim().to_owned()),
    };
    match found {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::String(text)) => Some(
            text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'))
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect(),
        ),
        Some(Value::Array(list)) => list.iter().map(one).collect(),
        Some(Value::Bool(_) | Value::Number(_) | Value::Object(_)) => None,
    }
}
