//! A stream as JSON: one shape for answers and for the state file.

use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use super::header::Header;
use super::secret::Secret;
use super::stream::Stream;
use super::webhook::Webhook;

/// Who will read the JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Anyone: header values are masked.
    Anyone,
    /// The owner, who asked for the secrets.
    Owner,
    /// The state file: with what only it keeps.
    File,
}

impl Reader {
    /// Every key that a stream may have in the state file.
    pub(crate) const KEYS: [&'static str; 15] = [
        "id",
        "name",
        "type",
        "description",
        "status",
        "tags",
        "allowed_ips",
        "default_sender",
        "demo",
        "webhook",
        "token_hint",
        "token_sha256",
        "resume_at",
        "created_at",
        "updated_at",
    ];
}

/// A stream and its reader, ready to be serialised.
#[derive(Debug, Clone, Copy)]
pub struct StreamJson<'a>(pub &'a Stream, pub Reader);

impl Serialize for StreamJson<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let Self(stream, reader) = self;
        let webhook = stream
            .webhook
            .as_ref()
            .map(|webhook| WebhookJson(webhook, *reader));
        let mut json = out.serialize_struct("Stream", 15)?;
        json.serialize_field("id", &stream.id)?;
        json.serialize_field("name", &stream.name)?;
        json.serialize_field("type", &stream.kind)?;
        json.serialize_field("description", &stream.description)?;
        json.serialize_field("status", &stream.status)?;
        json.serialize_field("tags", &stream.tags)?;
        json.serialize_field("allowed_ips", &stream.allowed_ips)?;
        json.serialize_field("default_sender", &stream.default_sender)?;
        json.serialize_field("demo", &stream.demo)?;
        json.serialize_field("webhook", &webhook)?;
        json.serialize_field("token_hint", &stream.token_hint)?;
        if *reader == Reader::File {
            json.serialize_field("token_sha256", &stream.token_sha256)?;
            if let Some(step) = stream.resume_at {
                json.serialize_field("resume_at", &step)?;
            }
        }
        json.serialize_field("created_at", &stream.created_at)?;
        json.serialize_field("updated_at", &stream.updated_at)?;
        json.end()
    }
}

struct WebhookJson<'a>(&'a Webhook, Reader);

impl Serialize for WebhookJson<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let Self(webhook, reader) = self;
        let headers: Vec<_> = webhook
            .headers
            .iter()
            .map(|header| HeaderJson(header, *reader))
            .collect();
        let mut json = out.serialize_struct("Webhook", 3)?;
        json.serialize_field("method", &webhook.method)?;
        json.serialize_field("url", &webhook.url)?;
        json.serialize_field("headers", &headers)?;
        json.end()
    }
}

struct HeaderJson<'a>(&'a Header, Reader);

impl Serialize for HeaderJson<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let Self(header, reader) = self;
        let value = match reader {
            Reader::Anyone => Secret::MASK,
            Reader::Owner | Reader::File => header.value.expose(),
        };
        let mut json = out.serialize_struct("Header", 2)?;
        json.serialize_field("name", &header.name)?;
        json.serialize_field("value", value)?;
        json.end()
    }
}
