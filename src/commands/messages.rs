//! `textpeak messages list` and `show`

use jiff::Timestamp;
use serde_json::{Value, json};

use super::list::whole;
use super::listed::{self, Names, event_type, outcome};
use super::session::{Session, ask};
use crate::cli::MessageFilterFlags;
use crate::domain::{DeliveryState, Message, quote};
use crate::error::Failure;
use crate::render::{Cell, Column, Times, Tone, fields, ranked_table};
use crate::service::{Line, timeline};
use crate::store::{Attempt, Delivery, DeliveryFilter, HandedOn, StoreError};

pub fn line_json(line: &Line, names: &Names, now: Timestamp) -> Value {
    match line {
        Line::Message(message) => listed::message(message, names, now),
        Line::Attempt(timed) => {
            let mut json = listed::attempt(&timed.attempt);
            json["kind"] = "attempt".into();
            json["stream_name"] = names.of(&timed.stream).into();
            json["message_uuid"] = timed.message.to_string().into();
            json
        }
    }
}

/// As [`COLUMNS`] has them.
pub fn line_cells(line: &Line, names: &Names, now: Timestamp, at: String) -> Vec<Cell> {
    match line {
        Line::Message(message) => {
            let (from, to) = message.from_and_to();
            vec![
                at.into(),
                status(message, now),
                from.into(),
                to.into(),
                message.text.clone().into(),
                names.of(&message.stream).into(),
                message.uuid.to_string().into(),
            ]
        }
        Line::Attempt(timed) => vec![
            at.into(),
            Cell::toned("webhook", attempt_tone(&timed.attempt)),
            "".into(),
            "".into(),
            outcome(&timed.attempt).into(),
            names.of(&timed.stream).into(),
            timed.message.to_string().into(),
        ],
    }
}

/// In a narrow window, who wrote what to whom is kept.
const COLUMNS: [Column<'_>; 7] = [
    Column::ranked("Time", 2),
    Column::ranked("Status", 1),
    Column::kept("From"),
    Column::kept("To"),
    Column::filling("Text"),
    Column::ranked("Stream", 3),
    Column::ranked("Message", 4),
];

fn status(message: &Message, now: Timestamp) -> Cell {
    match message.status_at(now) {
        Some(status) => Cell::toned(status.name(), status),
        None => Cell::toned("received", Tone::Good),
    }
}

fn attempt_tone(attempt: &Attempt) -> Tone {
    match attempt.status {
        Some(200..=299) if attempt.error.is_none() => Tone::Good,
        _ => Tone::Failed,
    }
}

pub fn list(session: &Session, flags: &MessageFilterFlags, limit: usize) -> anyhow::Result<()> {
    let now = Timestamp::now();
    let filter = listed::filter(session, flags, now)?;
    let names = Names::read(session)?;
    let limit = if limit == 0 { usize::MAX } else { limit };
    let lines = ask(timeline(&*session.store, filter, limit))?;
    let terminal = session.terminal;
    if terminal.json() {
        let items = lines.iter().map(|line| line_json(line, &names, now));
        return terminal.answer_json(&whole(items.collect()));
    }
    if lines.is_empty() {
        terminal.note("No messages found.");
        return Ok(());
    }
    let times = session.times();
    let rows: Vec<_> = lines
        .iter()
        .map(|line| line_cells(line, &names, now, times.brief(line.at())))
        .collect();
    terminal.answer(&ranked_table(&COLUMNS, &rows, terminal.width()))
}

type Told = (Delivery, Vec<Attempt>);

/// Oldest first.
async fn deliveries(session: &Session, message: uuid::Uuid) -> Result<Vec<Told>, StoreError> {
    let filter = DeliveryFilter {
        message: Some(message),
        ..DeliveryFilter::default()
    };
    let mut told = Vec::new();
    for delivery in session.store.deliveries(filter, usize::MAX).await? {
        let attempts = session.store.attempts(delivery.id).await?;
        told.insert(0, (delivery, attempts));
    }
    Ok(told)
}

/// The message with this id, or the one that the event with this id is about.
async fn find(session: &Session, uuid: uuid::Uuid) -> Result<Option<Message>, StoreError> {
    let store = &*session.store;
    if let Some(message) = store.with_ids(vec![uuid]).await?.pop() {
        return Ok(Some(message));
    }
    let Some(delivery) = store.delivery(uuid).await? else {
        return Ok(None);
    };
    Ok(store.with_ids(vec![delivery.message]).await?.pop())
}

pub fn show(session: &Session, wanted: &str) -> anyhow::Result<()> {
    let uuid = listed::uuid(wanted)?;
    let now = Timestamp::now();
    let Some(message) = ask(find(session, uuid))? else {
        return Err(
            Failure::not_found(format_args!("message {} not found", quote(wanted)))
                .hint(session.paste(&["messages", "list"]))
                .into(),
        );
    };
    let names = Names::read(session)?;
    let told = ask(deliveries(session, message.uuid))?;
    let handed_on = ask(session.store.handed_on(message.uuid))?;
    let terminal = session.terminal;
    if terminal.json() {
        let items: Vec<_> = told
            .iter()
            .map(|(delivery, attempts)| listed::delivery(delivery, attempts, &names))
            .collect();
        let mut json = listed::message(&message, &names, now);
        json["delivery"] = items.last().cloned().unwrap_or_default();
        json["deliveries"] = items.into();
        json["route"] = handed_on.route.into();
        json["remote_id"] = handed_on.remote_id.into();
        return terminal.answer_json(&json!(json));
    }
    let times = session.times();
    let mut lines = details(&message, &names, now, &times);
    let HandedOn { route, remote_id } = handed_on;
    let handed_on = [("Route", route), ("Remote id", remote_id)];
    lines.extend(
        handed_on
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?.into()))),
    );
    for (delivery, attempts) in &told {
        lines.extend(delivery_lines(delivery, attempts, &times));
    }
    terminal.answer(&fields(&lines))
}

fn details(
    message: &Message,
    names: &Names,
    now: Timestamp,
    times: &Times,
) -> Vec<(&'static str, Cell)> {
    let local = |at| times.full(at);
    let (from, to) = message.from_and_to();
    let mut lines = vec![
        ("Message", message.uuid.to_string().into()),
        ("Stream", names.of(&message.stream).into()),
        ("Status", status(message, now)),
        ("From", from.into()),
        ("To", to.into()),
        ("Text", message.text.clone().into()),
        ("Conversation", message.conversation().to_string().into()),
    ];
    let optional = [
        ("Internal ID", message.internal_id.clone()),
        (
            "In reply to",
            message.in_reply_to.map(|uuid| uuid.to_string()),
        ),
        ("Sent", message.course.sent_at.map(local)),
        ("Delivered", message.course.delivered_at(now).map(local)),
        ("Details", message.details.clone()),
    ];
    lines.extend(
        optional
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?.into()))),
    );
    lines.push(("Kept", local(message.at).into()));
    lines
}

fn delivery_lines(
    delivery: &Delivery,
    attempts: &[Attempt],
    times: &Times,
) -> Vec<(&'static str, Cell)> {
    let local = |at| times.full(at);
    let what = delivery
        .status
        .map_or_else(|| event_type(delivery).name(), |status| status.name());
    let state = format!("{what}: {}", delivery.state.name());
    let mut lines = vec![("Webhook", Cell::toned(state, delivery.state))];
    for attempt in attempts {
        let line = format!("{} {}", local(attempt.at), outcome(attempt));
        lines.push(("Attempt", Cell::toned(line, attempt_tone(attempt))));
    }
    if delivery.state == DeliveryState::Waiting {
        lines.push(("Next attempt", local(delivery.next_at).into()));
    }
    lines
}
