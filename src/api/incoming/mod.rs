//! An incoming message as a carrier tells it, to a webhook or in a list. What the hosted service
//! sends is not public: names are those of its public callers, those of our own webhook, and those
//! that a route gives.

mod names;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use serde_json::{Map, Value};

use super::date::read_date;
use super::lenient::{as_text, find, first_text, read_json};
use crate::domain::{IncomingField, IncomingKey, Phone};
use names::names;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingFields {
    /// The carrier's id of the message.
    pub id: Option<String>,
    /// Digits where it is a phone number in any spelling; else as it came.
    pub from: String,
    pub to: Option<String>,
    /// May be empty.
    pub text: String,
    pub at: Option<Timestamp>,
    /// The carrier's id or name of the stream.
    pub stream: Option<String>,
}

/// Says nothing of what was found, which may be a person's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IncomingError {
    #[error("the request has no JSON object, form fields, or query parameters")]
    Unreadable,
    #[error("no field has the {0}; name it with --incoming-field {0}=NAME")]
    Missing(IncomingKey),
}

/// Reads a JSON object, a form, or query parameters; a field that the body lacks may stand in the
/// query. Whatever has a sender and a text is read.
pub fn read_incoming(
    content_type: Option<&str>,
    body: &[u8],
    query: Option<&str>,
    fields: &[IncomingField],
) -> Result<IncomingFields, IncomingError> {
    let mut told = object(content_type, body).unwrap_or_default();
    let nested = fields_of(&told, fields);
    if nested.is_ok() {
        return nested;
    }
    if let Some(query) = query {
        for (name, value) in form(query.as_bytes()) {
            told.entry(name).or_insert(value);
        }
    }
    if told.is_empty() {
        return Err(IncomingError::Unreadable);
    }
    fields_of(&told, fields).or_else(|error| {
        let mut inner = WRAPPERS.iter().filter_map(|name| one(told.get(*name)?));
        inner
            .find_map(|object| fields_of(object, fields).ok())
            .ok_or(error)
    })
}

/// Keys under which a webhook may wrap what it tells.
const WRAPPERS: [&str; 5] = ["data", "message", "payload", "incoming_message", "items"];

/// An object, or the only one of a list.
fn one(value: &Value) -> Option<&Map<String, Value>> {
    match value.as_array().map(Vec::as_slice) {
        Some([only]) => only.as_object(),
        _ => value.as_object(),
    }
}

/// Content types are often wrong: a body that opens like JSON is read as JSON.
fn object(content_type: Option<&str>, body: &[u8]) -> Option<Map<String, Value>> {
    let opens = body.trim_ascii_start().first();
    let is_json = content_type.is_some_and(|kind| kind.to_ascii_lowercase().contains("json"));
    if is_json || matches!(opens, Some(b'{' | b'[' | b'\xef')) {
        let json = read_json(body);
        return json.as_ref().and_then(one).cloned();
    }
    let is_multipart = content_type.is_some_and(|kind| kind.starts_with("multipart/"));
    (!is_multipart && body.contains(&b'=')).then(|| form(body).collect())
}

fn form(text: &[u8]) -> impl Iterator<Item = (String, Value)> {
    url::form_urlencoded::parse(text)
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
}

/// Of one object.
pub(super) fn fields_of(
    told: &Map<String, Value>,
    fields: &[IncomingField],
) -> Result<IncomingFields, IncomingError> {
    let text = |key| first_text(told, names(key, fields)).map(|text| text.trim().to_owned());
    let number = |text: String| match Phone::typed(&text) {
        Ok(phone) => phone.as_str().to_owned(),
        Err(_) => text,
    };
    Ok(IncomingFields {
        id: text(IncomingKey::Uuid),
        from: text(IncomingKey::From)
            .map(number)
            .ok_or(IncomingError::Missing(IncomingKey::From))?,
        to: text(IncomingKey::To).map(number),
        text: message_text(told, fields).ok_or(IncomingError::Missing(IncomingKey::Text))?,
        at: text(IncomingKey::ReceivedAt).and_then(|text| read_date(&text)),
        stream: text(IncomingKey::Stream),
    })
}

/// White space is a part of it, and a text of nothing is a text.
fn message_text(told: &Map<String, Value>, fields: &[IncomingField]) -> Option<String> {
    let names = || names(IncomingKey::Text, fields);
    let any = || names().find_map(|name| as_text(find(told, name)?));
    Some(first_text(told, names()).or_else(any)?.into_owned())
}

impl IncomingFields {
    /// The carrier's id, or what stands in for it in a list that is read again: the same message
    /// has the same, and so have two that differ in nothing.
    pub fn id_or_fingerprint(&self) -> String {
        match &self.id {
            // Ids are kept, and compared often.
            Some(id) if id.len() <= 200 => id.clone(),
            Some(id) => fingerprint(&[id]),
            None => self.fingerprint(),
        }
    }

    fn fingerprint(&self) -> String {
        let at = self.at.map_or_else(String::new, |at| at.to_string());
        let to = self.to.as_deref().unwrap_or_default();
        fingerprint(&[&self.from, to, &self.text, &at])
    }
}

fn fingerprint(parts: &[&str]) -> String {
    let mut joined = String::new();
    for part in parts {
        joined += &format!("{} {part}", part.len());
    }
    let digest = digest(&SHA256, joined.as_bytes());
    let hex = digest.as_ref()[..16].iter().map(|b| format!("{b:02x}"));
    format!("fp_{}", hex.collect::<String>())
}
