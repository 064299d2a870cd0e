//! `textpeak messages list --unmatched` and `messages assign`

use jiff::Timestamp;
use serde_json::{Value, json};

use super::list::whole;
use super::listed::{self, Names};
use super::session::{Session, ask};
use crate::domain::quote;
use crate::error::Failure;
use crate::render::table;
use crate::service::assign as assign_message;
use crate::store::Unmatched;

pub fn list(session: &Session, limit: usize) -> anyhow::Result<()> {
    let limit = if limit == 0 { usize::MAX } else { limit };
    let unmatched = ask(session.store.unmatched(limit))?;
    let terminal = session.terminal;
    if terminal.json() {
        return terminal.answer_json(&whole(unmatched.iter().map(item).collect()));
    }
    if unmatched.is_empty() {
        terminal.note("Every incoming message matched a stream.");
        return Ok(());
    }
    let times = session.times();
    let row = |one: &Unmatched| {
        vec![
            times.brief(one.at),
            one.from.clone(),
            one.to.clone().unwrap_or_default(),
            one.text.clone(),
            one.route.clone(),
            one.uuid.to_string(),
        ]
    };
    let rows: Vec<_> = unmatched.iter().map(row).collect();
    let headers = ["Time", "From", "To", "Text", "Route", "Message"];
    terminal.answer(&table(&headers, &rows, terminal.width()))?;
    terminal.note(&format!(
        "To give one to a stream: {}",
        session.paste(&["messages", "assign", "ID", "--stream", "STREAM"])
    ));
    Ok(())
}

fn item(one: &Unmatched) -> Value {
    json!({
        "kind": "unmatched", "message_uuid": one.uuid.to_string(), "route": one.route,
        "from": one.from, "to": one.to, "text": one.text, "at": listed::moment(one.at),
    })
}

pub fn assign(session: &Session, wanted: &str, stream: &str) -> anyhow::Result<()> {
    let uuid = listed::uuid(wanted)?;
    let stream = session.find(stream)?;
    let received = ask(assign_message(&*session.store, &stream, uuid))?;
    let Some(received) = received else {
        return Err(Failure::not_found(format_args!(
            "{} is not the ID of an unmatched message",
            quote(wanted)
        ))
        .hint(session.paste(&["messages", "list", "--unmatched"]))
        .into());
    };
    let terminal = session.terminal;
    if terminal.json() {
        let names = Names::read(session)?;
        let message = listed::message(&received.message, &names, Timestamp::now());
        return terminal.answer_json(&json!({ "message": message }));
    }
    terminal.answer(&received.message.uuid.to_string())?;
    let told = match received.event {
        Some((_, true)) => " textpeak serve delivers it to the webhook.",
        _ => "",
    };
    terminal.note(&format!("Given to {}.{told}", quote(stream.name.as_str())));
    Ok(())
}
