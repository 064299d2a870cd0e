//! What is wrong with an answer, and the flag that would answer better.

use std::fmt;

use super::field::Field;
use super::sentence::sentence;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub field: Field,
    /// The flag that was, or could have been, the answer.
    pub flag: &'static str,
    /// What is wrong, and what would be accepted.
    pub sentence: String,
    /// Whether the answer names a thing that does not exist.
    pub unknown: bool,
}

impl Problem {
    pub fn new(field: Field, clause: impl fmt::Display) -> Self {
        Self {
            field,
            flag: field.flag(),
            sentence: sentence(&clause.to_string()),
            unknown: false,
        }
    }

    pub fn missing(field: Field) -> Self {
        Self::new(field, format_args!("Required. {}", field.help()))
    }

    pub fn unknown(field: Field, clause: impl fmt::Display) -> Self {
        Self {
            unknown: true,
            ..Self::new(field, clause)
        }
    }

    /// Into the order in which the fields are asked for.
    pub fn sort(problems: &mut [Self]) {
        problems.sort_by_key(|problem| problem.field);
    }

    pub fn with(self, flag: &'static str) -> Self {
        Self { flag, ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.flag, self.sentence)
    }
}
