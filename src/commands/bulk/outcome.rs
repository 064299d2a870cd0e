//! What became of the rows, for people, for programs and for the next run.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::session::Session;
use crate::document::{Row, Rows};
use crate::error::Failure;
use crate::files::Results;
use crate::render::table;
use crate::terminal::json_line;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    Accepted(String),
    Refused(String),
    /// Perhaps accepted: the answer did not come or cannot be read.
    Unknown(String),
    Left,
}

impl Fate {
    pub fn word(&self) -> String {
        match self {
            Self::Accepted(_) => "accepted".to_owned(),
            Self::Refused(why) => format!("refused: {why}"),
            Self::Unknown(why) => format!("unknown: {why}"),
            Self::Left => "not sent".to_owned(),
        }
    }
}

pub struct Ending {
    /// In the order of the rows.
    pub fates: Vec<Fate>,
    /// Messages that had been accepted before.
    pub repeated: usize,
    pub stopped: Option<Failure>,
    pub statuses: Option<BTreeMap<String, usize>>,
}

/// A line a row, in their order: those of an earlier run as they were, the others with their fate.
pub fn write_results(mut file: Results, rows: &[Row], fates: &[Fate]) -> anyhow::Result<()> {
    let mut fates = fates.iter();
    for row in rows {
        let (uuid, error) = match &row.accepted {
            Some(uuid) => (Some(uuid.as_str()), None),
            None => match fates.next() {
                Some(Fate::Accepted(uuid)) => (Some(uuid.as_str()), None),
                Some(fate) => (None, Some(fate.word())),
                None => (None, None),
            },
        };
        file.append(&json_line(&json!({
            "to": row.to, "text": row.text, "sender": row.sender,
            "internal_id": row.internal_id, "message_uuid": uuid, "error": error,
        })))?;
    }
    file.finish()
}

pub fn tell(session: &Session, rows: &Rows, ending: &Ending) -> anyhow::Result<()> {
    let terminal = session.terminal;
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    for fate in &ending.fates {
        *outcomes.entry(fate.word()).or_default() += 1;
    }
    let before = rows.good.len() - ending.fates.len();
    let count = |wanted: fn(&Fate) -> bool| ending.fates.iter().filter(|fate| wanted(fate)).count();
    if terminal.json() {
        let problems: Vec<Value> = rows
            .bad
            .iter()
            .map(|bad| json!({ "line": bad.line, "message": bad.message }))
            .collect();
        return terminal.answer_json(&json!({
            "rows": rows.good.len() + rows.bad.len(),
            "accepted": count(|fate| matches!(fate, Fate::Accepted(_))),
            "repeated": ending.repeated,
            "accepted_before": before,
            "refused": count(|fate| matches!(fate, Fate::Refused(_))),
            "unknown": count(|fate| matches!(fate, Fate::Unknown(_))),
            "not_sent": count(|fate| matches!(fate, Fate::Left)),
            "invalid": problems,
            "outcomes": outcomes,
            "statuses": ending.statuses,
        }));
    }
    let mut lines: Vec<Vec<String>> = Vec::new();
    let mut line = |what: String, n: usize| {
        if n > 0 {
            lines.push(vec![what, n.to_string()]);
        }
    };
    for (what, n) in outcomes {
        line(what, n);
    }
    line("already accepted (skipped)".to_owned(), ending.repeated);
    line("accepted in an earlier run".to_owned(), before);
    line("invalid".to_owned(), rows.bad.len());
    for (status, n) in ending.statuses.iter().flatten() {
        line(status.clone(), *n);
    }
    terminal.answer(&table(&["Outcome", "Messages"], &lines, terminal.width()))
}
