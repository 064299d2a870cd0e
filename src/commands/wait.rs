//! `textpeak messages wait` and `follow`: the journal, watched.

use std::collections::HashSet;
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use regex_lite::Regex;

use super::listed::{self, Names, ago};
use super::messages::{HEADERS, attempts, timeline};
use super::session::{Session, zone};
use crate::cli::{Print, WaitArgs, Which};
use crate::domain::{Message, escape, quote};
use crate::error::{Code, Failure};
use crate::journal::{MessageFilter, Reader};
use crate::render::{table, time};
use crate::terminal::json_line;

/// How often it looks whether somebody has written.
const GLANCE: Duration = Duration::from_millis(20);

/// How far `wait` looks back, where nothing else is said.
const LOOK_BACK: Duration = Duration::from_secs(300);

pub fn run(session: &Session, args: &WaitArgs) -> anyhow::Result<Code> {
    let WaitArgs {
        which,
        pattern,
        timeout,
        print,
    } = args;
    let pattern = pattern
        .as_deref()
        .map(Regex::new)
        .transpose()
        .map_err(|error| {
            Failure::usage(format_args!("--match is not a regular expression: {error}"))
                .hint("textpeak messages wait --help")
        })?;
    let begun = Timestamp::now();
    let mut filter = listed::filter(session, which, begun)?;
    filter.since.get_or_insert(ago(begun, LOOK_BACK));
    let give_up = Instant::now() + timeout.as_duration();
    let mut watch = Watch::new(session, filter);
    let mut nearest: Option<Message> = None;
    loop {
        // Newest first: what came last is what is meant.
        for (_, message) in watch.fresh()? {
            let matched = pattern
                .as_ref()
                .map(|pattern| pattern.captures(&message.text));
            match matched {
                Some(None) => {
                    nearest.get_or_insert(message);
                }
                Some(Some(captures)) => {
                    let found = captures.get(1).or(captures.get(0));
                    let found = found.map_or("", |found| found.as_str()).to_owned();
                    return tell(session, &message, *print, &found);
                }
                None => {
                    let text = message.text.clone();
                    return tell(session, &message, *print, &text);
                }
            }
        }
        if Instant::now() >= give_up {
            break;
        }
        thread::sleep(GLANCE.min(give_up.saturating_duration_since(Instant::now())));
    }
    let pattern = pattern.map(|pattern| quote(pattern.as_str()));
    let failure = Failure::new(
        Code::NotHappened,
        format_args!("no such message came within {timeout}"),
    );
    Err(match (nearest, pattern) {
        (Some(near), Some(pattern)) => failure.hint(format_args!(
            "the nearest was {}, which does not match {pattern}",
            quote(&near.text)
        )),
        _ => failure.hint(miss(session, which)?),
    }
    .into())
}

/// What came nearest, where no message met the conditions.
fn miss(session: &Session, which: &Which) -> anyhow::Result<String> {
    let latest = match listed::journal(session)? {
        Some(journal) => journal.messages(&MessageFilter::default(), 1, Timestamp::now())?,
        None => Vec::new(),
    };
    Ok(match latest.first() {
        None => "no message was kept in this home yet".to_owned(),
        Some((_, latest)) => {
            let (from, to) = latest.from_and_to();
            let asked = [("--to", &which.to), ("--from", &which.from)];
            let asked: Vec<_> = asked
                .iter()
                .filter_map(|(flag, value)| Some(format!("{flag} {}", quote(value.as_ref()?))))
                .collect();
            format!(
                "the latest message is {} from {from} to {to}, at {}; asked for: {}",
                latest.direction,
                time(latest.at, &zone()),
                if asked.is_empty() {
                    "any".to_owned()
                } else {
                    asked.join(" ")
                }
            )
        }
    })
}

fn tell(
    session: &Session,
    message: &Message,
    print: Option<Print>,
    found: &str,
) -> anyhow::Result<Code> {
    let terminal = session.terminal;
    let print = print.unwrap_or(if terminal.json() {
        Print::Json
    } else {
        Print::Text
    });
    match print {
        Print::Json => {
            let names = Names::read(session)?;
            let mut json = listed::message(message, &names, Timestamp::now());
            json["match"] = found.into();
            terminal.answer_json(&json)?;
        }
        Print::Text if terminal.json() => terminal.answer_json(&message.text)?,
        Print::Match if terminal.json() => terminal.answer_json(&found)?,
        Print::Text => terminal.answer(&escape(&message.text))?,
        Print::Match => terminal.answer(&escape(found))?,
    }
    Ok(Code::Done)
}

pub fn follow(session: &Session, which: &Which) -> anyhow::Result<()> {
    let now = Timestamp::now();
    let mut filter = listed::filter(session, which, now)?;
    // Without --since, only what comes from now on.
    filter.since.get_or_insert(now);
    let terminal = session.terminal;
    let mut watch = Watch::new(session, filter.clone());
    let mut told = 0;
    loop {
        let fresh = watch.fresh()?;
        if !watch.changed || fresh.is_empty() && filter.status.is_some() {
            thread::sleep(GLANCE);
            continue;
        }
        let mut calls = Vec::new();
        let names = Names::read(session)?;
        if let Some(journal) = watch.journal.as_ref() {
            let newest = journal.newest_attempt()?;
            calls = attempts(journal, which, &names, &filter, told, usize::MAX)?;
            told = newest;
        }
        let now = Timestamp::now();
        for line in timeline(fresh, calls).into_iter().rev() {
            if terminal.json() {
                terminal.answer(&json_line(&line.json(&names, now)))?;
            } else {
                let cells = line.cells(&names, now);
                terminal.answer(&table(&HEADERS, &[cells], None))?;
            }
        }
    }
}

/// Looks into the journal when somebody has written; the file may come later than the watch.
struct Watch<'a> {
    session: &'a Session,
    filter: MessageFilter,
    journal: Option<Reader>,
    edition: Option<i64>,
    changed: bool,
    /// What was told of those that have come to a status.
    told: HashSet<i64>,
}

impl<'a> Watch<'a> {
    fn new(session: &'a Session, filter: MessageFilter) -> Self {
        Self {
            session,
            filter,
            journal: None,
            edition: None,
            changed: false,
            told: HashSet::new(),
        }
    }

    /// What came since it was last asked, newest first.
    fn fresh(&mut self) -> Result<Vec<(i64, Message)>, Failure> {
        if self.journal.is_none() {
            self.journal = listed::journal(self.session)?;
        }
        let Some(journal) = &self.journal else {
            return Ok(Vec::new());
        };
        let edition = journal.edition()?;
        // A status comes with time, without a write.
        let by_status = self.filter.status.is_some();
        self.changed = by_status || self.edition != Some(edition);
        if !self.changed {
            return Ok(Vec::new());
        }
        let newest = journal.newest()?;
        let mut fresh = journal.messages(&self.filter, usize::MAX, Timestamp::now())?;
        self.edition = Some(edition);
        if by_status {
            fresh.retain(|(place, _)| self.told.insert(*place));
            return Ok(fresh);
        }
        // What came while it was asked is in the answer already.
        let latest = fresh.first().map_or(0, |(place, _)| *place);
        let after = self.filter.after.unwrap_or(0);
        self.filter.after = Some(newest.max(latest).max(after));
        Ok(fresh)
    }
}
