//! What a question shows while it is answered: redrawn in its place at every key, gone afterwards.

use std::io;

use anstyle::{AnsiColor, Style};
use console::{Term, measure_text_width, truncate_str};

use super::input::Input;

/// Rows of one line each. The cursor stands in the row of the input.
#[derive(Debug, Default)]
pub struct Content {
    pub above: Vec<String>,
    pub input: String,
    /// The cursor's column in the input.
    pub cursor: usize,
    pub below: Vec<String>,
}

pub struct Frame {
    term: Term,
    /// How many rows stand above the cursor.
    above: usize,
    drawn: bool,
}

/// Columns that an input has beside its label.
const LEAST_INPUT: usize = 12;

/// A terminal that pastes in brackets says where what was pasted ends.
const PASTE_ON: &str = "\x1b[?2004h";
pub const PASTE_OFF: &str = "\x1b[?2004l";

impl Frame {
    pub fn begin() -> io::Result<Self> {
        let term = Term::stderr();
        term.write_str(PASTE_ON)?;
        Ok(Self {
            term,
            above: 0,
            drawn: false,
        })
    }

    pub fn draw(&mut self, content: &Content) -> io::Result<()> {
        let width = usize::from(self.term.size().1).max(2);
        let cut = |line: &String| truncate_str(line, width, "…").into_owned();
        let rows: Vec<String> = content
            .above
            .iter()
            .chain([&content.input])
            .chain(&content.below)
            .map(cut)
            .collect();
        let mut text = self.cleared();
        text += &rows.join("\n");
        if !content.below.is_empty() {
            text += &format!("\x1b[{}A", content.below.len());
        }
        text.push('\r');
        if content.cursor > 0 {
            text += &format!("\x1b[{}C", content.cursor);
        }
        self.above = content.above.len();
        self.drawn = true;
        self.term.write_str(&text)
    }

    /// To the frame's first row, with nothing in it or below it.
    fn cleared(&self) -> String {
        if !self.drawn {
            return String::new();
        }
        let up = match self.above {
            0 => String::new(),
            rows => format!("\x1b[{rows}A"),
        };
        format!("\r{up}\x1b[J")
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        let _ = self.term.write_str(&(self.cleared() + PASTE_OFF));
    }
}

/// Columns of a row.
pub fn columns() -> usize {
    usize::from(Term::stderr().size().1).max(12) - 1
}

pub fn rows() -> usize {
    usize::from(Term::stderr().size().0)
}

/// The row of an input: its label and a part of it. Where the label would leave too little room, it
/// has a row of its own.
pub fn row_of(text: &str, input: &Input, hidden: bool, content: &mut Content) {
    let width = columns();
    let (start, taken) = label(text);
    let (start, taken) = if taken + LEAST_INPUT > width {
        let end = if has_colors() { " ›" } else { ":" };
        let start = console::strip_ansi_codes(&start).trim_end().to_owned();
        let start = start.trim_end_matches(end).to_owned();
        content.above.push(styled(&start, Style::new().bold()));
        (String::new(), 0)
    } else {
        (start, taken)
    };
    let (text, cursor) = if hidden {
        (String::new(), 0)
    } else {
        input.view(width.saturating_sub(taken))
    };
    let text = if input.is_suggested() {
        dim(&text)
    } else {
        text
    };
    content.input = start + &text;
    content.cursor = taken + cursor;
}

/// As dialoguer's themes write it.
fn label(text: &str) -> (String, usize) {
    let shown = if has_colors() {
        format!(
            "{} {} {} ",
            styled("?", Style::new().fg_color(Some(AnsiColor::Yellow.into()))),
            styled(text, Style::new().bold()),
            styled("›", Style::new().dimmed())
        )
    } else {
        format!("{text}: ")
    };
    let width = measure_text_width(&shown);
    (shown, width)
}

pub fn dim(text: &str) -> String {
    styled(text, Style::new().dimmed())
}

pub fn red(text: &str) -> String {
    styled(text, Style::new().fg_color(Some(AnsiColor::Red.into())))
}

pub fn green(text: &str) -> String {
    styled(text, Style::new().fg_color(Some(AnsiColor::Green.into())))
}

pub fn styled(text: &str, style: Style) -> String {
    if has_colors() {
        format!("{style}{text}{style:#}")
    } else {
        text.to_owned()
    }
}

pub fn has_colors() -> bool {
    console::colors_enabled_stderr()
}
