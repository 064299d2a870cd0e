//! `textpeak tags …`

use serde_json::json;

use super::list::whole;
use super::session::{Session, now};
use crate::domain::{Stream, Tag, Unique, quote};
use crate::error::Failure;
use crate::render::table;

pub fn list(session: &Session) -> anyhow::Result<()> {
    let file = session.home.read()?;
    let counts = file.state()?.tags()?;
    if session.terminal.json() {
        let item = |(tag, streams): &(Tag, usize)| json!({ "tag": tag, "streams": streams });
        return session
            .terminal
            .answer_json(&whole(counts.iter().map(item).collect()));
    }
    if counts.is_empty() {
        session.terminal.note("No stream has a tag.");
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
    let count = session.home.change(|change| {
        let mut count = 0;
        for stream in change.state.streams()? {
            if stream.tags.contains(&old) {
                let other = |tag: &Tag| {
                    if *tag == old {
                        new.clone()
                    } else {
                        tag.clone()
                    }
                };
                let tags: Unique<Tag> = stream.tags.iter().map(other).collect();
                change.state.put(Stream {
                    tags,
                    updated_at: now(),
                    ..stream
                });
                count += 1;
            }
        }
        if count == 0 {
            return Err(Failure::not_found(format_args!(
                "no stream has the tag {}",
                quote(old.as_str())
            ))
            .hint("textpeak tags list")
            .into());
        }
        Ok(count)
    })?;
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
