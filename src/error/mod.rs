//! How a failure becomes words and a number. The only place where either is decided.

mod service;
mod store;

use std::fmt;

use crate::service::ServiceError;
use crate::store::StoreError;

/// The exit codes, each with its one meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// Everything asked for was done.
    Done = 0,
    /// It failed: files, or anything without a number of its own.
    Failed = 1,
    /// Bad command line or input.
    Usage = 2,
    /// A thing that was named does not exist.
    NotFound = 3,
    /// The API refused.
    Refused = 4,
    /// Not reachable, or timed out.
    Unreachable = 5,
    /// Waited, and it did not happen.
    NotHappened = 6,
    /// `plan` found changes.
    Changes = 7,
    /// Cancelled by the user.
    Cancelled = 130,
}

impl Code {
    /// Every code, in order.
    pub const ALL: [Self; 9] = [
        Self::Done,
        Self::Failed,
        Self::Usage,
        Self::NotFound,
        Self::Refused,
        Self::Unreachable,
        Self::NotHappened,
        Self::Changes,
        Self::Cancelled,
    ];

    /// The number that the process exits with.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }

    /// What it means, for `--help` and the README.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed (files, anything else)",
            Self::Usage => "bad command line or input",
            Self::NotFound => "no such stream, message, sender or route",
            Self::Refused => "refused by the API",
            Self::Unreachable => "not reachable or timed out",
            Self::NotHappened => "waited, and it did not happen",
            Self::Changes => "plan found changes",
            Self::Cancelled => "cancelled",
        }
    }

    /// The table as lines of `number  meaning`.
    #[must_use]
    pub fn table() -> String {
        let line = |code: &Self| format!("{:>5}  {}\n", code.number(), code.meaning());
        Self::ALL.iter().map(line).collect()
    }
}

/// A failure that knows its code, and how to go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// The number to exit with.
    pub code: Code,
    /// What happened, and to which thing.
    pub message: String,
    /// What to do: words, or a command that can be pasted.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure with a code of its own.
    pub fn new(code: Code, message: impl fmt::Display) -> Self {
        Self {
            code,
            message: message.to_string(),
            hint: None,
        }
    }

    /// Bad input.
    pub fn usage(message: impl fmt::Display) -> Self {
        Self::new(Code::Usage, message)
    }

    /// Something named that is not there.
    pub fn not_found(message: impl fmt::Display) -> Self {
        Self::new(Code::NotFound, message)
    }

    /// Anything else.
    pub fn failed(message: impl fmt::Display) -> Self {
        Self::new(Code::Failed, message)
    }

    /// With the way on.
    #[must_use]
    pub fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }
}

impl From<&anyhow::Error> for Failure {
    fn from(error: &anyhow::Error) -> Self {
        if let Some(error) = error.downcast_ref::<StoreError>() {
            return error.clone().into();
        }
        if let Some(error) = error.downcast_ref::<ServiceError>() {
            return error.clone().into();
        }
        error
            .downcast_ref()
            .cloned()
            .unwrap_or_else(|| Self::failed(format_args!("{error:#}")))
    }
}

/// Whether the reader of our output went away, which is no failure.
#[must_use]
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// The failure as JSON: `{"error":{"code","message","hint"}}`.
#[must_use]
pub fn to_json(failure: &Failure) -> serde_json::Value {
    serde_json::json!({
        "error": {
            "code": failure.code.number(), "message": failure.message, "hint": failure.hint,
        }
    })
}
