//! `textpeak webhooks listen`

use std::io;
use std::sync::Arc;

use anyhow::Context as _;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::super::serve::stop_signal;
use super::super::session::{Session, webhook_secret, zone};
use super::super::session::{ask_anywhere, block_on};
use super::verify::secret;
use crate::api::Delivery;
use crate::cli::ListenArgs;
use crate::domain::{StreamId, WebhookSecret, escape, quote};
use crate::error::Failure;
use crate::receiver::{Behavior, Judge, Judgment, Received, Receiver};
use crate::store::Store;
use crate::terminal::{Terminal, json_line};

/// Requests that may wait to be shown; more wait for their answers.
const WAITING: usize = 256;

pub fn listen(session: &Session, args: &ListenArgs) -> anyhow::Result<()> {
    let behavior = Behavior {
        fail: args.fail.unwrap_or(0),
        status: args.answer,
        delay: args.delay.as_duration(),
    };
    let judge = judge(session, args)?;
    let terminal = session.terminal;
    block_on(async {
        let stop = stop_signal().context("cannot listen for signals")?;
        let receiver = Receiver::bind(args.port).await;
        let receiver = receiver.map_err(|error| unheard(args.port, &error))?;
        let url = format!("http://{}/", receiver.address());
        if terminal.json() {
            terminal.answer(&json_line(&json!({ "listening": url })))?;
        } else {
            terminal.answer(&format!("Listening on {url}"))?;
        }
        let (sender, mut received) = mpsc::channel(WAITING);
        let mut serving = tokio::spawn(receiver.serve(behavior, judge, sender, stop));
        loop {
            tokio::select! {
                next = received.recv() => match next {
                    Some(received) => show(terminal, &received)?,
                    None => break,
                },
                // Requests that are still being answered hold the other end of the channel.
                _ = &mut serving => break,
            }
        }
        while let Ok(received) = received.try_recv() {
            show(terminal, &received)?;
        }
        Ok(())
    })
}

fn unheard(port: u16, error: &io::Error) -> Failure {
    Failure::failed(format_args!("cannot listen on 127.0.0.1:{port}: {error}"))
        .hint("choose another port, or use --port 0 for any free port")
}

/// What deliveries are checked with: one secret, or that of the stream that each names.
fn judge(session: &Session, args: &ListenArgs) -> anyhow::Result<Judge> {
    let one = if let Some(path) = &args.secret_file {
        Some(secret(path)?)
    } else if let Some(wanted) = &args.stream {
        let stream = session.find(wanted)?;
        Some(webhook_secret(session, &stream)?)
    } else {
        None
    };
    let store = session.store.clone();
    Ok(Arc::new(move |delivery, now| {
        let verified =
            |secret: &WebhookSecret| Judgment::Verified(crate::api::verify(secret, delivery, now));
        match &one {
            Some(secret) => verified(secret),
            None => match secret_of(&*store, delivery) {
                Ok(secret) => verified(&secret),
                Err(sentence) => Judgment::Unverified(sentence),
            },
        }
    }))
}

fn secret_of(store: &dyn Store, delivery: &Delivery) -> Result<WebhookSecret, String> {
    let Some(stream) = text(&delivery.fields(), "stream") else {
        return Err(
            "Not verified: the request doesn't name a stream. Use --stream or --secret-file."
                .to_owned(),
        );
    };
    let known = match stream.parse::<StreamId>() {
        Ok(id) => ask_anywhere(store.secrets()).map(|secrets| secrets.webhook_secret(&id)),
        Err(_) => Ok(None),
    };
    match known {
        Ok(Some(secret)) => Ok(secret),
        Ok(None) => Err(format!(
            "Not verified: this home has no webhook secret for {}. Use --stream or --secret-file.",
            quote(&stream)
        )),
        Err(error) => Err(format!("Not verified: {error:#}")),
    }
}

fn text(fields: &Value, name: &str) -> Option<String> {
    fields.get(name)?.as_str().map(str::to_owned)
}

fn show(terminal: Terminal, received: &Received) -> anyhow::Result<()> {
    terminal.answer(&if terminal.json() {
        json_line(&json(received))
    } else {
        block(received)
    })
}

fn json(received: &Received) -> Value {
    let Received {
        at,
        delivery,
        judgment,
        answered,
    } = received;
    let verification = match judgment {
        Judgment::Verified(verdict) => verdict.to_json(),
        Judgment::Unverified(message) => {
            json!({ "valid": null, "reason": "unverified", "message": message })
        }
    };
    json!({
        "at": format!("{at:.3}"),
        "method": delivery.method,
        "target": delivery.target,
        "webhook_id": delivery.values("webhook-id").next(),
        "event": delivery.fields(),
        "answered": answered,
        "verification": verification,
    })
}

/// A line about the request, and under it what is to be said about its signature.
fn block(received: &Received) -> String {
    let Received {
        at,
        delivery,
        judgment,
        answered,
    } = received;
    let fields = delivery.fields();
    let field = |name| text(&fields, name);
    let what = match (field("from"), field("to")) {
        (Some(from), Some(to)) => {
            let kind = field("type").unwrap_or_else(|| "message.received".to_owned());
            let said = field("text").or_else(|| field("status"));
            format!("{kind}  {from} → {to}  {}", said.unwrap_or_default())
        }
        _ => format!(
            "{} {}  {} bytes",
            delivery.method.as_deref().unwrap_or_default(),
            delivery.target.as_deref().unwrap_or_default(),
            delivery.body.len()
        ),
    };
    let sentence = match judgment {
        Judgment::Verified(verdict) => verdict.to_string(),
        Judgment::Unverified(sentence) => sentence.clone(),
    };
    format!(
        "{}  {}  {answered}\n  {}",
        clock(*at),
        escape(&what),
        escape(&sentence)
    )
}

fn clock(at: Timestamp) -> String {
    at.to_zoned(zone()).strftime("%H:%M:%S").to_string()
}
