//! `textpeak messages follow`

use std::thread;

use jiff::Timestamp;

use super::listed::{self, Names};
use super::messages::{line_cells, line_json};
use super::session::{Session, ask, zone};
use crate::cli::MessageFilterFlags;
use crate::domain::{Message, StreamId};
use crate::render::{Column, Lines, Times, table};
use crate::service::{Line, POLL, Unfinished, Watch};
use crate::terminal::json_line;

/// As those of a list; here, the status is what people wait for.
const COLUMNS: [Column<'_>; 7] = [
    Column::ranked("Time", 1),
    Column::kept("Status"),
    Column::kept("From"),
    Column::kept("To"),
    Column::filling("Text"),
    Column::ranked("Stream", 2),
    Column::ranked("Message", 3),
];

/// As wide as an id.
const ID: &str = "00000000-0000-0000-0000-000000000000";

pub fn run(session: &Session, flags: &MessageFilterFlags) -> anyhow::Result<()> {
    let now = Timestamp::now();
    let mut filter = listed::filter(session, flags, now)?;
    // Without --since, only what comes from now on.
    filter.since.get_or_insert(now);
    // Who asks for one status is told nothing of another.
    let changes = filter.status.is_none();
    let stream = filter.stream.clone();
    let terminal = session.terminal;
    let mut watch = Watch::new(filter);
    match terminal.width() {
        Some(width) if !terminal.json() => {
            show(session, &mut watch, stream.as_ref(), changes, width)
        }
        _ => write(session, &mut watch),
    }
}

/// A line for each message and each attempt, for programs.
fn write(session: &Session, watch: &mut Watch) -> anyhow::Result<()> {
    let terminal = session.terminal;
    loop {
        let fresh = ask(watch.lines(&*session.store))?;
        if fresh.is_empty() {
            thread::sleep(POLL);
            continue;
        }
        let names = Names::read(session)?;
        let now = Timestamp::now();
        for line in fresh.iter().rev() {
            if terminal.json() {
                terminal.answer(&json_line(&line_json(line, &names, now)))?;
            } else {
                let at = Times::absolute(zone()).brief(line.at());
                let cells = line_cells(line, &names, now, at);
                terminal.answer(&table(&[], &[cells], None))?;
            }
        }
    }
}

/// Lines in columns, for people. A message whose status becomes final later is told again, at that
/// moment.
fn show(
    session: &Session,
    watch: &mut Watch,
    stream: Option<&StreamId>,
    changes: bool,
    width: u16,
) -> anyhow::Result<()> {
    let terminal = session.terminal;
    let phone = "12025550143";
    let names = Names::read(session)?;
    let name = match stream {
        Some(id) => names.of(id),
        None => names.longest(),
    };
    let usual = ["15:04:05", "undelivered", phone, phone, "", name, ID];
    let mut lines = Lines::new(&COLUMNS, &usual, width);
    terminal.answer(&lines.header())?;
    let mut unfinished = Unfinished::default();
    loop {
        let fresh = ask(watch.lines(&*session.store))?;
        let finished = ask(unfinished.finished(&*session.store))?;
        if fresh.is_empty() && finished.is_empty() {
            thread::sleep(POLL);
            continue;
        }
        let names = Names::read(session)?;
        let now = Timestamp::now();
        let times = Times::relative_to(now, zone());
        let ended = finished.into_iter().map(|message| {
            let at = ended_at(&message, now);
            (at, Line::Message(Box::new(message)))
        });
        let fresh = fresh.into_iter().rev().map(|line| (line.at(), line));
        for (at, line) in ended.chain(fresh) {
            let cells = line_cells(&line, &names, now, times.of_day(at));
            terminal.answer(&lines.line(&cells))?;
            if changes {
                unfinished.shown(&line, now);
            }
        }
    }
}

fn ended_at(message: &Message, now: Timestamp) -> Timestamp {
    message.course.final_at.map_or(now, |at| at.min(now))
}
