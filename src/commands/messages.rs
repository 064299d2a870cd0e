//! `textpeak messages list` and `show`

use jiff::Timestamp;
use serde_json::{Value, json};

use super::list::whole;
use super::listed::{self, Names, event_type, outcome};
use super::session::{Session, ask, zone};
use crate::cli::MessageFilterFlags;
use crate::domain::{DeliveryState, Message, quote};
use crate::error::Failure;
use crate::render::{fields, table, time};
use crate::service::{Line, timeline};
use crate::store::{
    Attempt, Delivery, DeliveryFilter, JobStore as _, MessageStore as _, StoreError,
};

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

/// The columns that matter least come last.
pub fn line_cells(line: &Line, names: &Names, now: Timestamp) -> Vec<String> {
    let at = time(line.at(), &zone());
    match line {
        Line::Message(message) => {
            let (from, to) = message.from_and_to();
            vec![
                at,
                status(message, now),
                from.to_owned(),
                to.to_owned(),
                message.text.clone(),
                names.of(&message.stream).to_owned(),
                message.uuid.to_string(),
            ]
        }
        Line::Attempt(timed) => vec![
            at,
            "webhook".to_owned(),
            String::new(),
            String::new(),
            outcome(&timed.attempt),
            names.of(&timed.stream).to_owned(),
            timed.message.to_string(),
        ],
    }
}

pub const HEADERS: [&str; 7] = ["Time", "Status", "From", "To", "Text", "Stream", "Message"];

fn status(message: &Message, now: Timestamp) -> String {
    let status = message.status_at(now);
    status.map_or("received", |status| status.name()).to_owned()
}

pub fn list(session: &Session, flags: &MessageFilterFlags, limit: usize) -> anyhow::Result<()> {
    let now = Timestamp::now();
    let filter = listed::filter(session, flags, now)?;
    let names = Names::read(session)?;
    let limit = if limit == 0 { usize::MAX } else { limit };
    let lines = ask(timeline(&session.store, filter, limit))?;
    let terminal = session.terminal;
    if terminal.json() {
        let items = lines.iter().map(|line| line_json(line, &names, now));
        return terminal.answer_json(&whole(items.collect()));
    }
    if lines.is_empty() {
        terminal.note("No messages found.");
        return Ok(());
    }
    let rows: Vec<_> = lines
        .iter()
        .map(|line| line_cells(line, &names, now))
        .collect();
    terminal.answer(&table(&HEADERS, &rows, terminal.width()))
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
    let store = &session.store;
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
    let terminal = session.terminal;
    if terminal.json() {
        let items: Vec<_> = told
            .iter()
            .map(|(delivery, attempts)| listed::delivery(delivery, attempts, &names))
            .collect();
        let mut json = listed::message(&message, &names, now);
        json["delivery"] = items.last().cloned().unwrap_or_default();
        json["deliveries"] = items.into();
        return terminal.answer_json(&json!(json));
    }
    let mut lines = details(&message, &names, now);
    for (delivery, attempts) in &told {
        lines.extend(delivery_lines(delivery, attempts));
    }
    terminal.answer(&fields(&lines))
}

fn details(message: &Message, names: &Names, now: Timestamp) -> Vec<(&'static str, String)> {
    let local = |at| time(at, &zone());
    let (from, to) = message.from_and_to();
    let mut lines = vec![
        ("Message", message.uuid.to_string()),
        ("Stream", names.of(&message.stream).to_owned()),
        ("Status", status(message, now)),
        ("From", from.to_owned()),
        ("To", to.to_owned()),
        ("Text", message.text.clone()),
        ("Conversation", message.conversation().to_string()),
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
            .filter_map(|(name, value)| Some((name, value?))),
    );
    lines.push(("Kept", local(message.at)));
    lines
}

fn delivery_lines(delivery: &Delivery, attempts: &[Attempt]) -> Vec<(&'static str, String)> {
    let local = |at| time(at, &zone());
    let what = delivery
        .status
        .map_or_else(|| event_type(delivery).name(), |status| status.name());
    let mut lines = vec![("Webhook", format!("{what}: {}", delivery.state.name()))];
    for attempt in attempts {
        let line = format!("{} {}", local(attempt.at), outcome(attempt));
        lines.push(("Attempt", line));
    }
    if delivery.state == DeliveryState::Waiting {
        lines.push(("Next attempt", local(delivery.next_at)));
    }
    lines
}
