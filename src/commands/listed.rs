//! Messages, deliveries and attempts as answers: one JSON shape and one line each, for every command
//! that shows them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::session::{Session, ask};
use crate::cli::MessageFilterFlags;
use crate::domain::{EventType, Message, Stream, StreamId, quote};
use crate::error::Failure;
use crate::store::{Attempt, Delivery, Entry, MessageFilter, StoreError, WebhookPause};

/// By id.
pub struct Names(BTreeMap<String, String>);

impl Names {
    pub fn read(session: &Session) -> anyhow::Result<Self> {
        let catalogue = session.catalogue()?;
        let pair = |entry: Entry<'_>| (entry.id().to_owned(), entry.name().to_owned());
        Ok(Self(catalogue.entries().map(pair).collect()))
    }

    /// A stream's name; the id of one that was deleted.
    pub fn of<'a>(&'a self, id: &'a StreamId) -> &'a str {
        self.0.get(id.as_str()).map_or(id.as_str(), String::as_str)
    }

    pub fn longest(&self) -> &str {
        let names = self.0.values().map(String::as_str);
        names.max_by_key(|name| name.len()).unwrap_or_default()
    }
}

pub fn webhook_pause(
    session: &Session,
    stream: &Stream,
) -> Result<Option<WebhookPause>, StoreError> {
    match &stream.webhook {
        Some(webhook) => {
            let url = webhook.url.to_string();
            ask(session.store.webhook_pause(stream.id.clone(), url))
        }
        None => Ok(None),
    }
}

pub fn filter(
    session: &Session,
    flags: &MessageFilterFlags,
    now: Timestamp,
) -> anyhow::Result<MessageFilter> {
    let MessageFilterFlags {
        stream,
        to,
        from,
        direction,
        message_status: status,
        since,
    } = flags;
    Ok(MessageFilter {
        stream: stream_id(session, stream.as_deref())?,
        to: to.clone(),
        from: from.clone(),
        direction: *direction,
        status: *status,
        since: since.map(|span| ago(now, span.as_duration())),
        after: None,
    })
}

pub fn stream_id(session: &Session, named: Option<&str>) -> anyhow::Result<Option<StreamId>> {
    let Some(named) = named else { return Ok(None) };
    Ok(Some(session.find(named)?.id))
}

pub fn ago(now: Timestamp, span: std::time::Duration) -> Timestamp {
    now.checked_sub(span).unwrap_or(Timestamp::MIN)
}

pub fn uuid(text: &str) -> Result<uuid::Uuid, Failure> {
    text.parse().map_err(|_| {
        Failure::usage(format_args!("{} is not an ID", quote(text)))
            .hint("list IDs with: textpeak messages list -o json")
    })
}

/// A moment in JSON: RFC 3339, UTC, milliseconds.
pub fn moment(at: Timestamp) -> String {
    format!("{at:.3}")
}

pub fn message(message: &Message, names: &Names, now: Timestamp) -> Value {
    let (from, to) = message.from_and_to();
    json!({
        "kind": "message",
        "message_uuid": message.uuid.to_string(),
        "conversation_uuid": message.conversation().to_string(),
        "internal_id": message.internal_id,
        "stream": message.stream,
        "stream_name": names.of(&message.stream),
        "direction": message.direction,
        "from": from,
        "to": to,
        "text": message.text,
        "status": message.status_at(now),
        "at": moment(message.at),
        "sent_at": message.course.sent_at.map(moment),
        "delivered_at": message.course.delivered_at(now).map(moment),
        "details": message.details,
        "in_reply_to": message.in_reply_to.map(|uuid| uuid.to_string()),
    })
}

pub fn attempt(attempt: &Attempt) -> Value {
    json!({
        "at": moment(attempt.at), "elapsed_ms": attempt.elapsed, "status": attempt.status,
        "error": attempt.error,
    })
}

pub fn event_type(delivery: &Delivery) -> EventType {
    if delivery.status.is_some() {
        EventType::Status
    } else {
        EventType::Received
    }
}

pub fn delivery(delivery: &Delivery, attempts: &[Attempt], names: &Names) -> Value {
    let waits = delivery.state == crate::domain::DeliveryState::Waiting;
    json!({
        "id": delivery.id.to_string(),
        "message_uuid": delivery.message.to_string(),
        "type": event_type(delivery).name(),
        "message_status": delivery.status,
        "stream": delivery.stream,
        "stream_name": names.of(&delivery.stream),
        "state": delivery.state.name(),
        "next_at": waits.then(|| moment(delivery.next_at)),
        "attempts": attempts.iter().map(attempt).collect::<Vec<_>>(),
        "details": delivery.details,
    })
}

pub fn outcome(attempt: &Attempt) -> String {
    let what = attempt
        .error
        .clone()
        .or(attempt.status.map(|status| format!("HTTP {status}")))
        .unwrap_or_default();
    format!("{what}, {} ms", attempt.elapsed)
}
