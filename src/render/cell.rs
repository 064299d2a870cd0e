//! One value of a table or of a list of details.

use console::{measure_text_width, truncate_str};

use super::tone::Tone;
use crate::domain::escape;

/// Foreign text, as it came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    pub(super) text: String,
    pub(super) tone: Tone,
}

impl Cell {
    pub fn toned(text: impl Into<String>, tone: impl Into<Tone>) -> Self {
        Self {
            text: text.into(),
            tone: tone.into(),
        }
    }

    /// Escaped, cut and filled up to this width.
    pub(super) fn fitted(&self, width: usize) -> String {
        let text = escape(&self.text);
        let text = truncate_str(&text, width, "…");
        let blanks = width.saturating_sub(measure_text_width(&text));
        text.into_owned() + &" ".repeat(blanks)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::toned(text, Tone::Plain)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}
