//! What is said of a file that cannot be used.

use std::io;
use std::path::Path;

use crate::store::StoreError;

/// A file that somebody can mend: ` at line 3: …`.
pub(super) fn damaged(path: &Path, what: String) -> StoreError {
    let file = path.display().to_string();
    StoreError::Damaged { file, what }
}

pub(super) fn other_version(path: &Path, version: u32, ours: u32) -> StoreError {
    StoreError::OtherVersion {
        file: path.display().to_string(),
        version,
        ours,
    }
}

pub(super) fn unwritten(path: &Path, error: &io::Error) -> StoreError {
    StoreError::Unwritten {
        file: path.display().to_string(),
        error: error.to_string(),
    }
}

pub(super) fn unread(path: &Path, error: &io::Error) -> StoreError {
    let file = path.display().to_string();
    if error.kind() == io::ErrorKind::InvalidData {
        return StoreError::NotText { file };
    }
    StoreError::File {
        doing: "read",
        file,
        error: error.to_string(),
    }
}
