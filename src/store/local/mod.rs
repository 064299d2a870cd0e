//! The local engine: a home that is a folder.

mod messages;

use std::path::Path;

use self::messages::Database;
use super::{Clock, StoreError};

/// A folder with streams and messages. Naming it touches nothing.
#[derive(Debug, Clone)]
pub struct LocalStore {
    messages: Database,
}

impl LocalStore {
    pub fn new(folder: &Path, clock: Clock) -> Self {
        Self {
            messages: Database::new(folder.join("messages.db"), Box::new(create), clock),
        }
    }

    /// Opens what messages are kept in, so that what is wrong with it is known.
    pub fn open_messages(&self) -> Result<(), StoreError> {
        self.messages.open()
    }
}

fn create(path: &Path) -> Result<(), StoreError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let opened = options.open(path);
    opened.map(drop).map_err(|error| StoreError::File {
        doing: "open",
        file: path.display().to_string(),
        error: error.to_string(),
    })
}
