//! `textpeak send --from-file`

use std::collections::BTreeMap;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::send::{follow, say_whose_gateway};
use super::session::Session;
use super::wire::{BATCH, Missed, Wire, block_on, shown, token_of};
use crate::api::{MessageBody, Request, SendBody, SendReport};
use crate::cli::{BulkOptions, Reach};
use crate::document::{Row, RowSyntax, Rows, fill_ids, read_rows};
use crate::domain::{Encoding, MessageStatus, SenderId, Span, Stream};
use crate::error::{Code, Failure};
use crate::render::{counted, forcing, http, json as requests_json, table};
use crate::state::{Results, input_name, read_text_input};
use crate::terminal::json_line;

/// Requests in flight at one time.
const IN_FLIGHT: usize = 8;

/// What the rows go through.
#[derive(Debug, Clone)]
pub struct Order<'a> {
    /// The stream.
    pub stream: &'a Stream,
    /// For rows that name no sender.
    pub sender: Option<SenderId>,
    /// Print the requests; send nothing.
    pub dry_run: bool,
    /// How long to wait for final statuses, where that is wanted.
    pub wait: Option<Span>,
    /// Which Streams API.
    pub reach: &'a Reach,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fate {
    /// Accepted, under this id.
    Accepted(String),
    /// Refused, for this reason.
    Refused(String),
    /// Perhaps accepted: the answer did not come or cannot be read.
    Unknown(String),
    /// Not sent.
    Left,
}

impl Fate {
    fn word(&self) -> String {
        match self {
            Self::Accepted(_) => "accepted".to_owned(),
            Self::Refused(why) => format!("refused: {why}"),
            Self::Unknown(why) => format!("unknown: {why}"),
            Self::Left => "not sent".to_owned(),
        }
    }
}

/// How the sending ended.
struct Ending {
    fates: Vec<Fate>,
    /// Messages that had been accepted before.
    repeated: usize,
    /// Why it stopped early, if so.
    stopped: Option<Failure>,
    /// Final statuses, where they were waited for.
    statuses: Option<BTreeMap<String, usize>>,
}

pub fn run(session: &Session, options: BulkOptions, order: &Order<'_>) -> anyhow::Result<Code> {
    let BulkOptions {
        file,
        skip_invalid,
        results,
        campaign,
    } = options;
    let mut rows = checked(session, &file, skip_invalid)?;
    for row in rows.good.iter_mut().filter(|row| row.sender.is_none()) {
        row.sender.clone_from(&order.sender);
    }
    fill_ids(&mut rows.good, &campaign);
    let todo: Vec<Row> = rows
        .good
        .iter()
        .filter(|row| row.accepted.is_none())
        .cloned()
        .collect();
    if order.dry_run {
        return dry_run(session, order, &todo).map(|()| Code::Done);
    }
    // Whether it can be written is known before anything is sent.
    let results = results
        .as_deref()
        .map(|path| Ok::<_, anyhow::Error>((path, Results::begin(path)?)));
    let results = results.transpose()?;
    measure(session, &todo);
    say_whose_gateway(session, order.stream, order.reach);
    let ending = send_all(session, order, &todo)?;
    if let Some((_, file)) = results {
        write_results(file, &rows.good, &ending.fates)?;
    }
    tell(session, &rows, &ending)?;
    if let Some(stopped) = ending.stopped {
        return Err(stopped.into());
    }
    let any = |wanted: fn(&Fate) -> bool| ending.fates.iter().any(wanted);
    let delivered = MessageStatus::Delivered.name();
    let all_delivered =
        |statuses: &BTreeMap<String, usize>| statuses.keys().all(|status| status == delivered);
    Ok(if any(|fate| matches!(fate, Fate::Unknown(_))) {
        Code::Unreachable
    } else if any(|fate| matches!(fate, Fate::Refused(_))) {
        Code::Refused
    } else if ending
        .statuses
        .as_ref()
        .is_some_and(|all| !all_delivered(all))
    {
        Code::NotHappened
    } else {
        Code::Done
    })
}

/// The rows of the file; bad ones are said, and refused unless they may be left out.
fn checked(session: &Session, file: &Path, skip_invalid: bool) -> anyhow::Result<Rows> {
    let text = read_text_input(file)?;
    let rows = read_rows(&text, RowSyntax::of(file, &text));
    let total = rows.good.len() + rows.bad.len();
    let lines: Vec<_> = rows
        .bad
        .iter()
        .map(|bad| format!("line {}: {}", bad.line, bad.message))
        .collect();
    if total == 0 {
        return Err(
            Failure::usage(format_args!("{} has no rows", input_name(file)))
                .hint("a row is: to,text,sender,internal_id")
                .into(),
        );
    }
    if !rows.bad.is_empty() && !skip_invalid {
        let count = format!(
            "{} of {total} rows of {} cannot be sent; nothing was sent",
            rows.bad.len(),
            input_name(file)
        );
        return Err(Failure::usage(format!("{}\n{count}", lines.join("\n")))
            .hint("mend these rows, or leave them out with --skip-invalid")
            .into());
    }
    if !session.terminal.json() {
        for line in lines {
            session.terminal.say(&line);
        }
    }
    Ok(rows)
}

fn bodies(rows: &[Row]) -> impl Iterator<Item = SendBody> {
    rows.chunks(BATCH).map(|rows| SendBody {
        messages: rows.iter().map(body).collect(),
    })
}

fn body(row: &Row) -> MessageBody {
    MessageBody {
        internal_id: row
            .internal_id
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        sender: row.sender.as_ref().map(ToString::to_string),
        recipient_phone: row.to.to_string(),
        message_content: row.text.to_string(),
    }
}

fn dry_run(session: &Session, order: &Order<'_>, rows: &[Row]) -> anyhow::Result<()> {
    let requests: Vec<_> = bodies(rows)
        .map(|body| shown(order.reach, order.stream, &body))
        .collect();
    if session.terminal.json() {
        let each = |request| requests_json(&[(Request::Send, request)], false);
        let all: Vec<_> = requests.into_iter().map(each).collect();
        return session.terminal.answer_json(&all);
    }
    let texts: Vec<_> = requests
        .iter()
        .map(|request| http(request, false))
        .collect();
    session.terminal.answer(&texts.join("\n\n"))
}

/// Says what the messages need on the air.
fn measure(session: &Session, rows: &[Row]) {
    let (mut segments, mut wide, mut forced) = (0, 0, Vec::new());
    for row in rows {
        let measured = row.text.segments();
        segments += measured.segments;
        wide += usize::from(measured.encoding == Encoding::Ucs2);
        for c in measured.forced_by {
            if !forced.contains(&c) && forced.len() < 10 {
                forced.push(c);
            }
        }
    }
    let mut text = format!(
        "{}, {}",
        counted(rows.len(), "message"),
        counted(segments, "segment")
    );
    if wide > 0 {
        text += &format!(
            ", {} in UCS-2; not in GSM-7: {}",
            counted(wide, "message"),
            forcing(&forced)
        );
    }
    session.terminal.note(&text);
}

fn send_all(session: &Session, order: &Order<'_>, rows: &[Row]) -> anyhow::Result<Ending> {
    let token = Arc::new(token_of(session, order.stream)?);
    let bar = session.terminal.progress(rows.len());
    block_on(async {
        let wire = Arc::new(Wire::reach(session, order.reach)?);
        let mut ending = Ending {
            fates: vec![Fate::Left; rows.len()],
            repeated: 0,
            stopped: None,
            statuses: None,
        };
        let mut batches = bodies(rows).enumerate();
        let mut in_flight = JoinSet::new();
        let mut interrupt = pin!(tokio::signal::ctrl_c());
        loop {
            while ending.stopped.is_none() && in_flight.len() < IN_FLIGHT {
                let Some((at, body)) = batches.next() else {
                    break;
                };
                let (wire, token) = (Arc::clone(&wire), Arc::clone(&token));
                in_flight.spawn(async move { (at, wire.send(&token, &body).await) });
            }
            let answered = tokio::select! {
                answered = in_flight.join_next() => answered,
                // What is in flight is waited for; nothing else is sent.
                _ = &mut interrupt, if ending.stopped.is_none() => {
                    ending.stopped = Some(cancelled());
                    continue;
                }
            };
            let Some(answered) = answered else { break };
            let (at, sent) = answered?;
            let start = at * BATCH;
            let part = &mut ending.fates[start..rows.len().min(start + BATCH)];
            match sent {
                Ok((reports, repeated)) => {
                    ending.repeated += repeated;
                    settle(part, &rows[start..], reports);
                }
                Err(missed) => {
                    let unknown = match &missed {
                        Missed::Unanswered(error) => error.was_sent(),
                        Missed::NoAnswer(crate::api::NoAnswer::Unreadable { .. }) => true,
                        Missed::NoAnswer(crate::api::NoAnswer::Refused { .. }) => false,
                    };
                    if unknown {
                        part.fill(Fate::Unknown(missed.to_string()));
                    }
                    ending.stopped.get_or_insert_with(|| missed.failure(&wire));
                }
            }
            bar.advance(BATCH.min(rows.len() - start));
        }
        let accepted = |fate: &Fate| match fate {
            Fate::Accepted(uuid) => Some(uuid.clone()),
            Fate::Refused(_) | Fate::Unknown(_) | Fate::Left => None,
        };
        let uuids: Vec<_> = ending.fates.iter().filter_map(accepted).collect();
        let finish = async {
            if !order.stream.demo {
                wire.handed_on(&uuids).await?;
            }
            match (order.wait, &ending.stopped) {
                (Some(wait), None) => follow(&wire, &token, &uuids, wait).await.map(Some),
                _ => anyhow::Ok(None),
            }
        };
        let last = tokio::select! {
            last = finish => last?,
            _ = &mut interrupt, if ending.stopped.is_none() => {
                ending.stopped = Some(cancelled());
                None
            }
        };
        ending.statuses = last.map(|last| {
            let mut statuses = BTreeMap::new();
            for report in last {
                *statuses.entry(report.status).or_default() += 1;
            }
            statuses
        });
        Ok(ending)
    })
}

fn cancelled() -> Failure {
    Failure::new(Code::Cancelled, "stopped before the end")
        .hint("the same command goes on: what was accepted is not sent again")
}

/// Puts each report with its row: by the caller's own id where it was echoed, else by its place.
fn settle(fates: &mut [Fate], rows: &[Row], reports: Vec<SendReport>) {
    let ids: BTreeMap<String, usize> = rows
        .iter()
        .take(fates.len())
        .enumerate()
        .filter_map(|(at, row)| Some((row.internal_id.as_ref()?.to_string(), at)))
        .collect();
    for fate in fates.iter_mut() {
        *fate = Fate::Unknown("it is not in the answer".to_owned());
    }
    for (at, report) in reports.into_iter().enumerate() {
        let echoed = report.internal_id.as_ref().and_then(|id| ids.get(id));
        let at = echoed.copied().unwrap_or(at);
        if let Some(fate) = fates.get_mut(at) {
            *fate = match report.outcome {
                Ok(uuid) => Fate::Accepted(uuid),
                Err(why) => Fate::Refused(why),
            };
        }
    }
}

/// A line a row, in their order: those of an earlier run as they were, the others with their fate.
fn write_results(mut file: Results, rows: &[Row], fates: &[Fate]) -> anyhow::Result<()> {
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

fn tell(session: &Session, rows: &Rows, ending: &Ending) -> anyhow::Result<()> {
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
    line(
        "of them accepted before, not sent again".to_owned(),
        ending.repeated,
    );
    line("accepted by an earlier run".to_owned(), before);
    line("invalid".to_owned(), rows.bad.len());
    for (status, n) in ending.statuses.iter().flatten() {
        line(status.clone(), *n);
    }
    terminal.answer(&table(&["Outcome", "Messages"], &lines, terminal.width()))
}
