//! The rows of a file: checked as a whole, measured, sent, and told of.

use std::collections::BTreeMap;
use std::path::Path;

use super::super::send::{say_how_to_add_a_route, say_whose_gateway};
use super::super::session::Session;
use super::super::wire::shown;
use super::confirm::confirm;
use super::outcome::{Fate, tell, write_results};
use super::sending::{bodies, send_all};
use crate::api::Request;
use crate::cli::{BulkArgs, GatewayOptions};
use crate::document::{Row, RowSyntax, Rows, fill_ids, read_rows};
use crate::domain::{Encoding, MessageStatus, SenderId, Span, Stream, sentence};
use crate::error::{Code, Failure};
use crate::files::{Results, input_name, is_same_file, read_text_input};
use crate::render::{counted, forcing, http, json as requests_json};

#[derive(Debug, Clone)]
pub struct Order<'a> {
    pub stream: &'a Stream,
    /// For rows that name no sender.
    pub sender: Option<SenderId>,
    pub dry_run: bool,
    /// For final statuses.
    pub wait: Option<Span>,
    pub gateway: &'a GatewayOptions,
}

pub fn run(session: &Session, args: BulkArgs, order: &Order<'_>) -> anyhow::Result<Code> {
    let BulkArgs {
        from_file,
        skip_invalid,
        results,
        campaign,
        yes,
    } = args;
    // clap has seen to it that there is one.
    let file = from_file.unwrap_or_default();
    if let Some(results) = &results {
        spare_the_input(&file, results)?;
    }
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
    if !yes {
        confirm(session, order.stream, &todo)?;
    }
    // Whether it can be written is known before anything is sent.
    let results = results.as_deref().map(Results::begin).transpose()?;
    measure(session, &todo);
    say_whose_gateway(session, order.stream, order.gateway);
    let ending = send_all(session, order, &todo)?;
    if let Some(file) = results {
        write_results(file, &rows.good, &ending.fates)?;
    }
    tell(session, &rows, &ending)?;
    say_how_to_add_a_route(session, order.stream, order.gateway)?;
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

/// Results may take the place of results, and of nothing else that is read.
fn spare_the_input(file: &Path, results: &Path) -> Result<(), Failure> {
    let csv = file
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    if csv && is_same_file(file, results) {
        return Err(Failure::usage(format_args!(
            "the results would overwrite {}",
            input_name(file)
        ))
        .hint("choose another file, for example --results results.jsonl"));
    }
    Ok(())
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
            Failure::usage(format_args!("{} contains no rows", input_name(file)))
                .hint("each row is: to,text,sender,internal_id")
                .into(),
        );
    }
    if !rows.bad.is_empty() && !skip_invalid {
        let count = format!(
            "{} of {total} rows in {} can't be sent. Nothing was sent",
            rows.bad.len(),
            input_name(file)
        );
        return Err(Failure::usage(format!("{}\n{count}", lines.join("\n")))
            .hint("fix these rows, or skip them with --skip-invalid")
            .into());
    }
    if !session.terminal.json() {
        for line in lines {
            session.terminal.say(&sentence(&line));
        }
    }
    Ok(rows)
}

fn dry_run(session: &Session, order: &Order<'_>, rows: &[Row]) -> anyhow::Result<()> {
    let requests: Vec<_> = bodies(rows)
        .map(|body| shown(order.gateway, order.stream, &body))
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
