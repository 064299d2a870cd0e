//! A stream as it was typed, in flags or in a document, before validation.

use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use super::draft::StreamDraft;
use super::event_type::{EventType, EventTypes};
use super::field::Field;
use super::header::Header;
use super::problem::Problem;
use super::raw_value::{RawHeader, RawSender, document_sender, one};
use super::stream::{Status, StreamKind};
use super::value::Invalid;
use super::webhook::{Incoming, Method, Webhook};

/// `None` is a question that was not answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawDraft {
    /// Checked and dropped: there is one kind.
    #[serde(rename = "type")]
    pub kind: StreamKind,
    pub name: Option<String>,
    pub description: Option<String>,
    /// Ready where nothing is said.
    pub status: Option<Status>,
    pub allowed_ips: Option<Vec<String>>,
    pub tags: Option<Vec<String>>,
    #[serde(deserialize_with = "document_sender")]
    pub default_sender: Option<RawSender>,
    pub demo: Option<bool>,
    #[serde(deserialize_with = "document_webhook")]
    pub webhook: RawWebhook,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawWebhook {
    /// Whether the stream is to have no webhook.
    #[serde(skip)]
    pub skip: bool,
    pub method: Option<String>,
    pub url: Option<String>,
    pub headers: Option<Vec<RawHeader>>,
    pub events: Option<Vec<String>>,
}

/// In a document, `null` says that there is no webhook.
fn document_webhook<'de, D: Deserializer<'de>>(input: D) -> Result<RawWebhook, D::Error> {
    Ok(Option::deserialize(input)?.unwrap_or(RawWebhook {
        skip: true,
        ..RawWebhook::default()
    }))
}

impl RawDraft {
    /// Takes `other`'s answers where these have none.
    pub fn or(self, other: Self) -> Self {
        Self {
            kind: self.kind,
            status: self.status.or(other.status),
            name: self.name.or(other.name),
            description: self.description.or(other.description),
            allowed_ips: self.allowed_ips.or(other.allowed_ips),
            tags: self.tags.or(other.tags),
            default_sender: self.default_sender.or(other.default_sender),
            demo: self.demo.or(other.demo),
            webhook: self.webhook.or(other.webhook),
        }
    }

    /// As [`RawDraft::read`], for a stream that has this webhook: an answer about a part of it keeps
    /// the method.
    pub fn read_for(&self, webhook: Option<&Webhook>) -> (StreamDraft, Vec<Problem>) {
        let (mut draft, wrong) = self.read();
        if let (None, Some(webhook), Some(Incoming::Webhook(method))) =
            (&self.webhook.method, webhook, &mut draft.webhook_method)
        {
            *method = webhook.method;
        }
        (draft, wrong)
    }

    /// Reads every answer by its rule and collects everything that is wrong.
    pub fn read(&self) -> (StreamDraft, Vec<Problem>) {
        let Self {
            kind: _,
            name,
            description,
            status: _,
            allowed_ips,
            tags,
            default_sender,
            demo,
            webhook,
        } = self;
        let mut wrong = Vec::new();
        let method = one(Field::WebhookMethod, webhook.method.as_deref(), &mut wrong);
        let sender = default_sender.as_ref();
        let draft = StreamDraft {
            name: one(Field::Name, name.as_deref(), &mut wrong),
            description: one(Field::Description, description.as_deref(), &mut wrong),
            allowed_ips: each(Field::AllowedIps, allowed_ips.as_deref(), &mut wrong),
            tags: each(Field::Tags, tags.as_deref(), &mut wrong),
            default_sender: sender.and_then(|raw| raw.read(&mut wrong)),
            demo: *demo,
            webhook_method: webhook.incoming(method),
            webhook_url: one(Field::WebhookUrl, webhook.url.as_deref(), &mut wrong),
            webhook_events: webhook.read_events(&mut wrong),
            webhook_headers: webhook.read_headers(&mut wrong),
        };
        Problem::sort(&mut wrong);
        (draft, wrong)
    }
}

impl RawWebhook {
    fn or(self, other: Self) -> Self {
        if self.skip {
            return self;
        }
        Self {
            skip: other.skip && self == Self::default(),
            method: self.method.or(other.method),
            url: self.url.or(other.url),
            headers: self.headers.or(other.headers),
            events: self.events.or(other.events),
        }
    }

    /// Any part of a webhook says that one is wanted.
    fn incoming(&self, read: Option<Method>) -> Option<Incoming> {
        let Self {
            skip,
            method: _,
            url,
            headers,
            events,
        } = self;
        let wanted = read.is_some() || url.is_some() || headers.is_some() || events.is_some();
        if *skip {
            Some(Incoming::Skip)
        } else {
            wanted.then(|| Incoming::Webhook(read.unwrap_or(Method::Post)))
        }
    }

    fn read_headers(&self, wrong: &mut Vec<Problem>) -> Option<Vec<Header>> {
        let mut list = Vec::new();
        for header in self.headers.as_ref()? {
            if let Err(error) = header.read().and_then(|header| header.add_to(&mut list)) {
                wrong.push(Problem::new(Field::WebhookHeaders, error));
            }
        }
        Some(list)
    }

    fn read_events(&self, wrong: &mut Vec<Problem>) -> Option<EventTypes> {
        let names = self.events.as_deref()?;
        let types: Vec<EventType> = each(Field::WebhookEvents, Some(names), wrong)?;
        // Of names that are none, each was told already.
        if types.is_empty() && !names.is_empty() {
            return None;
        }
        EventTypes::try_from(types)
            .map_err(|error| wrong.push(Problem::new(Field::WebhookEvents, error)))
            .ok()
    }
}

fn each<T, L>(field: Field, texts: Option<&[String]>, wrong: &mut Vec<Problem>) -> Option<L>
where
    T: FromStr<Err = Invalid>,
    L: FromIterator<T>,
{
    let read = |text: &String| one(field, Some(text), wrong);
    Some(texts?.iter().filter_map(read).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::DefaultSender;

    #[test]
    fn every_problem_is_found_at_once_and_in_the_order_of_the_questions() {
        let raw: RawDraft = serde_json::from_str(
            r#"{"webhook": {"method": "put", "url": "nowhere", "headers": ["Host: x", "no"]},
                "tags": ["ok", "a,b"], "allowed_ips": ["192.0.2.1", "10.1", "300.0.0.1"], "name": ""}"#,
        )
        .unwrap();
        let (draft, wrong) = raw.read();
        let flags: Vec<_> = wrong.iter().map(|problem| problem.field.flag()).collect();
        assert_eq!(
            flags,
            [
                "--name",
                "--ip",
                "--ip",
                "--tag",
                "--webhook-method",
                "--webhook-url",
                "--webhook-header",
                "--webhook-header"
            ]
        );
        assert_eq!(draft.tags.unwrap().len(), 1);
    }

    #[test]
    fn flags_go_before_the_document_answer_by_answer() {
        let file: RawDraft = serde_json::from_str(
            r#"{"name": "file", "demo": true, "webhook": {"url": "https://example.com/a", "method": "get"}}"#,
        )
        .unwrap();
        let flags = RawDraft {
            name: Some("flag".into()),
            webhook: RawWebhook {
                url: Some("https://example.com/b".into()),
                ..RawWebhook::default()
            },
            ..RawDraft::default()
        };
        let (draft, wrong) = flags.or(file).read();
        assert_eq!(wrong, []);
        assert_eq!(draft.name.unwrap().as_str(), "flag");
        assert_eq!(draft.demo, Some(true));
        assert_eq!(draft.webhook_method, Some(Incoming::Webhook(Method::Get)));
        assert_eq!(draft.webhook_url.unwrap().as_str(), "https://example.com/b");
    }

    #[test]
    fn null_is_an_answer_and_absence_is_none() {
        let (said, _) =
            serde_json::from_str::<RawDraft>(r#"{"default_sender": null, "webhook": null}"#)
                .unwrap()
                .read();
        assert_eq!(said.default_sender, Some(DefaultSender::Customized));
        assert_eq!(said.webhook_method, Some(Incoming::Skip));
        let (silent, _) = serde_json::from_str::<RawDraft>("{}").unwrap().read();
        assert_eq!(silent, StreamDraft::default());
    }

    #[test]
    fn a_mistyped_key_is_refused() {
        let error = serde_json::from_str::<RawDraft>(r#"{"nmae": "x"}"#)
            .unwrap_err()
            .to_string();
        assert!(error.contains("unknown field `nmae`"), "{error}");
    }
}
