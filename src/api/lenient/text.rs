//! What an API says in words: foreign text, shortened.

use serde_json::{Map, Value};

/// In characters.
const LONGEST: usize = 200;

/// The first of these keys that has a text or a number.
pub fn text(entry: &Map<String, Value>, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| match entry.get(*key)? {
        Value::String(text) if !text.is_empty() => Some(short(text)),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

pub(super) fn has_error(entry: &Map<String, Value>) -> bool {
    match entry.get("error") {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(_) => true,
    }
}

/// Looks for the reason under every key that is known to carry one.
pub(super) fn reason(entry: &Map<String, Value>) -> Option<String> {
    let errors = || match entry.get("errors")? {
        Value::String(text) => Some(short(text)),
        Value::Array(list) => {
            let list: Vec<_> = list
                .iter()
                .map(|one| match one {
                    Value::String(text) => text.clone(),
                    Value::Object(one) => reason(one).unwrap_or_default(),
                    other => other.to_string(),
                })
                .collect();
            Some(short(&list.join("; "))).filter(|text| !text.is_empty())
        }
        _ => None,
    };
    text(
        entry,
        &["details", "message", "error_description", "detail"],
    )
    .or_else(errors)
    .or_else(|| text(entry, &["error", "title"]))
}

/// Turns a body that is not JSON into one line without tags.
pub(super) fn plain(body: &[u8]) -> Option<String> {
    let start = &body[..body.len().min(16 << 10)];
    let (mut text, mut inside) = (String::new(), false);
    for c in String::from_utf8_lossy(start).chars() {
        match c {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(short(&line)).filter(|line| !line.is_empty())
}

pub(super) fn short(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

pub(super) fn usual(status: u16) -> &'static str {
    match status {
        300..=399 => "it redirects; redirects are not followed",
        401 => "the token was rejected",
        403 => "not allowed",
        404 => "there is no Streams API at this address",
        429 => "too many requests",
        500..=599 => "the server failed",
        _ => "no reason given",
    }
}
