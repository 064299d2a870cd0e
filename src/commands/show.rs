//! `textpeak streams show`

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
    if terminal.json() {
        let reader = if reveal {
            Reader::Owner
        } else {
            Reader::Anyone
        };
        let mut json = serde_json::to_value(StreamJson(&stream, reader))?;
        json["statistics"] = statistics_json(&statistics);
        let (gone, disabled) = match pause {
            Some(WebhookPause::Gone(at)) => (Some(at), None),
            Some(WebhookPause::Disabled(at)) => (None, Some(at)),
            None => (None, None),
        };
        json["webhook_off_since"] = gone.map(listed::moment).into();
        json["webhook_disabled_since"] = disabled.map(listed::moment).into();
        if reveal {
            let token = session.token(&stream)?;
            json["token"] = token.map_or(Value::Null, |token| token.expose().into());
            let secret = secret(session, &stream);
            json["webhook_secret"] = secret.map_or(Value::Null, |secret| secret.expose().into());
        }
        return terminal.answer_json(&json);
    }
    let token = if reveal {
        session.token(&stream)?
    } else {
        None
    };
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
    match pause {
        Some(WebhookPause::Gone(at)) => {
            let since = time(at, &zone());
            let words = format!("since {since}: it answered 410 (Gone)");
            more.push(("Webhook off", words));
        }
        Some(WebhookPause::Disabled(at)) => {
            let since = time(at, &zone());
            more.push((
                "Webhook off",
                format!("disabled since {since}; events wait"),
            ));
        }
        None => {}
    }
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

/// The webhook secret; none of a draft, and none where it cannot be kept.
fn secret(session: &Session, stream: &Stream) -> Option<WebhookSecret> {
    (stream.status != Status::Draft)
        .then(|| webhook_secret(session, stream).ok())
        .flatten()
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
