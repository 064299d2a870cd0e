//! The CSV form of rows: which column is which, and on which line a record begins.

use super::Cells;

/// The names of each column: to, text, sender, internal id.
const COLUMNS: [&[&str]; 4] = [
    &["to", "recipient_phone", "phone", "recipient"],
    &["text", "message_content", "message"],
    &["sender"],
    &["internal_id"],
];

pub(super) fn read(text: &str, mut add: impl FnMut(usize, Result<Cells, String>)) {
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
                add(line, Err("not valid CSV".to_owned()));
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
        return Err("unclosed quotation mark: double quotation marks within a text".to_owned());
    }
    if cells > columns {
        return Err(format!(
            "{cells} cells in {columns} columns: put quotation marks around a text that contains \
             a comma"
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
    let places = COLUMNS.map(place);
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
