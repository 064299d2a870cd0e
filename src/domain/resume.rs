//! Where the wizard goes on with a draft, and the answers that a stream cannot hold yet.

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::draft::StreamDraft;
use super::event_type::EventTypes;
use super::field::Field;
use super::header::Header;
use super::webhook::{Incoming, Method};

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Resume {
    /// The question that is open. `None` also for one that a later version asks.
    #[serde(default, deserialize_with = "known_field")]
    pub question: Option<Field>,
    /// Of a webhook whose URL is not known.
    #[serde(default)]
    pub method: Option<Method>,
    #[serde(default)]
    pub events: Option<EventTypes>,
    #[serde(default)]
    pub headers: Vec<Header>,
}

impl Resume {
    pub fn of(draft: &StreamDraft, question: Option<Field>) -> Option<Self> {
        let method = match draft.webhook_method {
            Some(Incoming::Webhook(method)) if draft.webhook_url.is_none() => Some(method),
            _ => None,
        };
        let open = method.is_some();
        let resume = Self {
            question,
            method,
            events: draft.webhook_events.clone().filter(|_| open),
            headers: draft
                .webhook_headers
                .clone()
                .filter(|_| open)
                .unwrap_or_default(),
        };
        (question.is_some() || open).then_some(resume)
    }

    /// As the state file keeps it: with the values of headers.
    pub(super) fn to_json(&self) -> Value {
        let Self {
            question,
            method,
            events,
            headers,
        } = self;
        let header =
            |header: &Header| json!({ "name": header.name, "value": header.value.expose() });
        let mut json = json!({ "question": question.map(Field::key) });
        if let Some(method) = method {
            json["method"] = method.name().into();
            json["events"] = serde_json::to_value(events).unwrap_or_default();
            json["headers"] = headers.iter().map(header).collect();
        }
        json
    }
}

fn known_field<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Field>, D::Error> {
    let key: Option<String> = Option::deserialize(input)?;
    let with_key = |key: String| Field::ALL.into_iter().find(|field| field.key() == key);
    Ok(key.and_then(with_key))
}
