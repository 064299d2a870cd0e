//! The statements that read the rows of a copy, and those that write them.

use crate::store::copy::{Kind, Table};

/// What is added to the numbers of events of old folders: those of messages begin at the same place,
/// and both stand in one queue here.
const SHIFT: i64 = 1 << 41;

/// Numbers of old folders are below this one.
const OLD: i64 = 1 << 40;

fn shifted(key: &str) -> String {
    format!("CASE WHEN {key} < {OLD} THEN {key} + {SHIFT} ELSE {key} END")
}

fn shifted_back(key: &str) -> String {
    format!(
        "CASE WHEN {key} >= {SHIFT} AND {key} < {SHIFT} + {OLD} THEN {key} - {SHIFT} ELSE {key} END"
    )
}

/// The rows of a table, as columns that are named as [`Table::columns`] names them.
pub(super) fn source(table: Table) -> String {
    match table {
        Table::Message => "message".to_owned(),
        Table::Event => format!(
            "(SELECT {} AS key, event.id, event.message, event.stream, event.handset, event.number,
                event.status, event.at, event.details, coalesce(job.state, event.state) AS state,
                coalesce(job.next_at, event.next_at) AS next_at,
                coalesce(job.lease_until, 0) AS lease_until,
                coalesce(job.attempts, event.attempts) AS attempts,
                coalesce(job.details, event.why) AS why
              FROM event LEFT JOIN job ON job.key = event.key) AS event",
            shifted_back("event.key")
        ),
        Table::Attempt => format!(
            "(SELECT key, {} AS event, at, elapsed, status, error FROM attempt
              WHERE EXISTS (SELECT 1 FROM event WHERE event.key = attempt.event)) AS attempt",
            shifted_back("event")
        ),
        Table::Job => "(SELECT * FROM job WHERE kind <> 0) AS job".to_owned(),
        Table::WebhookOff => "webhook_off".to_owned(),
        Table::Tally => "tally".to_owned(),
        Table::Unmatched => "unmatched".to_owned(),
        Table::Receipt => "receipt".to_owned(),
        Table::Heard => "heard".to_owned(),
        Table::Listened => "listened".to_owned(),
        Table::OptOut => {
            "(SELECT stream, handset, at, by_reply::integer AS by_reply FROM opt_out) AS opt_out"
                .to_owned()
        }
        Table::SentInDay => "sent_in_day".to_owned(),
    }
}

pub(super) fn select(table: Table) -> String {
    let typed = |(name, kind): &(&str, Kind)| match kind {
        Kind::Number => format!("{name}::bigint"),
        Kind::Text => format!("{name}::text"),
        Kind::Id => format!("{name}::uuid"),
    };
    let columns: Vec<String> = table.columns().iter().map(typed).collect();
    let order = match table {
        Table::Message
        | Table::Event
        | Table::Attempt
        | Table::Job
        | Table::Unmatched
        | Table::Heard
        | Table::Listened => "1",
        Table::WebhookOff | Table::OptOut | Table::SentInDay => "1, 2",
        Table::Tally | Table::Receipt => "1, 2, 3",
    };
    format!(
        "SELECT {} FROM {} ORDER BY {order}",
        columns.join(", "),
        source(table)
    )
}

/// Statements that write a chunk whose columns are arrays, all of them given to each.
pub(super) fn insert(table: Table) -> Vec<String> {
    let columns = table.columns();
    let arrays = columns.iter().enumerate().map(|(at, (_, kind))| {
        let kind = match kind {
            Kind::Number => "bigint",
            Kind::Text => "text",
            Kind::Id => "uuid",
        };
        format!("${}::{kind}[]", at + 1)
    });
    let arrays: Vec<String> = arrays.collect();
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let rows = format!(
        "FROM unnest({}) AS row ({})",
        arrays.join(", "),
        names.join(", ")
    );
    let (key, event) = (shifted("key"), shifted("event"));
    match table {
        Table::Event => vec![
            format!(
                "INSERT INTO event (key, id, message, stream, handset, number, status, at, details,
                    state, next_at, attempts, why)
                 SELECT {key}, id, message, stream, handset, number, status, at, details,
                    CASE WHEN state IN (1, 2) THEN state ELSE 0 END, coalesce(next_at, 0),
                    coalesce(attempts, 0), CASE WHEN state IN (1, 2) THEN why END {rows}"
            ),
            format!(
                "INSERT INTO job (key, kind, stream, handset, state, next_at, lease_until, attempts,
                    details)
                 SELECT {key}, 0, stream, handset, state, next_at, lease_until, attempts, why {rows}
                 WHERE state IN (0, 3)"
            ),
        ],
        Table::Attempt => vec![format!(
            "INSERT INTO attempt SELECT key, {event}, at, elapsed, status, error {rows}"
        )],
        Table::OptOut => vec![format!(
            "INSERT INTO opt_out SELECT stream, handset, at, by_reply <> 0 {rows}"
        )],
        Table::Message
        | Table::Job
        | Table::WebhookOff
        | Table::Tally
        | Table::Unmatched
        | Table::Receipt
        | Table::Heard
        | Table::Listened
        | Table::SentInDay => {
            let target = source(table);
            let target = if table == Table::Job { "job" } else { &target };
            let names = names.join(", ");
            vec![format!(
                "INSERT INTO {target} ({names}) SELECT {names} {rows}"
            )]
        }
    }
}
