//! `textpeak tags …`

use serde_json::json;

use super::list::whole;
use super::session::{Session, ask};
use crate::domain::{Tag, quote};
use crate::error::Failure;
use crate::render::table;
use crate::service::rename_tag;

pub fn list(session: &Session) -> anyhow::Result<()> {
    let counts = session.catalogue()?.tags()?;
    if session.terminal.json() {
        let item = |(tag, streams): &(Tag, usize)| json!({ "tag": tag, "streams": streams });
        return session
            .terminal
            .answer_json(&whole(counts.iter().map(item).collect()));
    }
    if counts.is_empty() {
        session.terminal.note("No tags found.");
        return Ok(());
    }
    let rows: Vec<_> = counts
        .iter()
        .map(|(tag, streams)| vec![tag.to_string(), streams.to_string()])
        .collect();
    session
        .terminal
        .answer(&table(&["Tag", "Streams"], &rows, session.terminal.width()))
}

pub fn rename(session: &Session, old: &str, new: &str) -> anyhow::Result<()> {
    let parse = |text: &str| text.parse::<Tag>().map_err(Failure::usage);
    let (old, new) = (parse(old)?, parse(new)?);
    let count = ask(rename_tag(&*session.store, &session.clock, &old, &new))?;
    if session.terminal.json() {
        return session
            .terminal
            .answer_json(&json!({ "tag": new, "streams": count }));
    }
    let streams = if count == 1 { "stream" } else { "streams" };
    session.terminal.note(&format!(
        "Renamed {} to {} on {count} {streams}.",
        quote(old.as_str()),
        quote(new.as_str())
    ));
    Ok(())
}
