//! What is wrong with an answer, and the flag that would answer better.

use std::fmt;

use super::field::Field;

/// What is wrong with one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The question.
    pub field: Field,
    /// What is wrong, and what would be accepted.
    pub sentence: String,
}

impl Problem {
    /// A problem with the answer to `field`.
    pub fn new(field: Field, sentence: impl fmt::Display) -> Self {
        Self {
            field,
            sentence: sentence.to_string(),
        }
    }

    /// A required question without an answer.
    #[must_use]
    pub fn missing(field: Field) -> Self {
        Self::new(field, format_args!("missing: {}", field.help()))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field.flag(), self.sentence)
    }
}
