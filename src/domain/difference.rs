//! What differs between two forms of a stream, field by field, as people and programs are told.

use serde::Serialize;

use super::header::{Header, HeaderName};
use super::secret::Secret;
use super::stream::Stream;

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The field, by its name in JSON.
    pub field: String,
    /// What it was.
    pub before: String,
    /// What it is to be.
    pub after: String,
}

/// The fields in which `after` differs. Times, id and token are no fields: they follow.
#[must_use]
pub fn differences(before: &Stream, after: &Stream) -> Vec<Difference> {
    let fields = fields(before).into_iter().zip(fields(after));
    let told = fields.filter(|((_, before), (_, after))| before != after);
    let mut told: Vec<_> = told
        .map(|((field, before), (_, after))| Difference {
            field: field.to_owned(),
            before,
            after,
        })
        .collect();
    told.extend(header_differences(headers(before), headers(after)));
    told
}

fn fields(stream: &Stream) -> [(&'static str, String); 9] {
    let webhook = stream.webhook.as_ref();
    [
        ("name", stream.name.to_string()),
        ("description", stream.description.to_string()),
        ("status", stream.status.to_string()),
        ("tags", stream.tags.to_string()),
        ("allowed_ips", stream.allowed_ips.to_string()),
        ("default_sender", stream.sender_name()),
        ("demo", stream.demo.to_string()),
        (
            "webhook.method",
            webhook.map_or_else(String::new, |webhook| webhook.method.to_string()),
        ),
        (
            "webhook.url",
            webhook.map_or_else(String::new, |webhook| webhook.url.to_string()),
        ),
    ]
}

fn headers(stream: &Stream) -> &[Header] {
    stream
        .webhook
        .as_ref()
        .map_or(&[], |webhook| &webhook.headers)
}

/// One difference a header, without its value.
fn header_differences(before: &[Header], after: &[Header]) -> Vec<Difference> {
    let told = |name: &HeaderName, before: &str, after: &str| Difference {
        field: format!("webhook.headers.{name}"),
        before: before.to_owned(),
        after: after.to_owned(),
    };
    let with_name = |list: &[Header], name: &HeaderName| {
        list.iter()
            .find(|other| other.name.as_str().eq_ignore_ascii_case(name.as_str()))
            .cloned()
    };
    let gone = before
        .iter()
        .filter(|header| with_name(after, &header.name).is_none());
    let mut all: Vec<_> = gone
        .map(|header| told(&header.name, Secret::MASK, ""))
        .collect();
    for header in after {
        match with_name(before, &header.name) {
            None => all.push(told(&header.name, "", Secret::MASK)),
            Some(old) if old.value != header.value => {
                all.push(told(
                    &header.name,
                    Secret::MASK,
                    &format!("{} (another value)", Secret::MASK),
                ));
            }
            Some(_) => {}
        }
    }
    all
}
