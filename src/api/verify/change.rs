//! What may have happened to a body between signing and checking: undoes likely changes one by one,
//! until the signature fits.

use serde_json::Value;

use super::Delivery;
use super::rewrite;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// Over exactly this content, with this secret.
    Right,
    /// Fits once this change is undone.
    Changed(Change),
    /// Of another secret, or of another body.
    Foreign,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Line breaks at the end were not signed.
    NewlineAdded,
    /// A line break at the end was signed, and is missing.
    NewlineRemoved,
    /// `\n` became `\r\n`, or the other way round.
    LineEndings,
    ByteOrderMark,
    /// The same JSON value, written differently.
    Json,
    /// The same query parameters, written differently.
    Query,
    /// The query string with something in front of it: `?`, a path, a whole URL.
    QueryWithPrefix,
    /// Signed over a body, as a `POST` is.
    SignedAsPost,
    /// Signed over the query string, as a `GET` is.
    SignedAsGet,
}

impl Change {
    /// Continues a sentence that has the body as its subject.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NewlineAdded => "a newline was added at the end",
            Self::NewlineRemoved => "the newline at the end was removed",
            Self::LineEndings => "its line endings were changed between LF and CRLF",
            Self::ByteOrderMark => "a byte order mark was added at the beginning",
            Self::Json => {
                "the JSON value is the same, but it was parsed and written again with different \
                 whitespace, key order, or escapes"
            }
            Self::Query => {
                "the query parameters are the same, but they were decoded or encoded again"
            }
            Self::QueryWithPrefix => {
                "the query string has a prefix; the signed part begins after the ?"
            }
            Self::SignedAsPost => {
                "the signature covers a body, as in a POST delivery, but this is a GET request"
            }
            Self::SignedAsGet => {
                "the signature covers the query string, as in a GET delivery, but a body was \
                 checked"
            }
        }
    }
}

/// `signed` says whether a text was signed.
pub(super) fn explain(delivery: &Delivery, signed: impl Fn(&str) -> bool) -> Signature {
    let body = delivery.body.as_str();
    let (content, other) = match (delivery.is_get(), delivery.query()) {
        (true, Some(query)) => (query, Some(body)),
        (_, query) => (body, query),
    };
    let as_post = Signature::Changed(Change::SignedAsPost);
    if signed(content) {
        let misplaced = delivery.is_get() && is_object(content);
        return if misplaced { as_post } else { Signature::Right };
    }
    if other.is_some_and(&signed) {
        return match delivery.is_get() {
            // A query string may be given as the body of a GET.
            true if body.is_empty() || is_object(body) => as_post,
            true => Signature::Right,
            false => Signature::Changed(Change::SignedAsGet),
        };
    }
    match plain_changes(content)
        .find(|(_, text)| signed(text))
        .map(|(change, _)| change)
        .or_else(|| written_differently(content, &signed))
    {
        Some(change) => Signature::Changed(change),
        None => Signature::Foreign,
    }
}

fn is_object(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

fn plain_changes(content: &str) -> impl Iterator<Item = (Change, String)> {
    let cut = content.trim_end_matches(['\r', '\n']);
    let without_mark = content.strip_prefix('\u{feff}').unwrap_or(content);
    let lf = content.replace("\r\n", "\n");
    let crlf = lf.replace('\n', "\r\n");
    let one_less = content
        .strip_suffix("\r\n")
        .or_else(|| content.strip_suffix('\n'));
    let texts = [
        (Change::NewlineAdded, one_less.unwrap_or(cut).to_owned()),
        (Change::NewlineAdded, cut.to_owned()),
        (Change::NewlineRemoved, format!("{content}\n")),
        (Change::NewlineRemoved, format!("{content}\r\n")),
        (Change::LineEndings, lf),
        (Change::LineEndings, crlf),
        (Change::ByteOrderMark, without_mark.to_owned()),
    ];
    texts.into_iter()
}

fn written_differently(content: &str, signed: &impl Fn(&str) -> bool) -> Option<Change> {
    let content = content.trim_start_matches('\u{feff}').trim();
    if let Ok(value) = serde_json::from_str::<Value>(content) {
        if rewrite::json(&value).any(|text| signed(&text)) {
            return Some(Change::Json);
        }
        let as_get = rewrite::query_of(&value).is_some_and(|text| signed(&text));
        return as_get.then_some(Change::SignedAsGet);
    }
    let query = content.split_once('?').map_or(content, |(_, query)| query);
    if query != content && signed(query) {
        return Some(Change::QueryWithPrefix);
    }
    rewrite::query(query)
        .any(|text| signed(&text))
        .then_some(Change::Query)
}
