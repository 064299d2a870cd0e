//! `textpeak senders …`

use serde_json::json;

use super::list::whole;
use super::session::Session;
use crate::domain::SenderId;
use crate::error::Failure;
use crate::render::table;

pub fn list(session: &Session) -> anyhow::Result<()> {
    let file = session.home.read()?;
    let senders = file.state()?.senders;
    let terminal = session.terminal;
    if terminal.json() {
        let item = |id: &SenderId| json!({ "id": id, "kind": id.kind().name() });
        return terminal.answer_json(&whole(senders.iter().map(item).collect()));
    }
    if senders.is_empty() {
        terminal.note(&format!(
            "No Sender IDs yet. To add one: {}",
            session.paste(&["senders", "add", "GLOBAL"])
        ));
        return Ok(());
    }
    let row = |id: &SenderId| vec![id.to_string(), id.kind().name().to_owned()];
    let rows: Vec<_> = senders.iter().map(row).collect();
    terminal.answer(&table(&["Sender ID", "Kind"], &rows, terminal.width()))
}

pub fn add(session: &Session, typed: &[String]) -> anyhow::Result<()> {
    let (good, wrong): (Vec<_>, Vec<_>) = typed
        .iter()
        .map(|text| text.parse::<SenderId>())
        .partition(Result::is_ok);
    if !wrong.is_empty() {
        let lines: Vec<_> = wrong
            .into_iter()
            .filter_map(Result::err)
            .map(|error| error.to_string())
            .collect();
        return Err(Failure::usage(lines.join("\n"))
            .hint("textpeak senders add --help")
            .into());
    }
    let senders: Vec<_> = good.into_iter().filter_map(Result::ok).collect();
    let (added, known) = session.home.change(|change| {
        Ok(senders
            .into_iter()
            .partition::<Vec<_>, _>(|id| change.state.add_sender(id)))
    })?;
    if session.terminal.json() {
        return session
            .terminal
            .answer_json(&json!({ "added": added, "existing": known }));
    }
    for id in &added {
        session
            .terminal
            .note(&format!("Added {id} to the catalogue."));
    }
    for id in &known {
        session
            .terminal
            .note(&format!("{id} is in the catalogue already."));
    }
    Ok(())
}
