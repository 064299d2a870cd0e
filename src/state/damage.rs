//! What is said of a file that cannot be used, and what to do about it.

use std::path::Path;

use crate::error::Failure;

/// A file that somebody can mend: ` at line 3: …`, or `: it is empty`.
pub fn damaged(path: &Path, what: &str) -> Failure {
    Failure::failed(format_args!("{} is damaged{what}", path.display()))
        .hint("mend that line or put a good copy in its place; the file was left as it is")
}

/// A file of a version that this program does not know.
pub fn other_version(path: &Path, version: u32, ours: u32) -> Failure {
    Failure::failed(format_args!(
        "{} is of version {version}; this textpeak reads version {ours}",
        path.display()
    ))
    .hint("install a newer textpeak; the file was left as it is")
}
