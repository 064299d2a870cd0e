//! The rows of a file for sending in bulk: CSV or JSON Lines in, checked messages out. Everything is
//! checked before anything is sent.

mod csv;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;
use std::str::FromStr;

use serde::Deserialize;

use crate::domain::{InternalId, Invalid, MessageText, Phone, SenderId, quote, without_found_text};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowSyntax {
    /// With or without a header.
    Csv,
    /// One object per line.
    JsonLines,
}

impl RowSyntax {
    /// By the file's name, else by its first character.
    pub fn of(path: &Path, text: &str) -> Self {
        let ending = path.extension().and_then(|ending| ending.to_str());
        match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("jsonl" | "ndjson" | "json") => Self::JsonLines,
            Some("csv") => Self::Csv,
            _ if text.trim_start().starts_with('{') => Self::JsonLines,
            _ => Self::Csv,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line where the row begins, from 1.
    pub line: usize,
    pub to: Phone,
    pub text: MessageText,
    pub sender: Option<SenderId>,
    pub internal_id: Option<InternalId>,
    /// The message's id, if an earlier run had it accepted.
    pub accepted: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// The line where the row begins, from 1.
    pub line: usize,
    pub message: String,
}

#[derive(Debug, Default)]
pub struct Rows {
    /// In the order of the file.
    pub good: Vec<Row>,
    pub bad: Vec<BadRow>,
}

/// A row as it stands: text, and not checked.
#[derive(Debug, Default, Deserialize)]
struct Cells {
    #[serde(alias = "recipient_phone", alias = "phone", alias = "recipient")]
    to: Option<String>,
    #[serde(alias = "message_content", alias = "message")]
    text: Option<String>,
    #[serde(default)]
    sender: Option<String>,
    #[serde(default)]
    internal_id: Option<String>,
    #[serde(default)]
    message_uuid: Option<String>,
}

pub fn read_rows(text: &str, syntax: RowSyntax) -> Rows {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rows = Rows::default();
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut add = |line: usize, cells: Result<Cells, String>| {
        let row = cells.and_then(|cells| check(line, cells)).and_then(|row| {
            let id = row.internal_id.as_ref().map(ToString::to_string);
            match id.and_then(|id| Some((seen.get(&id)?, id))) {
                Some((first, id)) => Err(format!(
                    "internal_id {} is already on line {first}",
                    quote(&id)
                )),
                None => Ok(row),
            }
        });
        match row {
            Ok(row) => {
                if let Some(id) = &row.internal_id {
                    seen.insert(id.to_string(), line);
                }
                rows.good.push(row);
            }
            Err(message) => rows.bad.push(BadRow { line, message }),
        }
    };
    match syntax {
        RowSyntax::JsonLines => {
            let lines = (1..).zip(text.lines());
            for (line, text) in lines.filter(|(_, text)| !text.trim().is_empty()) {
                let cells = serde_json::from_str(text).map_err(|error| {
                    let error = without_found_text(&error.to_string());
                    format!("not a valid row: {error}")
                });
                add(line, cells);
            }
        }
        RowSyntax::Csv => csv::read(text, add),
    }
    rows
}

/// Every value by its own rule; everything that is wrong in one sentence.
fn check(line: usize, cells: Cells) -> Result<Row, String> {
    let mut wrong = Vec::new();
    let to: Option<Phone> = required("to", cells.to, &mut wrong);
    let text: Option<MessageText> = required("text", cells.text, &mut wrong);
    let sender = parsed("sender", cells.sender, &mut wrong);
    let internal_id = parsed("internal_id", cells.internal_id, &mut wrong);
    match (to, text) {
        (Some(to), Some(text)) if wrong.is_empty() => Ok(Row {
            line,
            to,
            text,
            sender,
            internal_id,
            accepted: cells.message_uuid.filter(|uuid| !uuid.is_empty()),
        }),
        _ => Err(wrong.join(" ")),
    }
}

fn required<T: FromStr<Err = Invalid>>(
    name: &str,
    cell: Option<String>,
    wrong: &mut Vec<String>,
) -> Option<T> {
    if cell.is_none() {
        wrong.push(format!("{name} is missing"));
    }
    parsed(name, cell, wrong)
}

fn parsed<T: FromStr<Err = Invalid>>(
    name: &str,
    cell: Option<String>,
    wrong: &mut Vec<String>,
) -> Option<T> {
    cell?
        .parse()
        .map_err(|error| wrong.push(format!("{name}: {error}")))
        .ok()
}

/// Gives every row without an internal ID one that is derived from what it says, so that the same
/// file, sent again, sends nothing twice. The n-th of several equal rows gets an id of its own, and
/// another campaign other ids.
pub fn fill_ids(rows: &mut [Row], campaign: &str) {
    let mut times: HashMap<String, usize> = HashMap::new();
    for row in rows.iter_mut().filter(|row| row.internal_id.is_none()) {
        let sender = row.sender.as_ref().map_or("", SenderId::as_str);
        // No part but the last can hold a line break.
        let said = format!("{}\n{sender}\n{:?}\n{}", row.to, campaign, row.text);
        let time = times.entry(said).or_default();
        *time += 1;
        let said = format!("{}\n{sender}\n{campaign:?}\n{time}\n{}", row.to, row.text);
        let digest = ring::digest::digest(&ring::digest::SHA256, said.as_bytes());
        let hex: String = digest.as_ref()[..12]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        row.internal_id = format!("row-{hex}").parse().ok();
    }
}
