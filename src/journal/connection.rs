//! Connections to the file: how they are set up, and what they wait for.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

/// How long a connection waits for another process that is writing.
const PATIENCE: Duration = Duration::from_secs(10);

/// Pages of the write-ahead log after which it is brought into the file: 16 MiB. Rare enough that
/// few requests wait for it, and small enough that a reader finds its way through it quickly.
const CHECKPOINT: u32 = 4_000;

/// Most pages that the writing connection keeps in memory, in KiB, as they are needed: ids in no
/// order touch pages all over an index.
const CACHE: i32 = 16 << 10;

/// Prepared statements kept by a connection.
const STATEMENTS: usize = 64;

/// A connection that reads. It writes nothing but the index that all connections share.
pub fn reading(path: &Path) -> rusqlite::Result<Connection> {
    let connection = open(path)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// A connection that writes: a commit is on disk when it returns.
pub fn writing(path: &Path) -> rusqlite::Result<Connection> {
    let connection = open(path)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT)?;
    connection.pragma_update(None, "cache_size", -CACHE)?;
    Ok(connection)
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}
