//! Why a request is refused as a whole: one sentence and one HTTP status each. Nothing here tells a
//! stranger what only the owner should know.

use crate::domain::Status;

/// In bytes.
pub const LARGEST_BODY: usize = 1 << 20;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The request can be read in two ways.
    #[error("{0}")]
    Ambiguous(&'static str),
    /// The request may come from a web page.
    #[error("{0}")]
    FromBrowser(&'static str),
    #[error("Not found.")]
    NotFound,
    #[error("{0} is not allowed at this path")]
    MethodNotAllowed(String),
    #[error("the path ends in a slash")]
    SlashMissing,
    /// Does not say which part of the token is wrong; the text says how tokens travel.
    #[error("Not Authenticated: invalid token{0}")]
    InvalidToken(&'static str),
    #[error("the stream is {0}")]
    StreamNotReady(Status),
    #[error("IP ACL restriction")]
    NotAllowed,
    #[error("the Content-Type must be application/json")]
    NotDeclaredJson,
    #[error("the body is larger than {LARGEST_BODY} bytes (1 MiB)")]
    TooLarge,
    #[error("the body did not arrive within {0} s")]
    TooSlow(u64),
    #[error("the body was cut off")]
    BrokenOff,
    #[error("the body is not JSON: {0}")]
    NotJson(String),
    #[error("{0}")]
    WrongShape(String),
    /// Nothing was stored, and trying later may help.
    #[error("the store is unavailable: try again later")]
    Unavailable,
    /// What is not ready: `state` or `journal`.
    #[error("not ready: {0}")]
    NotReady(&'static str),
}

impl Refusal {
    pub fn status(&self) -> u16 {
        match self {
            Self::SlashMissing => 307,
            Self::Ambiguous(_) | Self::BrokenOff | Self::NotJson(_) => 400,
            Self::InvalidToken(_) => 401,
            Self::FromBrowser(_) | Self::StreamNotReady(_) | Self::NotAllowed => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed(_) => 405,
            Self::TooSlow(_) => 408,
            Self::TooLarge => 413,
            Self::NotDeclaredJson => 415,
            Self::WrongShape(_) => 422,
            Self::Unavailable | Self::NotReady(_) => 503,
        }
    }
}
