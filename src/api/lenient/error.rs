//! Answers that report on no message.

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The API refused the request as a whole.
    #[error("HTTP {status}: {message}")]
    Refused { status: u16, message: String },
    /// The API claims success, but what became of the request is not known.
    #[error("HTTP {status} with an unreadable response: {message}")]
    Unreadable {
        status: u16,
        /// How the answer begins.
        message: String,
    },
}

impl AnswerError {
    /// Whether the API may have acted on the request: only a refusal that says no or not now rules
    /// it out.
    pub fn may_have_been_taken(&self) -> bool {
        match self {
            Self::Refused { status, .. } => *status >= 500 && *status != 503,
            Self::Unreadable { .. } => true,
        }
    }

    pub fn is_busy(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                status: 429 | 503,
                ..
            }
        )
    }
}
