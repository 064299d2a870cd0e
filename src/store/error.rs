//! Why a store could not do what it was asked. Sentences only: what to do about it is said by the
//! commands, and which HTTP status it is by the API.

use crate::domain::{RouteName, SenderId, quote};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseCause {
    Full,
    /// Another process has been writing for longer than a writer waits.
    Busy,
    /// It is no database, or not in order.
    Corrupt,
    Other,
}

/// Why a store could not do what it was asked. Unless it says otherwise, nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The platform names no data directory, and nothing else was asked for.
    #[error("this system has no data directory for the current user")]
    NoDataDirectory,
    /// A file that somebody can mend. `what` says where and how, as in ` at line 3: …`.
    #[error("{file} is damaged{what}")]
    Damaged { file: String, what: String },
    #[error("{file} is damaged: it is empty")]
    Empty { file: String },
    /// Not UTF-8.
    #[error("{file} is damaged: it is not UTF-8 text")]
    NotText { file: String },
    /// A file of a version that this program does not know.
    #[error("{file} has version {version}; this textpeak supports version {ours}")]
    OtherVersion {
        file: String,
        version: u32,
        ours: u32,
    },
    /// A file or folder that cannot be read, created, opened or locked: `doing` says which.
    #[error("cannot {doing} {file}: {error}")]
    File {
        doing: &'static str,
        file: String,
        error: String,
    },
    /// A file that cannot be written. The old one is as it was.
    #[error("cannot write {file}: {error}")]
    Unwritten { file: String, error: String },
    /// There were streams, and now there are none to be read.
    #[error("state.json is missing")]
    StreamsGone,
    /// Another process held the lock for longer than a change waits (5 s).
    #[error("{holder} is changing the streams in {folder}; gave up after 5 s")]
    Locked { holder: String, folder: String },
    #[error("cannot use {file}: {error}")]
    Database {
        file: String,
        error: String,
        cause: DatabaseCause,
    },
    /// The database file was moved or deleted while it was in use.
    #[error("{file} was moved or deleted; nothing was stored")]
    Moved { file: String },
    /// A database that was never made a home.
    #[error("{home} has no tables of textpeak yet")]
    NoTables { home: String },
    #[error("{home} has tables of version {version}; this textpeak needs version {ours}")]
    OldTables {
        home: String,
        version: u32,
        ours: u32,
    },
    /// A server that may lose what it said it kept.
    #[error("{home} runs with fsync off: messages would be lost when its machine fails")]
    NotDurable { home: String },
    /// A copy goes into an empty home only.
    #[error("{home} is not empty: a copy goes into an empty home only")]
    NotEmpty { home: String },
    /// Somebody wrote to the source of a copy.
    #[error("{home} was changed while it was copied")]
    ChangedMeanwhile { home: String },
    /// Tables that were made by other steps than this program's.
    #[error("{home} has tables that this textpeak did not make")]
    ForeignTables { home: String },
    #[error("messages can't be written at the moment; nothing was stored")]
    Stopped,
    #[error("the system can't provide randomness: {0}")]
    Randomness(String),
    #[error("{} is already the name of another stream: choose a different name", quote(.0))]
    NameTaken(String),
    /// A stream is not what the change was made from.
    #[error("{} was changed in the meantime; nothing was saved", quote(.0))]
    Changed(String),
    #[error("{} was deleted in the meantime; nothing was saved", quote(.0))]
    Deleted(String),
    /// A Sender ID that streams have as their default sender.
    #[error("{sender} is the default sender of {}", streams.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", "))]
    SenderInUse {
        sender: SenderId,
        streams: Vec<String>,
    },
    #[error("Sender ID {} not found in the catalog", quote(.0))]
    NoSender(String),
    #[error("route {0} already exists")]
    RouteExists(RouteName),
    #[error("route {} not found", quote(.0))]
    NoRoute(String),
    #[error("the token of route {0} is not stored")]
    NoRouteToken(RouteName),
    /// The catalogue is not at the revision that the changes were made from.
    #[error("the streams were changed in the meantime; nothing was saved")]
    Conflict,
}
