//! The delivery of an event to a stream's webhook. What the hosted service sends is not
//! public: names, signature and the signing of `GET` are ours, on the lines of Standard Webhooks.

use serde::Serialize;
use serde_json::Value;

use super::request::{HeaderValue, HttpRequest};
use crate::domain::{
    Event, EventType, Invalid, MessageStatus, Method, Secret, StreamId, Webhook, WebhookSecret,
};

/// In bytes.
const LONGEST: usize = 4096;

#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum WebhookBody {
    Received(ReceivedEvent),
    Status(StatusEvent),
}

/// `None` is left out.
#[derive(Debug, Clone, Serialize)]
pub struct ReceivedEvent {
    pub message_uuid: String,
    pub stream: StreamId,
    /// The handset.
    pub from: String,
    /// The Sender ID.
    pub to: String,
    pub text: String,
    /// RFC 3339, UTC, milliseconds.
    pub received_at: String,
    /// The outgoing message that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_uuid: Option<String>,
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The same as `webhook-id`.
    pub event_id: String,
    /// Counts within the conversation.
    pub sequence: u64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub test: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct StatusEvent {
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The same as `webhook-id`.
    pub event_id: String,
    /// Counts within the conversation: the status with the largest number is current.
    pub sequence: u64,
    /// RFC 3339, UTC, milliseconds.
    pub occurred_at: String,
    pub message_uuid: String,
    pub internal_id: Option<String>,
    pub conversation_uuid: String,
    pub stream: StreamId,
    /// The Sender ID.
    pub from: String,
    /// The handset.
    pub to: String,
    pub status: MessageStatus,
    #[serde(rename = "final")]
    pub is_final: bool,
    pub details: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub test: bool,
}

impl From<&Event> for WebhookBody {
    fn from(event: &Event) -> Self {
        let Event {
            id,
            sequence,
            at,
            status,
            message,
        } = event;
        let (from, to) = message.from_and_to();
        let (from, to) = (from.to_owned(), to.to_owned());
        let conversation_uuid = message.conversation().to_string();
        match status {
            None => Self::Received(ReceivedEvent {
                kind: EventType::Received.name(),
                event_id: id.to_string(),
                sequence: *sequence,
                message_uuid: message.uuid.to_string(),
                stream: message.stream.clone(),
                from,
                to,
                text: message.text.clone(),
                received_at: format!("{:.3}", message.at),
                in_reply_to: message.in_reply_to.map(|uuid| uuid.to_string()),
                conversation_uuid: Some(conversation_uuid),
                test: false,
            }),
            Some(change) => Self::Status(StatusEvent {
                kind: EventType::Status.name(),
                event_id: id.to_string(),
                sequence: *sequence,
                occurred_at: format!("{at:.3}"),
                message_uuid: message.uuid.to_string(),
                internal_id: message.internal_id.clone(),
                conversation_uuid,
                stream: message.stream.clone(),
                from,
                to,
                status: change.status,
                is_final: change.status.is_final(),
                details: change.details.clone(),
                test: false,
            }),
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Signing<'a> {
    /// The same on every attempt of a delivery.
    pub id: &'a str,
    /// In seconds since 1970.
    pub timestamp: i64,
    /// Without it, the signature is shown masked.
    pub secret: Option<&'a WebhookSecret>,
}

/// `POST` has a JSON body, `GET` appends query parameters to the URL's own. The signature is over
/// `id.timestamp.body`; with `GET` the raw query string takes the body's place.
pub fn webhook_request(
    webhook: &Webhook,
    event: &WebhookBody,
    signing: Signing<'_>,
) -> Result<HttpRequest, Invalid> {
    // Strings, numbers and booleans always have a JSON form.
    let fields = serde_json::to_value(event).unwrap_or_default();
    let (url, body, signed) = match webhook.method {
        Method::Post => {
            let text = fields.to_string();
            (webhook.url.to_string(), Some(fields), text)
        }
        Method::Get => {
            let (url, query) = with_query(webhook, &fields)?;
            (url, None, query)
        }
    };
    let Signing {
        id,
        timestamp,
        secret,
    } = signing;
    let signature = secret.map(|secret| Secret::new(secret.sign(id, timestamp, &signed)));
    let plain = |text: String| HeaderValue::Plain(text.into());
    let mut headers = vec![
        (
            "User-Agent".into(),
            HeaderValue::Plain(concat!("textpeak/", env!("CARGO_PKG_VERSION")).into()),
        ),
        ("webhook-id".into(), plain(id.to_owned())),
        ("webhook-timestamp".into(), plain(timestamp.to_string())),
        (
            "webhook-signature".into(),
            HeaderValue::Secret {
                value: signature,
                mask: format!("v1,{}", Secret::MASK),
            },
        ),
    ];
    if body.is_some() {
        let json = HeaderValue::Plain("application/json".into());
        headers.insert(1, ("Content-Type".into(), json));
    }
    headers.extend(webhook.headers.iter().map(|header| {
        let value = HeaderValue::Secret {
            value: Some(header.value.clone()),
            mask: header.value.to_string(),
        };
        (header.name.to_string().into(), value)
    }));
    Ok(HttpRequest {
        method: webhook.method.name(),
        url,
        headers,
        body,
    })
}

fn with_query(webhook: &Webhook, fields: &Value) -> Result<(String, String), Invalid> {
    let mut url = url::Url::parse(webhook.url.as_str())
        .map_err(|_| Invalid::new("the webhook's URL is invalid"))?;
    {
        let mut query = url.query_pairs_mut();
        let said = fields.as_object().into_iter().flatten();
        for (name, value) in said.filter(|(_, value)| !value.is_null()) {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            query.append_pair(name, &value);
        }
    }
    let query = url.query().unwrap_or_default().to_owned();
    let url = String::from(url);
    if url.len() > LONGEST {
        return Err(Invalid::new(format_args!(
            "the URL of this GET delivery has {} bytes; the limit is {LONGEST}: use POST",
            url.len()
        )));
    }
    Ok((url, query))
}
