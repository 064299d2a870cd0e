//! `textpeak streams show`

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::listed::{self, ago};
use super::preview::{example_sender, previews, requests};
use super::session::{Session, ask, webhook_secret};
use crate::domain::{GatewayUrl, Reader, Status, Stream, StreamJson, Token, WebhookSecret};
use crate::render::{Times, beside, chart, details, fields};
use crate::service::find;
use crate::store::{Statistics, WebhookPause};

const LAST_DAY: Duration = Duration::from_secs(24 * 3_600);

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
        json["smpp"] = smpp_json(&stream, token.as_ref(), reveal);
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
    let times = session.times();
    let mut left = details(&stream, &times, reveal, token.as_ref());
    let mut more = smpp(&stream, token.as_ref());
    if reveal && let Some(secret) = secret(session, &stream) {
        more.push(("Webhook secret", secret.expose().to_owned()));
    }
    more.extend(pause.map(|pause| ("Webhook off", pause_words(pause, &times))));
    more.extend(messages(session, &stream, &statistics)?);
    left += &fields(&more);
    terminal.answer(&beside(
        &left,
        &previews(&requests, reveal),
        terminal.width(),
    ))
}

/// What a caller that speaks SMPP binds with; a draft has nothing to bind to. The password follows
/// from the token, and is not shown without it.
fn smpp(stream: &Stream, token: Option<&Token>) -> Vec<(&'static str, String)> {
    if stream.status == Status::Draft {
        return Vec::new();
    }
    let mut lines = vec![("SMPP system ID", stream.id.to_string())];
    lines.extend(token.map(|token| ("SMPP password", token.smpp_password().expose().to_owned())));
    lines
}

fn smpp_json(stream: &Stream, token: Option<&Token>, reveal: bool) -> Value {
    if stream.status == Status::Draft {
        return Value::Null;
    }
    let mut json = json!({ "system_id": stream.id });
    if reveal {
        let password = token.map(|token| token.smpp_password().expose().to_owned());
        json["password"] = password.into();
    }
    json
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

fn pause_words(pause: WebhookPause, times: &Times) -> String {
    let since = |at| times.full(at);
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

/// A pipe gets the words alone, and none where there are no messages.
fn messages(
    session: &Session,
    stream: &Stream,
    statistics: &Statistics,
) -> anyhow::Result<Vec<(&'static str, String)>> {
    if session.terminal.width().is_none() {
        let words = statistics_words(statistics);
        let told = (!words.is_empty()).then_some(("Messages", words));
        return Ok(told.into_iter().collect());
    }
    let since = ago(session.store.now(), LAST_DAY);
    let hours = ask(session.store.per_hour(stream.id.clone(), since, 24))?;
    let total: u64 = statistics.outgoing.values().sum();
    let outgoing = match status_words(statistics).join(", ") {
        words if words.is_empty() => total.to_string(),
        words => format!("{total} ({words})"),
    };
    Ok(vec![
        ("Outgoing", outgoing),
        ("Incoming", statistics.incoming.to_string()),
        ("Last 24 h", chart(&hours)),
    ])
}

fn status_words(statistics: &Statistics) -> Vec<String> {
    let outgoing = statistics.outgoing.iter();
    outgoing
        .map(|(status, n)| format!("{n} {status}"))
        .collect()
}

fn statistics_words(statistics: &Statistics) -> String {
    let mut words = status_words(statistics);
    if statistics.incoming > 0 {
        words.push(format!("{} received", statistics.incoming));
    }
    words.join(", ")
}
