//! `textpeak senders …`

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde_json::json;

use super::list::whole;
use super::session::Session;
use crate::domain::{SenderId, quote};
use crate::error::Failure;
use crate::render::table;
use crate::state::read_text_input;

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

pub fn remove(session: &Session, typed: &[String]) -> anyhow::Result<()> {
    let removed = session.home.change(|change| {
        let streams = change.state.streams()?;
        let mut removed = Vec::new();
        for text in typed {
            let Some(at) = change
                .state
                .senders
                .iter()
                .position(|id| id.as_str() == text)
            else {
                return Err(Failure::not_found(format_args!(
                    "no Sender ID {} in the catalogue",
                    quote(text)
                ))
                .hint("textpeak senders list")
                .into());
            };
            let id = change.state.senders.remove(at);
            let users = streams
                .iter()
                .filter(|stream| stream.default_sender.as_ref() == Some(&id));
            let users: Vec<_> = users.map(|stream| quote(stream.name.as_str())).collect();
            if !users.is_empty() {
                return Err(Failure::failed(format_args!(
                    "{id} is the default sender of {}",
                    users.join(", ")
                ))
                .hint("textpeak streams edit STREAM --customized")
                .into());
            }
            removed.push(id);
        }
        Ok(removed)
    })?;
    if session.terminal.json() {
        return session.terminal.answer_json(&json!({ "removed": removed }));
    }
    for id in &removed {
        session
            .terminal
            .note(&format!("Removed {id} from the catalogue."));
    }
    Ok(())
}

pub fn import(session: &Session, file: &Path) -> anyhow::Result<()> {
    let listed = Listed::read(&read_text_input(file)?);
    let total = listed.good.len();
    let (added, known) = if listed.good.is_empty() {
        (0, 0)
    } else {
        session.home.change(|change| {
            let mut there: HashSet<SenderId> = change.state.senders.iter().cloned().collect();
            let before = there.len();
            let fresh = listed
                .good
                .into_iter()
                .filter(|id| there.insert(id.clone()));
            change.state.senders.extend(fresh);
            let added = there.len() - before;
            Ok((added, total - added))
        })?
    };
    let problems: Vec<_> = listed
        .bad
        .iter()
        .map(|(line, what)| json!({ "line": line, "message": what }))
        .collect();
    if session.terminal.json() {
        session
            .terminal
            .answer_json(&json!({ "added": added, "existing": known, "problems": problems }))?;
    } else {
        for (line, what) in &listed.bad {
            session.terminal.say(&format!("line {line}: {what}"));
        }
        session.terminal.note(&format!(
            "{added} added, {known} in the catalogue already, {} not used.",
            listed.bad.len()
        ));
    }
    if listed.bad.is_empty() {
        return Ok(());
    }
    Err(Failure::usage(format_args!(
        "{} lines of {} were not used",
        listed.bad.len(),
        file.display()
    ))
    .hint("mend these lines and import the file again: what is known stays")
    .into())
}

/// A file of Sender IDs, read line by line.
#[derive(Default)]
struct Listed {
    good: Vec<SenderId>,
    bad: Vec<(u64, String)>,
}

impl Listed {
    /// What the column of Sender IDs may be called.
    const COLUMNS: [&'static str; 5] = ["sender", "sender_id", "id", "name", "value"];

    fn read(text: &str) -> Self {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let (mut listed, mut column, mut seen) = (Self::default(), 0, HashMap::new());
        for (row, record) in reader.records().enumerate() {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    listed.bad.push((
                        error.position().map_or(0, csv::Position::line),
                        error.to_string(),
                    ));
                    continue;
                }
            };
            let line = record.position().map_or(0, csv::Position::line);
            let header = |cell: &str| Self::COLUMNS.contains(&cell.to_lowercase().as_str());
            if let (0, Some(at)) = (row, record.iter().position(header)) {
                column = at;
                continue;
            }
            match record.get(column).unwrap_or_default().parse::<SenderId>() {
                Err(error) => listed.bad.push((line, error.to_string())),
                Ok(id) => match seen.insert(id.clone(), line) {
                    Some(first) => listed
                        .bad
                        .push((line, format!("{id} stands on line {first} already"))),
                    None => listed.good.push(id),
                },
            }
        }
        listed
    }
}

#[cfg(test)]
mod tests {
    use super::Listed;

    #[test]
    fn one_a_line_or_a_column_of_csv() {
        let plain = Listed::read("GLOBAL\n\n12025550143\n+1\nGLOBAL\n");
        assert_eq!(plain.good.len(), 2);
        let lines: Vec<_> = plain.bad.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [4, 5]);
        let table = Listed::read("country,Sender_ID\nDE,\"A & B\"\nFR,\n");
        assert_eq!(table.good[0].as_str(), "A & B");
        assert_eq!(table.bad[0].0, 3);
    }
}
