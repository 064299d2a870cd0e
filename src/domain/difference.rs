//! What differs between two forms of a stream, field by field, as people and programs are told.

use serde::Serialize;

use super::field::Field;
use super::header::{Header, HeaderName};
use super::secret::Secret;
use super::stream::Stream;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The key in JSON.
    pub field: String,
    pub before: String,
    pub after: String,
}

/// Times, id and token are not compared: they follow from the fields.
pub fn differences(before: &Stream, after: &Stream) -> Vec<Difference> {
    let mut told = Vec::new();
    let mut tell = |field: &str, before: String, after: String| {
        if before != after {
            told.push(Difference {
                field: field.to_owned(),
                before,
                after,
            });
        }
    };
    for field in Field::as_written() {
        // Headers are told one by one: their values count as well.
        if field != Field::WebhookHeaders {
            tell(field.key(), field.show(before), field.show(after));
        }
        if field == Field::Description {
            tell(
                "status",
                before.status.to_string(),
                after.status.to_string(),
            );
        }
    }
    told.extend(header_differences(headers(before), headers(after)));
    told
}

fn headers(stream: &Stream) -> &[Header] {
    stream
        .webhook
        .as_ref()
        .map_or(&[], |webhook| &webhook.headers)
}

/// Values are secret: a difference names the header and masks its value.
fn header_differences(before: &[Header], after: &[Header]) -> Vec<Difference> {
    let told = |name: &HeaderName, before: &str, after: &str| Difference {
        field: format!("webhook.headers.{name}"),
        before: before.to_owned(),
        after: after.to_owned(),
    };
    let with_name = |list: &[Header], name: &HeaderName| {
        list.iter()
            .find(|other| other.name.is(name.as_str()))
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
