//! `textpeak messages list` and `show`

use jiff::Timestamp;
use serde_json::{Value, json};

use super::list::whole;
use super::listed::{self, Names, outcome};
use super::session::{Session, zone};
use crate::cli::Which;
use crate::domain::{Message, quote};
use crate::error::Failure;
use crate::journal::{Attempt, Reader};
use crate::render::{fields, table, time};

/// One line of the timeline.
pub enum Line {
    /// A message was sent or came.
    Message(Box<Message>),
    /// A webhook was called with a message of this stream, with this id.
    Attempt(String, String, Attempt),
}

impl Line {
    /// When it happened.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Message(message) => message.at,
            Self::Attempt(_, _, attempt) => attempt.at,
        }
    }

    /// As JSON.
    pub fn json(&self, names: &Names, now: Timestamp) -> Value {
        match self {
            Self::Message(message) => listed::message(message, names, now),
            Self::Attempt(stream, uuid, attempt) => {
                let mut json = listed::attempt(attempt);
                json["kind"] = "attempt".into();
                json["stream_name"] = stream.as_str().into();
                json["message_uuid"] = uuid.as_str().into();
                json
            }
        }
    }

    /// As cells: what matters least, last.
    pub fn cells(&self, names: &Names, now: Timestamp) -> Vec<String> {
        let at = time(self.at(), &zone());
        match self {
            Self::Message(message) => {
                let (from, to) = message.from_and_to();
                let status = message.status_at(now);
                vec![
                    at,
                    status.map_or("received", |status| status.name()).to_owned(),
                    from.to_owned(),
                    to.to_owned(),
                    message.text.clone(),
                    names.of(&message.stream).to_owned(),
                    message.uuid.to_string(),
                ]
            }
            Self::Attempt(stream, uuid, attempt) => vec![
                at,
                "webhook".to_owned(),
                String::new(),
                String::new(),
                outcome(attempt),
                stream.clone(),
                uuid.clone(),
            ],
        }
    }
}

/// The headers of [`Line::cells`].
pub const HEADERS: [&str; 7] = ["Time", "Status", "From", "To", "Text", "Stream", "Message"];

/// The attempts that belong into a timeline, newest first: none where a condition is on messages.
pub fn attempts(
    journal: &Reader,
    which: &Which,
    names: &Names,
    filter: &crate::journal::MessageFilter,
    after: i64,
    limit: usize,
) -> Result<Vec<Line>, Failure> {
    let on_messages = which.to.is_some()
        || which.from.is_some()
        || which.direction.is_some()
        || which.message_status.is_some();
    if on_messages {
        return Ok(Vec::new());
    }
    let recent = journal.recent_attempts(filter.stream.as_ref(), filter.since, after, limit)?;
    let line = |(uuid, stream, attempt): (uuid::Uuid, _, _)| {
        Line::Attempt(names.of(&stream).to_owned(), uuid.to_string(), attempt)
    };
    Ok(recent.into_iter().map(line).collect())
}

/// Messages and attempts as one, newest first. Each keeps the order in which it came, which is not
/// that of the clock where that was set; the clock only says how the two go together.
pub fn timeline(messages: Vec<(i64, Message)>, attempts: Vec<Line>) -> Vec<Line> {
    let mut lines = Vec::with_capacity(messages.len() + attempts.len());
    let mut attempts = attempts.into_iter().peekable();
    for (_, message) in messages {
        let later = |attempt: &Line| attempt.at() >= message.at;
        while let Some(attempt) = attempts.next_if(later) {
            lines.push(attempt);
        }
        lines.push(Line::Message(Box::new(message)));
    }
    lines.extend(attempts);
    lines
}

pub fn list(session: &Session, which: &Which, limit: usize) -> anyhow::Result<()> {
    let now = Timestamp::now();
    let filter = listed::filter(session, which, now)?;
    let names = Names::read(session)?;
    let limit = if limit == 0 { usize::MAX } else { limit };
    let mut lines = Vec::new();
    if let Some(journal) = listed::journal(session)? {
        let messages = journal.messages(&filter, limit, now)?;
        let attempts = attempts(&journal, which, &names, &filter, 0, limit)?;
        lines = timeline(messages, attempts);
        lines.truncate(limit);
    }
    let terminal = session.terminal;
    if terminal.json() {
        let items = lines.iter().map(|line| line.json(&names, now));
        return terminal.answer_json(&whole(items.collect()));
    }
    if lines.is_empty() {
        terminal.note("No message meets these conditions.");
        return Ok(());
    }
    let rows: Vec<_> = lines.iter().map(|line| line.cells(&names, now)).collect();
    terminal.answer(&table(&HEADERS, &rows, terminal.width()))
}

pub fn show(session: &Session, wanted: &str) -> anyhow::Result<()> {
    let uuid = listed::uuid(wanted)?;
    let now = Timestamp::now();
    let journal = listed::journal(session)?;
    let found = journal
        .as_ref()
        .map(|journal| journal.message(uuid))
        .transpose()?;
    let (Some(journal), Some(message)) = (journal, found.flatten()) else {
        return Err(
            Failure::not_found(format_args!("no message {}", quote(wanted)))
                .hint(session.paste(&["messages", "list"]))
                .into(),
        );
    };
    let names = Names::read(session)?;
    let delivery = journal.delivery_of(uuid)?;
    let attempts = match &delivery {
        Some(delivery) => journal.attempts(delivery.id)?,
        None => Vec::new(),
    };
    let terminal = session.terminal;
    if terminal.json() {
        let mut json = listed::message(&message, &names, now);
        json["delivery"] = delivery.map_or(Value::Null, |delivery| {
            listed::delivery(&delivery, &attempts, &names)
        });
        return terminal.answer_json(&json!(json));
    }
    let local = |at| time(at, &zone());
    let (from, to) = message.from_and_to();
    let status = message.status_at(now);
    let mut lines = vec![
        ("Message", message.uuid.to_string()),
        ("Stream", names.of(&message.stream).to_owned()),
        (
            "Status",
            status.map_or("received", |status| status.name()).to_owned(),
        ),
        ("From", from.to_owned()),
        ("To", to.to_owned()),
        ("Text", message.text.clone()),
        ("Conversation", message.conversation().to_string()),
    ];
    let mut optional = |name, value: Option<String>| {
        lines.extend(value.map(|value| (name, value)));
    };
    optional("Internal id", message.internal_id.clone());
    optional(
        "In reply to",
        message.in_reply_to.map(|uuid| uuid.to_string()),
    );
    optional("Sent", message.course.sent_at.map(local));
    optional("Delivered", message.course.delivered_at(now).map(local));
    optional("Details", message.details.clone());
    lines.push(("Kept", local(message.at)));
    if let Some(delivery) = &delivery {
        lines.push(("Webhook", delivery.state.name().to_owned()));
        for attempt in &attempts {
            lines.push((
                "Attempt",
                format!("{} {}", local(attempt.at), outcome(attempt)),
            ));
        }
        if delivery.state == crate::domain::DeliveryState::Waiting {
            lines.push(("Next attempt", local(delivery.next_at)));
        }
    }
    terminal.answer(&fields(&lines))
}
