//! Connections to the file: how they are set up, and what they wait for.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

/// How long a connection waits for another process that is writing.
/// Callers are answered within five seconds.
const PATIENCE: Duration = Duration::from_secs(4);

/// How soon it tries again where `SQLite` does not wait by itself.
const AGAIN: Duration = Duration::from_millis(5);

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
    let looked_at = connection.pragma_query_value(None, "data_version", |_| Ok(()));
    match looked_at {
        Err(error) if may_not_write(&error) && !beside(path, "-wal").exists() => unchanging(path),
        Err(error) => Err(error),
        Ok(()) => Ok(connection),
    }
}

/// The index of a file in a folder that nobody may write to cannot be made.
fn may_not_write(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly)
    )
}

/// A connection to a file that nobody changes, as nobody can.
fn unchanging(path: &Path) -> rusqlite::Result<Connection> {
    let mut address = b"file:".to_vec();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => address.push(*byte),
            byte if byte.is_ascii_alphanumeric() => address.push(*byte),
            byte => address.extend(format!("%{byte:02X}").bytes()),
        }
    }
    let address = String::from_utf8_lossy(&address) + "?immutable=1";
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    Connection::open_with_flags(&*address, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
}

/// The file that stands beside another one under its name and an ending.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// A connection that writes: a commit is on disk when it returns.
pub fn writing(path: &Path) -> rusqlite::Result<Connection> {
    let connection = open(path)?;
    keep_a_log(&connection)?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT)?;
    connection.pragma_update(None, "cache_size", -CACHE)?;
    Ok(connection)
}

/// Has a new file keep a write-ahead log. `SQLite` does not wait for others that begin to use it
/// at the same moment.
fn keep_a_log(connection: &Connection) -> rusqlite::Result<()> {
    let begin = Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "wal") {
            Err(error) if is_busy(&error) && begin.elapsed() < PATIENCE => {
                std::thread::sleep(AGAIN);
            }
            other => return other,
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Otherwise a statement is prepared anew for every value that an index's condition is compared
    // with, which costs more than to run it. What chooses an index is written out in statements.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}
