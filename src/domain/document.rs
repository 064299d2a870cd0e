//! Streams as code: the shape of the document, and the placeholders that keep secrets out of it.

use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::field::Field;
use super::problem::Problem;
use super::raw::RawDraft;
use super::raw_value::RawHeader;
use super::stream::{Status, Stream};
use super::stream_json::with_values;
use super::webhook::Webhook;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Syntax {
    #[default]
    Yaml,
    Json,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    pub streams: Vec<RawDraft>,
}

/// Reads `${NAME}`, with nothing around it.
fn placeholder(value: &str) -> Option<&str> {
    let name = value.strip_prefix("${")?.strip_suffix('}')?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (!name.is_empty() && name.bytes().all(plain)).then_some(name)
}

impl RawDraft {
    /// Replaces placeholders in header values with the values of environment variables. Where the
    /// environment has none, the header keeps the value that the stream has now, if it has one.
    pub fn fill(
        &mut self,
        environment: &dyn Fn(&str) -> Option<String>,
        now: Option<&Webhook>,
    ) -> Result<(), Vec<Problem>> {
        let mut wrong = Vec::new();
        let kept = |header: &str| {
            let same = |h: &&super::Header| h.name.is(header.trim());
            now.and_then(|webhook| webhook.headers.iter().find(same))
                .map(|h| h.value.expose().to_owned())
        };
        for header in self.webhook.headers.iter_mut().flatten() {
            let (name, value) = match header {
                RawHeader::Pair { name, value } => (name.clone(), value.trim().to_owned()),
                RawHeader::Line(line) => match line.split_once(':') {
                    Some((name, value)) => (name.to_owned(), value.trim().to_owned()),
                    None => continue,
                },
            };
            let Some(variable) = placeholder(&value) else {
                continue;
            };
            match environment(variable).or_else(|| kept(&name)) {
                Some(value) => *header = RawHeader::Pair { name, value },
                None => wrong.push(Problem::new(
                    Field::WebhookHeaders,
                    format_args!(
                        "the environment variable {variable}, used by {}, is not set",
                        super::escape(&name)
                    ),
                )),
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }
}

/// Names a variable for each header of each stream, no two alike.
pub fn placeholders(streams: &[Stream]) -> Vec<Vec<String>> {
    let mut taken = std::collections::HashSet::new();
    let mut free = |name: String| {
        let numbered = (2..).map(|n| format!("{name}_{n}"));
        let chosen = std::iter::once(name.clone())
            .chain(numbered)
            .find(|name| taken.insert(name.clone()));
        chosen.unwrap_or_default()
    };
    let names = |stream: &Stream| {
        let headers = stream.webhook.iter().flat_map(|webhook| &webhook.headers);
        headers
            .map(|header| variable(stream.name.as_str(), header.name.as_str()))
            .collect::<Vec<_>>()
    };
    streams
        .iter()
        .map(|stream| names(stream).into_iter().map(&mut free).collect())
        .collect()
}

/// `OTP_GERMANY_X_API_KEY`
fn variable(stream: &str, header: &str) -> String {
    let word = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    let name: String = format!("{stream}_{header}").chars().map(word).collect();
    // A shell variable does not begin with a digit.
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("_{name}")
    } else {
        name
    }
}

/// A stream in a document, and the placeholders of its header values.
#[derive(Debug)]
pub struct Exported<'a>(pub &'a Stream, pub &'a [String]);

impl Serialize for Exported<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let Self(stream, variables) = self;
        let values = variables.iter().map(|variable| format!("${{{variable}}}"));
        let mut json = with_values(stream, values).map_err(S::Error::custom)?;
        // A draft says nothing about the questions of the step that it was left at, or of later
        // ones, beyond what was answered: so it goes on at the same step where it is applied.
        let left_open = |key: &str| {
            let of_key = |field: &Field| field.key().split('.').next() == Some(key);
            let open = |field: Field| stream.resume_at.is_some_and(|at| at <= field.step());
            Field::ALL.into_iter().find(of_key).is_some_and(open)
        };
        if let Some(keys) = json.as_object_mut() {
            keys.retain(|key, value| match key.as_str() {
                "id" | "type" | "token_hint" | "created_at" | "updated_at" => false,
                "status" => stream.status != Status::Ready,
                key => !(left_open(key) && is_nothing(value)),
            });
        }
        json.serialize(out)
    }
}

/// Whether a value is the same as no answer.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(yes) => !yes,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Number(_) | Value::Object(_) => false,
    }
}
