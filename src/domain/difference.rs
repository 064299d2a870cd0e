//! What differs between two forms of a stream, field by field, as people and programs are told.

use serde::Serialize;

use super::secret::Secret;
use super::stream::Stream;

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The field, by its name in JSON.
    pub field: &'static str,
    /// What it was.
    pub before: String,
    /// What it is to be.
    pub after: String,
}

/// The fields in which `after` differs. Times, id and token are no fields: they follow.
#[must_use]
pub fn differences(before: &Stream, after: &Stream) -> Vec<Difference> {
    let (old, new) = (Fields::of(before), Fields::of(after));
    let mut all: Vec<_> = old.shown.into_iter().zip(new.shown).collect();
    if old.headers == new.headers {
        // Masked values look alike: only a real difference is told.
        all.retain(|((field, _), _)| *field != "webhook.headers");
    } else {
        for ((field, _), (_, after)) in &mut all {
            if *field == "webhook.headers" && !after.is_empty() {
                after.push_str(" (changed)");
            }
        }
    }
    let told = all
        .into_iter()
        .filter(|((_, before), (_, after))| before != after);
    told.map(|((field, before), (_, after))| Difference {
        field,
        before,
        after,
    })
    .collect()
}

struct Fields<'a> {
    shown: Vec<(&'static str, String)>,
    headers: Vec<(&'a str, &'a str)>,
}

impl<'a> Fields<'a> {
    fn of(stream: &'a Stream) -> Self {
        let webhook = stream.webhook.as_ref();
        let headers = webhook.map_or(&[][..], |webhook| &webhook.headers);
        let masked: Vec<_> = headers
            .iter()
            .map(|h| format!("{}: {}", h.name, Secret::MASK))
            .collect();
        let shown = vec![
            ("name", stream.name.to_string()),
            ("description", stream.description.to_string()),
            ("status", stream.status.to_string()),
            ("tags", joined(&stream.tags)),
            ("allowed_ips", joined(&stream.allowed_ips)),
            (
                "default_sender",
                stream
                    .default_sender
                    .as_ref()
                    .map_or("Customized".into(), ToString::to_string),
            ),
            ("demo", stream.demo.to_string()),
            (
                "webhook.method",
                webhook.map_or_else(String::new, |webhook| webhook.method.to_string()),
            ),
            (
                "webhook.url",
                webhook.map_or_else(String::new, |webhook| webhook.url.to_string()),
            ),
            ("webhook.headers", masked.join(", ")),
        ];
        let headers = headers
            .iter()
            .map(|h| (h.name.as_str(), h.value.expose()))
            .collect();
        Self { shown, headers }
    }
}

fn joined<T: ToString>(values: &[T]) -> String {
    values
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}
