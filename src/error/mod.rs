//! How a failure becomes words and a number. The only place where either is decided.

mod service;
mod store;

use std::fmt;

use crate::service::ServiceError;
use crate::store::StoreError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    Done = 0,
    /// It failed: files, or anything without a number of its own.
    Failed = 1,
    Usage = 2,
    NotFound = 3,
    Refused = 4,
    /// Not reachable, or timed out.
    Unreachable = 5,
    /// Waited, and it did not happen.
    NotHappened = 6,
    /// `plan` found changes.
    Changes = 7,
    Cancelled = 130,
}

impl Code {
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

    pub fn number(self) -> u8 {
        self as u8
    }

    /// For `--help` and the README.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed (files, anything else)",
            Self::Usage => "bad command line or input",
            Self::NotFound => "no such stream, message, sender, or route",
            Self::Refused => "refused by the API",
            Self::Unreachable => "not reachable or timed out",
            Self::NotHappened => "waited, but it didn't happen",
            Self::Changes => "plan found changes",
            Self::Cancelled => "canceled",
        }
    }

    /// The table as lines of `number  meaning`.
    pub fn table() -> String {
        let line = |code: &Self| format!("{:>5}  {}\n", code.number(), code.meaning());
        Self::ALL.iter().map(line).collect()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    pub code: Code,
    /// What happened, and to which thing.
    pub message: String,
    /// What to do: words, or a command that can be pasted.
    pub hint: Option<String>,
}

impl Failure {
    pub fn new(code: Code, message: impl fmt::Display) -> Self {
        Self {
            code,
            message: message.to_string(),
            hint: None,
        }
    }

    pub fn usage(message: impl fmt::Display) -> Self {
        Self::new(Code::Usage, message)
    }

    pub fn not_found(message: impl fmt::Display) -> Self {
        Self::new(Code::NotFound, message)
    }

    pub fn failed(message: impl fmt::Display) -> Self {
        Self::new(Code::Failed, message)
    }

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
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// `{"error":{"code","message","hint"}}`
pub fn to_json(failure: &Failure) -> serde_json::Value {
    serde_json::json!({
        "error": {
            "code": failure.code.number(), "message": failure.message, "hint": failure.hint,
        }
    })
}
