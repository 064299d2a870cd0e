//! `textpeak streams show`

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::listed;
use super::preview::{example_sender, previews, requests};
use super::session::{Session, webhook_secret, zone};
use crate::domain::{GatewayUrl, Reader, Status, Stream, StreamJson, WebhookSecret};
use crate::error::Failure;
use crate::journal::Statistics;
use crate::render::{beside, details, fields, time};

pub fn run(
    session: &Session,
    wanted: &str,
    reveal: bool,
    gateway: &GatewayUrl,
) -> anyhow::Result<()> {
    let file = session.home.read()?;
    let state = file.state()?;
    let mut stream = state.find(wanted)?;
    let statistics = statistics(session, &stream)?;
    if stream.status == Status::Ready && statistics.open > 0 {
        stream.status = Status::Sending;
    }
    let off = listed::off_since(listed::journal(session)?.as_ref(), &stream)?;
    let terminal = session.terminal;
    if terminal.json() {
        let reader = if reveal {
            Reader::Owner
        } else {
            Reader::Anyone
        };
        let mut json = serde_json::to_value(StreamJson(&stream, reader))?;
        json["statistics"] = statistics_json(&statistics);
        json["webhook_off_since"] = off.map_or(Value::Null, |at| listed::moment(at).into());
        if reveal {
            let token = session.home.token(&stream)?;
            json["token"] = token.map_or(Value::Null, |token| token.expose().into());
            let secret = secret(session, &stream);
            json["webhook_secret"] = secret.map_or(Value::Null, |secret| secret.expose().into());
        }
        return terminal.answer_json(&json);
    }
    let token = if reveal {
        session.home.token(&stream)?
    } else {
        None
    };
    let requests = requests(
        &stream,
        token.as_ref(),
        gateway,
        example_sender(&stream, state.senders()).as_ref(),
    );
    let mut left = details(&stream, &zone(), reveal, token.as_ref());
    let mut more = Vec::new();
    if reveal && let Some(secret) = secret(session, &stream) {
        more.push(("Webhook secret", secret.expose().to_owned()));
    }
    if let Some(at) = off {
        let since = time(at, &zone());
        more.push((
            "Webhook off",
            format!("since {since}: it answered 410 (Gone)"),
        ));
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

fn statistics(session: &Session, stream: &Stream) -> Result<Statistics, Failure> {
    match listed::journal(session)? {
        Some(journal) => journal.statistics(&stream.id, Timestamp::now()),
        None => Ok(Statistics::default()),
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
