//! `textpeak streams show`

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::listed;
use super::preview::{example_sender, previews, requests};
use super::session::{Session, ask, webhook_secret, zone};
use crate::domain::{GatewayUrl, Reader, Status, Stream, StreamJson, WebhookSecret};
use crate::render::{beside, details, fields, time};
use crate::service::find;
use crate::store::{MessageStore as _, Statistics, WebhookPause};

pub fn run(
    session: &Session,
    wanted: &str,
    reveal: bool,
    gateway: &GatewayUrl,
) -> anyhow::Result<()> {
    let catalogue = session.catalogue()?;
    let mut stream = find(&catalogue, wanted)?;
    let statistics = ask(session.store.statistics(stream.id.clone()))?;
    if stream.status == Status::Ready && statistics.open > 0 {
        stream.status = Status::Sending;
    }
    let pause = listed::webhook_pause(session, &stream)?;
    let terminal = session.terminal;
    let token = if reveal {
        session.token(&stream)?
    } else {
        None
    };
    if terminal.json() {
        let reader = if reveal {
            Reader::Owner
        } else {
            Reader::Anyone
        };
        let mut json = serde_json::to_value(StreamJson(&stream, reader))?;
        json["statistics"] = statistics_json(&statistics);
        let (gone, disabled) = pause_times(pause);
        json["webhook_off_since"] = gone.map(listed::moment).into();
        json["webhook_disabled_since"] = disabled.map(listed::moment).into();
        if reveal {
            json["token"] = token.map_or(Value::Null, |token| token.expose().into());
            let secret = secret(session, &stream);
            json["webhook_secret"] = secret.map_or(Value::Null, |secret| secret.expose().into());
        }
        return terminal.answer_json(&json);
    }
    let requests = requests(
        &stream,
        token.as_ref(),
        gateway,
        example_sender(&stream, catalogue.senders()).as_ref(),
    );
    let mut left = details(&stream, &zone(), reveal, token.as_ref());
    let mut more = Vec::new();
    if reveal && let Some(secret) = secret(session, &stream) {
        more.push(("Webhook secret", secret.expose().to_owned()));
    }
    more.extend(pause.map(|pause| ("Webhook off", pause_words(pause))));
    let messages = statistics_words(&statistics);
    if !messages.is_empty() {
        more.push(("Messages", messages));
    }
    left += &fields(&more);
    terminal.answer(&beside(
        &left,
        &previews(&requests, reveal),
        terminal.width(),
    ))
}

/// `None` of a draft, and where the secret cannot be kept.
fn secret(session: &Session, stream: &Stream) -> Option<WebhookSecret> {
    (stream.status != Status::Draft)
        .then(|| webhook_secret(session, stream).ok())
        .flatten()
}

/// Since when the webhook is off by itself, and since when somebody has disabled it.
fn pause_times(pause: Option<WebhookPause>) -> (Option<Timestamp>, Option<Timestamp>) {
    match pause {
        Some(WebhookPause::Gone(at)) => (Some(at), None),
        Some(WebhookPause::Disabled(at)) => (None, Some(at)),
        None => (None, None),
    }
}

fn pause_words(pause: WebhookPause) -> String {
    let since = |at| time(at, &zone());
    match pause {
        WebhookPause::Gone(at) => format!("since {}: it responded with 410 (Gone)", since(at)),
        WebhookPause::Disabled(at) => format!("disabled since {}; events are waiting", since(at)),
    }
}

fn statistics_json(statistics: &Statistics) -> Value {
    let by_status: Map<String, Value> = statistics
        .outgoing
        .iter()
        .map(|(status, n)| (status.name().to_owned(), (*n).into()))
        .collect();
    json!({
        "outgoing": statistics.outgoing.values().sum::<u64>(),
        "incoming": statistics.incoming,
        "by_status": by_status,
    })
}

fn statistics_words(statistics: &Statistics) -> String {
    let mut words: Vec<_> = statistics
        .outgoing
        .iter()
        .map(|(status, n)| format!("{n} {status}"))
        .collect();
    if statistics.incoming > 0 {
        words.push(format!("{} received", statistics.incoming));
    }
    words.join(", ")
}
