//! The tables, and the steps from every older version of them to this one.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::fault::database;
use crate::store::StoreError;

/// One step a version: the first makes the tables, each other one changes those before it. A step
/// that has been released is never edited.
const STEPS: [&str; 7] = [
    // A stream's key stands in for its id. `at`, `sent_at` and `final_at` are milliseconds since
    // 1970; `outcome` is the status from `final_at` on (see row.rs). `tally` counts messages, see
    // tally.rs.
    "CREATE TABLE stream (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE message (
        seq INTEGER PRIMARY KEY,
        uuid BLOB NOT NULL,
        stream INTEGER NOT NULL REFERENCES stream,
        direction INTEGER NOT NULL,
        internal_id TEXT,
        handset TEXT NOT NULL,
        sender TEXT NOT NULL,
        text TEXT NOT NULL,
        at INTEGER NOT NULL,
        outcome INTEGER NOT NULL,
        sent_at INTEGER,
        final_at INTEGER,
        details TEXT,
        in_reply_to BLOB
    ) STRICT;
    CREATE UNIQUE INDEX message_uuid ON message (uuid);
    CREATE UNIQUE INDEX message_internal_id ON message (stream, internal_id)
        WHERE internal_id IS NOT NULL;
    CREATE INDEX message_handset ON message (handset);
    CREATE INDEX message_stream ON message (stream);
    CREATE INDEX message_incoming ON message (sender) WHERE direction = 1;
    CREATE TABLE tally (
        stream INTEGER NOT NULL REFERENCES stream,
        final_at INTEGER NOT NULL,
        status INTEGER NOT NULL,
        n INTEGER NOT NULL,
        PRIMARY KEY (stream, final_at, status)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX tally_open ON tally (final_at) WHERE final_at > 0;",
    // Deliveries of incoming messages, their attempts, and webhooks that said 410 (Gone).
    "CREATE TABLE delivery (
        key INTEGER PRIMARY KEY,
        id BLOB NOT NULL UNIQUE,
        message INTEGER NOT NULL REFERENCES message,
        stream INTEGER NOT NULL REFERENCES stream,
        handset TEXT NOT NULL,
        state INTEGER NOT NULL,
        next_at INTEGER NOT NULL,
        claimed_until INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,
        details TEXT
    ) STRICT;
    CREATE INDEX delivery_due ON delivery (stream, next_at) WHERE state = 0;
    CREATE INDEX delivery_next ON delivery (next_at) WHERE state = 0;
    CREATE INDEX delivery_dead ON delivery (stream) WHERE state = 2;
    CREATE INDEX delivery_message ON delivery (message);
    CREATE TABLE attempt (
        key INTEGER PRIMARY KEY,
        delivery INTEGER NOT NULL REFERENCES delivery,
        at INTEGER NOT NULL,
        elapsed INTEGER NOT NULL,
        status INTEGER,
        error TEXT
    ) STRICT;
    CREATE INDEX attempt_delivery ON attempt (delivery);
    CREATE TABLE gone (
        stream INTEGER NOT NULL REFERENCES stream,
        url TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (stream, url)
    ) STRICT, WITHOUT ROWID;",
    // Messages of live streams on their way out.
    "CREATE TABLE relay (
        message INTEGER PRIMARY KEY REFERENCES message,
        stream INTEGER NOT NULL REFERENCES stream,
        state INTEGER NOT NULL,
        upstream TEXT,
        next_at INTEGER NOT NULL,
        turns INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX relay_due ON relay (state, next_at);
    CREATE INDEX relay_stream ON relay (stream, state, next_at);",
    // Every commit wrote a page of it; the table is small enough to be looked through.
    "DROP INDEX tally_open;
    CREATE INDEX delivery_claimed ON delivery (stream, handset, claimed_until)
        WHERE state = 0 AND claimed_until > 0;",
    // Rows are numbered by their ids from here on (see ids.rs), so that an id needs no index of its
    // own and no number is used again. An event is what a webhook is told: `number` is its place in
    // the conversation, `status` is NULL where the message was received. A job is what must leave
    // later (see row.rs for `kind` and `state`): of a delivery, `target` is the event's key, of the
    // other kinds the message's. `webhook_off` has an empty `url` where somebody disabled it.
    "DROP INDEX message_uuid;
    CREATE UNIQUE INDEX message_uuid ON message (uuid) WHERE seq < 1099511627776;
    CREATE TABLE event (
        key INTEGER PRIMARY KEY,
        id BLOB NOT NULL,
        message BLOB NOT NULL,
        stream INTEGER NOT NULL REFERENCES stream,
        handset TEXT NOT NULL,
        number INTEGER NOT NULL,
        status INTEGER,
        at INTEGER NOT NULL,
        details TEXT
    ) STRICT;
    INSERT INTO event SELECT delivery.key, id, uuid, delivery.stream, delivery.handset,
        row_number() OVER (PARTITION BY delivery.stream, delivery.handset ORDER BY delivery.key),
        NULL, at, NULL FROM delivery JOIN message ON seq = delivery.message;
    CREATE UNIQUE INDEX event_id ON event (id) WHERE key < 1099511627776;
    CREATE UNIQUE INDEX event_conversation ON event (stream, handset, number);
    CREATE INDEX event_message ON event (message);
    CREATE TABLE job (
        key INTEGER PRIMARY KEY,
        kind INTEGER NOT NULL,
        stream INTEGER NOT NULL REFERENCES stream,
        handset TEXT NOT NULL,
        target INTEGER NOT NULL,
        state INTEGER NOT NULL,
        next_at INTEGER NOT NULL,
        lease_until INTEGER NOT NULL DEFAULT 0,
        owner INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,
        upstream TEXT,
        details TEXT
    ) STRICT;
    INSERT INTO job SELECT key, 0, stream, handset, key, state, next_at, claimed_until, 0, attempts,
        NULL, details FROM delivery;
    INSERT INTO job SELECT (SELECT ifnull(max(key), 0) FROM delivery)
            + row_number() OVER (ORDER BY relay.message),
        iif(state = 2, 2, 1), relay.stream, handset, relay.message, 0, next_at,
        iif(state = 1, next_at, 0), 0, turns, upstream, NULL
        FROM relay JOIN message ON seq = relay.message;
    CREATE INDEX job_due ON job (kind, stream, next_at) WHERE state = 0;
    CREATE INDEX job_next ON job (kind, next_at) WHERE state = 0;
    CREATE INDEX job_submit ON job (stream) WHERE state = 0 AND kind = 1;
    CREATE INDEX job_leased ON job (kind, stream, handset) WHERE state = 0 AND lease_until > 0;
    CREATE INDEX job_dead ON job (stream) WHERE state = 2;
    CREATE INDEX job_set_aside ON job (kind) WHERE state = 3;
    CREATE INDEX job_target ON job (target);
    ALTER TABLE attempt RENAME TO attempt_before;
    DROP INDEX attempt_delivery;
    CREATE TABLE attempt (
        key INTEGER PRIMARY KEY,
        job INTEGER NOT NULL REFERENCES job,
        at INTEGER NOT NULL,
        elapsed INTEGER NOT NULL,
        status INTEGER,
        error TEXT
    ) STRICT;
    INSERT INTO attempt SELECT key, delivery, at, elapsed, status, error FROM attempt_before
        WHERE delivery IN (SELECT key FROM job);
    CREATE INDEX attempt_job ON attempt (job);
    ALTER TABLE gone RENAME TO webhook_off;
    DROP TABLE attempt_before;
    DROP TABLE delivery;
    DROP TABLE relay;",
    // By which route a live message was handed on, and the carrier's id of it, which its job took
    // along when it ended.
    "ALTER TABLE message ADD COLUMN route TEXT;
    ALTER TABLE message ADD COLUMN remote_id TEXT;
    UPDATE message SET remote_id = upstream FROM job WHERE kind = 2 AND target = seq;",
    // What carriers tell. An incoming message is kept once by its route and remote id. A receipt waits
    // in `receipt` for a message whose id is not known yet, a row for each id that it may have, `place` 0
    // for the likeliest; ids are compared as `canonical` makes them (see heard.rs). `heard` says until when everything of a route
    // was heard and how its link is, `listened` how far
    // somebody listened to a stream, `sent_in_day` counts what was accepted for a route with a daily limit.
    "CREATE UNIQUE INDEX message_heard ON message (route, remote_id)
        WHERE direction = 1 AND remote_id IS NOT NULL;
    CREATE INDEX job_upstream ON job (lower(ltrim(replace(upstream, '-', ''), '0')))
        WHERE upstream IS NOT NULL;
    CREATE TABLE unmatched (
        seq INTEGER PRIMARY KEY,
        uuid BLOB NOT NULL,
        route TEXT NOT NULL,
        remote_id TEXT,
        handset TEXT NOT NULL,
        sender TEXT,
        text TEXT NOT NULL,
        at INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX unmatched_heard ON unmatched (route, remote_id)
        WHERE remote_id IS NOT NULL;
    CREATE TABLE receipt (
        route TEXT NOT NULL,
        id TEXT NOT NULL,
        number INTEGER NOT NULL,
        place INTEGER NOT NULL,
        handset TEXT,
        status INTEGER NOT NULL,
        details TEXT,
        at INTEGER NOT NULL,
        PRIMARY KEY (route, id, number)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX receipt_number ON receipt (number);
    CREATE TABLE heard (
        route TEXT PRIMARY KEY,
        until INTEGER,
        link TEXT,
        link_at INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE listened (
        stream INTEGER PRIMARY KEY REFERENCES stream,
        seq INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE opt_out (
        stream INTEGER NOT NULL REFERENCES stream,
        handset TEXT NOT NULL,
        at INTEGER NOT NULL,
        by_reply INTEGER NOT NULL,
        PRIMARY KEY (stream, handset)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE sent_in_day (
        route TEXT NOT NULL,
        day INTEGER NOT NULL,
        n INTEGER NOT NULL,
        PRIMARY KEY (route, day)
    ) STRICT, WITHOUT ROWID;",
];

/// The newest version, which is the one that this program reads and writes.
#[expect(clippy::cast_possible_truncation, reason = "a handful of steps")]
#[expect(clippy::cast_possible_wrap, reason = "a handful of steps")]
pub const VERSION: i32 = STEPS.len() as i32;

fn version(connection: &Connection) -> rusqlite::Result<i32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Writes the version again, which takes a page and changes nothing.
pub fn touch(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "user_version", VERSION)
}

/// In one transaction.
pub fn migrate(path: &Path, connection: &mut Connection) -> Result<(), StoreError> {
    let step_up = |connection: &mut Connection| -> rusqlite::Result<i32> {
        if version(connection)? == VERSION {
            return Ok(VERSION);
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let from = version(&transaction)?;
        if from < VERSION {
            for step in &STEPS[usize::try_from(from).unwrap_or_default()..] {
                transaction.execute_batch(step)?;
            }
            transaction.pragma_update(None, "user_version", VERSION)?;
            transaction.commit()?;
        }
        Ok(from)
    };
    let from = step_up(connection).map_err(|error| database(path, &error))?;
    if from > VERSION {
        return Err(newer(path, from));
    }
    Ok(())
}

/// Whether the file can be read as it is; `false` for one that has no tables yet. One of an older
/// version is brought to this one.
pub fn check(path: &Path, connection: &Connection) -> Result<bool, StoreError> {
    match version(connection).map_err(|error| database(path, &error))? {
        0 => Ok(false),
        VERSION => Ok(true),
        other if other > VERSION => Err(newer(path, other)),
        _ => {
            let mut writing =
                super::connection::writing(path).map_err(|error| database(path, &error))?;
            migrate(path, &mut writing).map(|()| true)
        }
    }
}

fn newer(path: &Path, version: i32) -> StoreError {
    StoreError::OtherVersion {
        file: path.display().to_string(),
        version: u32::try_from(version).unwrap_or_default(),
        ours: u32::try_from(VERSION).unwrap_or_default(),
    }
}
