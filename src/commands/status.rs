//! `textpeak status`

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::list::whole;
use super::session::{Session, ask, block_on};
use super::wire::{Wire, token_of};
use crate::api::{MOST_MESSAGES, StatusReport};
use crate::cli::StatusArgs;
use crate::domain::{Direction, MessageStatus, Stream, StreamId, quote};
use crate::error::Failure;
use crate::render::{Cell, Times, Tone, table};
use crate::service::find;
use crate::store::Catalogue;
use crate::store::MessageFilter;

/// Message ids by stream.
type Asked = Vec<(Stream, Vec<String>)>;

pub fn run(session: &Session, args: &StatusArgs) -> anyhow::Result<()> {
    let catalogue = session.catalogue()?;
    let asked = asked(session, args, &catalogue)?;
    let reports = block_on(async {
        let wire = Wire::connect(session, &args.gateway, false).await?;
        let mut reports = Vec::new();
        for (stream, uuids) in &asked {
            let token = token_of(session, stream)?;
            for batch in uuids.chunks(MOST_MESSAGES) {
                let answered = wire.status(&token, batch).await;
                let answered = answered.map_err(|error| wire.failure(&error))?;
                reports.extend(in_order(batch, answered));
            }
        }
        Ok(reports)
    })?;
    let terminal = session.terminal;
    if terminal.json() {
        return terminal.answer_json(&whole(reports.iter().map(item).collect()));
    }
    if reports.is_empty() {
        terminal.note("No messages sent yet.");
        return Ok(());
    }
    let times = session.times();
    let optional = |text: &Option<String>| Cell::from(text.clone().unwrap_or_default());
    let row = |report: &StatusReport| {
        vec![
            report.message_uuid.clone().into(),
            status(&report.status),
            optional(&report.internal_id),
            moment(report.sent_at.as_deref(), &times).into(),
            moment(report.delivered_at.as_deref(), &times).into(),
            optional(&report.details),
        ]
    };
    let rows: Vec<_> = reports.iter().map(row).collect();
    let headers = [
        "Message",
        "Status",
        "Internal ID",
        "Sent",
        "Delivered",
        "Details",
    ];
    terminal.answer(&table(&headers, &rows, terminal.width()))
}

/// A status of another gateway may be one that is not known here.
fn status(word: &str) -> Cell {
    let tone = word
        .parse::<MessageStatus>()
        .map_or(Tone::Inactive, Tone::from);
    Cell::toned(word, tone)
}

/// A time as people read it; one that cannot be read, as it came.
fn moment(at: Option<&str>, times: &Times) -> String {
    let at = at.unwrap_or_default();
    at.parse()
        .map_or_else(|_| at.to_owned(), |at| times.brief(at))
}

fn item(report: &StatusReport) -> Value {
    json!({
        "message_uuid": report.message_uuid, "internal_id": report.internal_id,
        "status": report.status, "sent_at": report.sent_at,
        "delivered_at": report.delivered_at, "details": report.details,
    })
}

/// The answers in the order of the questions; what was not answered is unknown.
fn in_order(batch: &[String], answered: Vec<StatusReport>) -> Vec<StatusReport> {
    let mut found: BTreeMap<String, StatusReport> = answered
        .into_iter()
        .map(|report| (report.message_uuid.to_lowercase(), report))
        .collect();
    let unknown = |uuid: &String| StatusReport {
        message_uuid: uuid.clone(),
        internal_id: None,
        status: "unknown".to_owned(),
        sent_at: None,
        delivered_at: None,
        details: None,
    };
    batch
        .iter()
        .map(|uuid| {
            found
                .remove(&uuid.to_lowercase())
                .unwrap_or_else(|| unknown(uuid))
        })
        .collect()
}

fn asked(session: &Session, args: &StatusArgs, catalogue: &Catalogue) -> anyhow::Result<Asked> {
    let named = args.stream.as_deref();
    let named = named.map(|name| find(catalogue, name)).transpose()?;
    let store = &*session.store;
    let with_id = |id: &StreamId| {
        let stream = catalogue.with_id(id)?;
        stream.ok_or_else(|| Failure::not_found("the stream of this message was deleted"))
    };
    if let Some(internal_id) = &args.internal_id {
        let stream = named.as_ref().map(|stream| stream.id.clone());
        let Some(message) = ask(store.with_internal_id(stream, internal_id.clone()))? else {
            return Err(unknown("internal ID", internal_id).into());
        };
        return Ok(vec![(
            with_id(&message.stream)?,
            vec![message.uuid.to_string()],
        )]);
    }
    if args.uuids.is_empty() {
        let stream = named.ok_or_else(|| {
            Failure::usage("specify message IDs, or a stream with --stream")
                .hint("textpeak status --help")
        })?;
        let filter = MessageFilter {
            stream: Some(stream.id.clone()),
            direction: Some(Direction::Outgoing),
            ..MessageFilter::default()
        };
        let latest = ask(store.messages(filter, args.limit.into()))?;
        let uuids = latest.iter().map(|(_, message)| message.uuid.to_string());
        return Ok(vec![(stream, uuids.collect())]);
    }
    if let Some(stream) = named {
        return Ok(vec![(stream, args.uuids.clone())]);
    }
    let mut asked: Asked = Vec::new();
    for uuid in &args.uuids {
        let parsed = uuid.parse().map_err(|_| {
            Failure::usage(format_args!("{} is not a message ID", quote(uuid)))
                .hint("textpeak messages list")
        })?;
        let Some(message) = ask(store.with_ids(vec![parsed]))?.pop() else {
            return Err(unknown("ID", uuid).into());
        };
        match asked
            .iter_mut()
            .find(|(stream, _)| stream.id == message.stream)
        {
            Some((_, uuids)) => uuids.push(uuid.clone()),
            None => asked.push((with_id(&message.stream)?, vec![uuid.clone()])),
        }
    }
    Ok(asked)
}

fn unknown(what: &str, id: &str) -> Failure {
    Failure::not_found(format_args!(
        "no message with the {what} {} found in this home",
        quote(id)
    ))
    .hint("for a message that another gateway accepted, use its ID and --stream")
}
