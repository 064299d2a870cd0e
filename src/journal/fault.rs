//! What is said when the journal cannot be used.

use std::path::Path;

use crate::error::Failure;

/// The database's own words, with the file's name and a way on.
pub fn fault(path: &Path, error: &rusqlite::Error) -> Failure {
    let hint = match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => "make room on that disk, then try again",
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
            "another process is writing for a long time: try again when it is done"
        }
        Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => {
            "put a good copy in its place, or move it away to start anew; it was left as it is"
        }
        _ => "check that the folder and the file can be written, and that its disk is well",
    };
    Failure::failed(format_args!("cannot use {}: {error}", path.display())).hint(hint)
}
