//! `textpeak senders …`

use std::collections::HashMap;
use std::path::Path;

use serde_json::json;

use super::failures::refused;
use super::list::whole;
use super::session::{Session, ask};
use crate::domain::{SenderId, sentence};
use crate::error::Failure;
use crate::files::{input_name, read_lossy_input};
use crate::render::table;
use crate::service::{AddedSenders, add_senders, remove_senders};

pub fn list(session: &Session) -> anyhow::Result<()> {
    let catalogue = session.catalogue()?;
    let senders = catalogue.senders();
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
    let AddedSenders { added, known } = ask(add_senders(&*session.store, senders))?;
    if session.terminal.json() {
        return session
            .terminal
            .answer_json(&json!({ "added": added, "existing": known }));
    }
    for id in &added {
        session
            .terminal
            .note(&format!("Added {id} to the catalog."));
    }
    for id in &known {
        session
            .terminal
            .note(&format!("{id} is already in the catalog."));
    }
    Ok(())
}

pub fn remove(session: &Session, typed: &[String]) -> anyhow::Result<()> {
    let removed = ask(remove_senders(&*session.store, typed))
        .map_err(|error| refused(session, "edit", error))?;
    if session.terminal.json() {
        return session.terminal.answer_json(&json!({ "removed": removed }));
    }
    for id in &removed {
        session
            .terminal
            .note(&format!("Removed {id} from the catalog."));
    }
    Ok(())
}

pub fn import(session: &Session, file: &Path) -> anyhow::Result<()> {
    let listed = Listed::read(&read_lossy_input(file)?);
    let AddedSenders { added, known } = ask(add_senders(&*session.store, listed.good))?;
    let (added, known) = (added.len(), known.len());
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
            session
                .terminal
                .say(&sentence(&format!("line {line}: {what}")));
        }
        session.terminal.note(&format!(
            "{added} added, {known} already in the catalog, {} skipped.",
            listed.bad.len()
        ));
    }
    if listed.bad.is_empty() {
        return Ok(());
    }
    Err(Failure::usage(format_args!(
        "some lines of {} were skipped",
        input_name(file)
    ))
    .hint("fix these lines, then import the file again")
    .into())
}

#[derive(Default)]
struct Listed {
    good: Vec<SenderId>,
    bad: Vec<(usize, String)>,
}

impl Listed {
    /// What the column of Sender IDs may be called.
    const COLUMNS: [&'static str; 5] = ["sender", "sender_id", "id", "name", "value"];

    fn read(text: &str) -> Self {
        let (mut listed, mut column, mut seen) = (Self::default(), 0, HashMap::new());
        for (line, row) in (1..)
            .zip(text.lines())
            .filter(|(_, row)| !row.trim().is_empty())
        {
            let cells = cells(row);
            let header = |cell: &str| Self::COLUMNS.contains(&cell.to_lowercase().as_str());
            if let (1, Some(at)) = (line, cells.iter().position(header)) {
                column = at;
                continue;
            }
            match cells.get(column).unwrap_or_default().parse::<SenderId>() {
                Err(error) => listed.bad.push((line, error.to_string())),
                Ok(id) => match seen.insert(id.clone(), line) {
                    Some(first) => listed
                        .bad
                        .push((line, format!("{id} is already on line {first}"))),
                    None => listed.good.push(id),
                },
            }
        }
        listed
    }
}

/// The cells of one row: row by row, so that a stray quotation mark spoils its own row alone.
fn cells(row: &str) -> csv::StringRecord {
    if !row.contains([',', '"']) {
        return csv::StringRecord::from(vec![row.trim()]);
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(row.as_bytes());
    reader
        .records()
        .next()
        .and_then(Result::ok)
        .unwrap_or_default()
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
        let stray = Listed::read("A\n\"B\nC\n");
        assert_eq!((stray.good.len(), stray.bad.len()), (3, 0));
    }
}
