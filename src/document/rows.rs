//! The rows of a file for sending in bulk: CSV or JSON Lines in, checked messages out. Everything is
//! checked before anything is sent.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

use crate::domain::{InternalId, MessageText, Phone, SenderId, quote};

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

/// A CSV column's name, and its aliases.
const COLUMNS: [(&str, &[&str]); 4] = [
    ("to", &["to", "recipient_phone", "phone", "recipient"]),
    ("text", &["text", "message_content", "message"]),
    ("sender", &["sender"]),
    ("internal_id", &["internal_id"]),
];

pub fn read_rows(text: &str, syntax: RowSyntax) -> Rows {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rows = Rows::default();
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut add = |line: usize, cells: Result<Cells, String>| {
        let row = cells.and_then(|cells| check(line, cells)).and_then(|row| {
            let id = row.internal_id.as_ref().map(ToString::to_string);
            match id.and_then(|id| Some((seen.get(&id)?, id))) {
                Some((first, id)) => Err(format!(
                    "internal_id {} stands on line {first} already",
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
                    let error = crate::domain::without_found_text(&error.to_string());
                    format!("it is not a row: {error}")
                });
                add(line, cells);
            }
        }
        RowSyntax::Csv => read_csv(text, add),
    }
    rows
}

fn read_csv(text: &str, mut add: impl FnMut(usize, Result<Cells, String>)) {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut places: Option<[Option<usize>; 4]> = None;
    let mut columns = COLUMNS.len();
    let mut lines = Lines::new(text);
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                let line = lines.of(error.position());
                add(line, Err("it is not CSV".to_owned()));
                continue;
            }
        }
        let line = lines.of(record.position());
        let found = places.map_or_else(|| header(&record), |places| (places, false));
        if places.is_none() {
            places = Some(found.0);
            if found.1 {
                columns = record.len();
                continue;
            }
        }
        let written = text.get(lines.at..usize::try_from(reader.position().byte()).unwrap_or(0));
        add(
            line,
            whole(written, record.len(), columns).map(|()| cells(&record, found.0)),
        );
    }
}

/// A row as it was written has no more cells than there are columns, and closes its quotation marks:
/// else a text is cut, or swallows the rows after it.
fn whole(written: Option<&str>, cells: usize, columns: usize) -> Result<(), String> {
    if written.unwrap_or_default().matches('"').count() % 2 == 1 {
        return Err("a quotation mark is not closed: write one within a text twice".to_owned());
    }
    if cells > columns {
        return Err(format!(
            "{cells} cells where there are {columns} columns: put a text with a comma into \
             quotation marks"
        ));
    }
    Ok(())
}

/// Counts lines from one record to the next. (The reader's own count is one short after `\r\n`.)
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
        }
    }

    fn of(&mut self, position: Option<&csv::Position>) -> usize {
        let bytes = self.text.as_bytes();
        let start = position.and_then(|position| usize::try_from(position.byte()).ok());
        let mut start = start.unwrap_or(self.at).clamp(self.at, bytes.len());
        while matches!(bytes.get(start), Some(b'\r' | b'\n')) {
            start += 1;
        }
        self.line += bytes[self.at..start]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count();
        self.at = start;
        self.line
    }
}

/// Where the columns stand, and whether the first record says so.
fn header(record: &csv::StringRecord) -> ([Option<usize>; 4], bool) {
    let place = |names: &[&str]| {
        record
            .iter()
            .position(|cell| names.contains(&cell.trim().to_ascii_lowercase().as_str()))
    };
    let places = COLUMNS.map(|(_, names)| place(names));
    if places[0].is_some() {
        (places, true)
    } else {
        ([Some(0), Some(1), Some(2), Some(3)], false)
    }
}

fn cells(record: &csv::StringRecord, places: [Option<usize>; 4]) -> Cells {
    let cell = |at: usize| {
        places[at]
            .and_then(|place| record.get(place))
            .map(str::to_owned)
    };
    // A cell of CSV cannot be absent: an empty one says nothing.
    let optional = |at| {
        cell(at)
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    Cells {
        to: cell(0).map(|text| text.trim().to_owned()),
        text: cell(1),
        sender: optional(2),
        internal_id: optional(3),
        message_uuid: None,
    }
}

/// Every value by its own rule; everything that is wrong in one sentence.
fn check(line: usize, cells: Cells) -> Result<Row, String> {
    let mut wrong = Vec::new();
    let mut note = |sentence: String| wrong.push(sentence);
    let to = match cells.to.map(|to| to.parse::<Phone>()) {
        Some(Ok(to)) => Some(to),
        Some(Err(error)) => {
            note(format!("to: {error}"));
            None
        }
        None => {
            note("to is missing".to_owned());
            None
        }
    };
    let text = match cells.text.map(|text| text.parse::<MessageText>()) {
        Some(Ok(text)) => Some(text),
        Some(Err(error)) => {
            note(format!("text: {error}"));
            None
        }
        None => {
            note("text is missing".to_owned());
            None
        }
    };
    let sender = cells.sender.map(|sender| sender.parse::<SenderId>());
    if let Some(Err(error)) = &sender {
        note(format!("sender: {error}"));
    }
    let internal_id = cells.internal_id.map(|id| id.parse::<InternalId>());
    if let Some(Err(error)) = &internal_id {
        note(format!("internal_id: {error}"));
    }
    match (to, text) {
        (Some(to), Some(text)) if wrong.is_empty() => Ok(Row {
            line,
            to,
            text,
            sender: sender.and_then(Result::ok),
            internal_id: internal_id.and_then(Result::ok),
            accepted: cells.message_uuid.filter(|uuid| !uuid.is_empty()),
        }),
        _ => Err(wrong.join("; ")),
    }
}

/// Gives every row without an internal id one that is derived from what it says, so that the same
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn csv_has_its_columns_by_name_or_by_place() {
        let named = read_rows(
            "name,Text,TO\r\nAda,\"Hi, \"\"you\"\"\nthere\",12025550143\r\nBob,Yo,12025550144\r\n",
            RowSyntax::Csv,
        );
        assert_eq!(named.bad, []);
        assert_eq!(named.good[0].text.as_str(), "Hi, \"you\"\nthere");
        assert_eq!(
            (named.good[1].line, named.good[1].to.as_str()),
            (4, "12025550144")
        );
        let placed = read_rows(
            "\u{feff}12025550143,Hi,GLOBAL,a\n12025550144,Yo\n",
            RowSyntax::Csv,
        );
        assert_eq!(placed.good.len(), 2, "{placed:?}");
        assert_eq!(placed.good[0].internal_id.as_ref().unwrap().as_str(), "a");
        assert_eq!(read_rows("", RowSyntax::Csv).good.len(), 0);
    }

    #[test]
    fn every_bad_row_is_named_with_everything_that_is_wrong() {
        let rows = read_rows(
            "to,text,sender,internal_id\n1,,way too long a sender,a\n12025550143,Hi,,a\n12025550144,Hi,,a\n",
            RowSyntax::Csv,
        );
        assert_eq!(rows.good.len(), 1);
        let bad: Vec<_> = rows
            .bad
            .iter()
            .map(|row| (row.line, row.message.as_str()))
            .collect();
        assert_eq!(bad[0].0, 2);
        for part in [
            "to: “1” is not a phone number",
            "text: the text is empty",
            "sender: “way too",
        ] {
            assert!(bad[0].1.contains(part), "{bad:?}");
        }
        assert_eq!(bad[1], (4, "internal_id “a” stands on line 3 already"));
        let lines = read_rows(
            "{\"to\":7}\n\n[]\n{\"text\":\"secret\"\n",
            RowSyntax::JsonLines,
        );
        let at: Vec<_> = lines.bad.iter().map(|row| row.line).collect();
        assert_eq!(at, [1, 3, 4]);
        assert!(!format!("{:?}", lines.bad).contains("secret"));
    }

    #[test]
    fn a_results_file_is_an_input_again() {
        let text = "{\"to\":\"12025550143\",\"text\":\"Hi\",\"message_uuid\":\"u\",\"error\":null}\n\
                    {\"recipient_phone\":\"12025550144\",\"message_content\":\"Hi\",\"message_uuid\":null}\n";
        let rows = read_rows(text, RowSyntax::of(Path::new("-"), text)).good;
        let accepted: Vec<_> = rows.iter().map(|row| row.accepted.as_deref()).collect();
        assert_eq!(accepted, [Some("u"), None]);
    }

    #[test]
    fn derived_ids_are_the_same_for_the_same_file_and_for_nothing_else() {
        let ids = |text: &str, campaign: &str| {
            let mut rows = read_rows(text, RowSyntax::Csv).good;
            fill_ids(&mut rows, campaign);
            rows.into_iter()
                .map(|row| row.internal_id.unwrap().to_string())
                .collect::<Vec<_>>()
        };
        let file = "12025550143,Hi\n12025550143,Hi\n12025550143,Ho\n12025550143,Hi,GLOBAL\n";
        let mut all = ids(file, "");
        assert_eq!(all, ids(file, ""));
        all.extend(ids(file, "May"));
        let different: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(different.len(), 8, "{all:?}");
        // Rows that come to it leave the others' ids as they are.
        assert_eq!(ids("12025550144,New\n12025550143,Hi\n", "")[1], all[0]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "([a-z0-9,\"{}:\n\r ]|\\PC){0,80}") {
            for syntax in [RowSyntax::Csv, RowSyntax::JsonLines] {
                let rows = read_rows(&text, syntax);
                prop_assert!(rows.bad.iter().all(|bad| !bad.message.is_empty()));
            }
        }

        #[test]
        fn what_is_written_as_csv_reads_back(texts in proptest::collection::vec("\\PC{1,40}", 1..10)) {
            let mut file = csv::Writer::from_writer(Vec::new());
            file.write_record(["to", "text"]).unwrap();
            for text in &texts {
                file.write_record(["12025550143", text]).unwrap();
            }
            let file = String::from_utf8(file.into_inner().unwrap()).unwrap();
            let rows = read_rows(&file, RowSyntax::Csv);
            prop_assert_eq!(rows.bad, vec![]);
            let read: Vec<_> = rows.good.iter().map(|row| row.text.to_string()).collect();
            prop_assert_eq!(read, texts);
        }
    }
}
