//! A stream as it was typed, in flags or in a document, before any of it is believed.

use std::fmt;

use serde::{Deserialize, Deserializer};

use super::draft::StreamDraft;
use super::field::Field;
use super::header::Header;
use super::problem::Problem;
use super::sender::DefaultSender;
use super::stream::{Status, StreamKind};
use super::value::Invalid;
use super::webhook::{Incoming, Method, Webhook};

/// The answers as text. `None` is a question that was not answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawDraft {
    /// The kind of stream; only checked.
    #[serde(rename = "type")]
    pub kind: StreamKind,
    /// Its name.
    pub name: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// What it is to be: Ready where nothing is said.
    pub status: Option<Status>,
    /// Its allow list.
    pub allowed_ips: Option<Vec<String>>,
    /// Its tags.
    pub tags: Option<Vec<String>>,
    /// Its default sender.
    #[serde(deserialize_with = "document_sender")]
    pub default_sender: Option<RawSender>,
    /// Whether it is simulated.
    pub demo: Option<bool>,
    /// Its webhook.
    #[serde(deserialize_with = "document_webhook")]
    pub webhook: RawWebhook,
}

/// A default sender as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawSender {
    /// Each request names its own.
    Customized,
    /// One that the catalogue has.
    Existing(String),
    /// One that the catalogue has or gains.
    New(String),
}

/// A webhook as it was typed, each part for itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawWebhook {
    /// Said to be wanted by nobody.
    #[serde(skip)]
    pub skip: bool,
    /// POST or GET.
    pub method: Option<String>,
    /// Its URL.
    pub url: Option<String>,
    /// Its headers.
    pub headers: Option<Vec<RawHeader>>,
}

/// A header as it was typed: one line, or a pair.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum RawHeader {
    /// `Name: value`.
    Line(String),
    /// Its two parts.
    Pair {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    },
}

impl fmt::Debug for RawHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RawHeader")
    }
}

/// In a document `null` says *Customized*, and a Sender ID may be new to the catalogue.
fn document_sender<'de, D: Deserializer<'de>>(input: D) -> Result<Option<RawSender>, D::Error> {
    Ok(Some(match Option::deserialize(input)? {
        None => RawSender::Customized,
        Some(id) => RawSender::New(id),
    }))
}

/// In a document `null` says that there is no webhook.
fn document_webhook<'de, D: Deserializer<'de>>(input: D) -> Result<RawWebhook, D::Error> {
    Ok(Option::deserialize(input)?.unwrap_or(RawWebhook {
        skip: true,
        ..RawWebhook::default()
    }))
}

impl RawDraft {
    /// These answers, and `other`'s where these have none.
    #[must_use]
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

    /// As [`RawDraft::read`], for a stream that has this webhook: a part of it alone keeps the
    /// method.
    #[must_use]
    pub fn read_for(&self, webhook: Option<&Webhook>) -> (StreamDraft, Vec<Problem>) {
        let (mut draft, wrong) = self.read();
        if let (None, Some(webhook), Some(Incoming::Webhook(method))) =
            (&self.webhook.method, webhook, &mut draft.webhook_method)
        {
            *method = webhook.method;
        }
        (draft, wrong)
    }

    /// Reads every answer by its rule: what could be read, and everything that is wrong.
    #[must_use]
    pub fn read(&self) -> (StreamDraft, Vec<Problem>) {
        let mut wrong = Vec::new();
        let (webhook_method, webhook_url, webhook_headers) = self.webhook.read(&mut wrong);
        let draft = StreamDraft {
            name: self
                .name
                .as_ref()
                .and_then(|text| one(Field::Name, text, &mut wrong)),
            description: self
                .description
                .as_ref()
                .and_then(|text| one(Field::Description, text, &mut wrong)),
            allowed_ips: self
                .allowed_ips
                .as_ref()
                .map(|texts| each(Field::AllowedIps, texts, &mut wrong).collect()),
            tags: self
                .tags
                .as_ref()
                .map(|texts| each(Field::Tags, texts, &mut wrong).collect()),
            default_sender: self
                .default_sender
                .as_ref()
                .and_then(|raw| raw.read(&mut wrong)),
            demo: self.demo,
            webhook_method,
            webhook_url,
            webhook_headers,
        };
        wrong.sort_by_key(|problem| problem.field);
        (draft, wrong)
    }
}

impl RawSender {
    fn read(&self, wrong: &mut Vec<Problem>) -> Option<DefaultSender> {
        match self {
            Self::Customized => Some(DefaultSender::Customized),
            Self::Existing(id) => one(Field::DefaultSender, id, wrong).map(DefaultSender::Existing),
            Self::New(id) => match id.parse() {
                Ok(id) => Some(DefaultSender::New(id)),
                Err(error) => {
                    wrong.push(Problem::new(Field::DefaultSender, error).with("--add-sender"));
                    None
                }
            },
        }
    }
}

type WebhookAnswers = (
    Option<Incoming>,
    Option<super::WebhookUrl>,
    Option<Vec<Header>>,
);

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
        }
    }

    fn read(&self, wrong: &mut Vec<Problem>) -> WebhookAnswers {
        let method = self
            .method
            .as_ref()
            .and_then(|text| one(Field::WebhookMethod, text, wrong));
        let url = self
            .url
            .as_ref()
            .and_then(|text| one(Field::WebhookUrl, text, wrong));
        let headers = self.headers.as_ref().map(|raw| {
            let mut list = Vec::new();
            for header in raw {
                if let Err(error) = header.read().and_then(|header| header.add_to(&mut list)) {
                    wrong.push(Problem::new(Field::WebhookHeaders, error));
                }
            }
            list
        });
        let wanted = method.is_some() || self.url.is_some() || headers.is_some();
        let incoming = if self.skip {
            Some(Incoming::Skip)
        } else if wanted {
            Some(Incoming::Webhook(method.unwrap_or(Method::Post)))
        } else {
            None
        };
        (incoming, url, headers)
    }
}

impl RawHeader {
    fn read(&self) -> Result<Header, Invalid> {
        match self {
            Self::Line(line) => line.parse(),
            Self::Pair { name, value } => Header::new(name, value),
        }
    }
}

fn one<T>(field: Field, text: &str, wrong: &mut Vec<Problem>) -> Option<T>
where
    T: std::str::FromStr<Err = Invalid>,
{
    text.parse()
        .map_err(|error| wrong.push(Problem::new(field, error)))
        .ok()
}

fn each<'a, T>(
    field: Field,
    texts: &'a [String],
    wrong: &'a mut Vec<Problem>,
) -> impl Iterator<Item = T> + 'a
where
    T: std::str::FromStr<Err = Invalid>,
{
    texts.iter().filter_map(move |text| one(field, text, wrong))
}

#[cfg(test)]
mod tests {
    use super::*;

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
