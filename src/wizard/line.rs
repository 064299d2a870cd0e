//! A question that is answered with a line of text.

use std::io;

use super::frame::{Content, Frame, columns, dim, red, row_of, rows};
use super::input::{Input, Suggestion};
use super::interrupt;
use super::keys::{self, Edit, Key};
use super::measure::wrapped;
use super::modes::KeyByKey;

/// Known answers that are shown at one time.
const SHOWN: usize = 5;

#[derive(Debug, Clone, Copy, Default)]
pub struct Line<'a> {
    pub label: &'a str,
    /// What may be answered.
    pub hint: &'a str,
    /// What was answered so far, or what else is to be known.
    pub notes: &'a [String],
    pub default: Option<&'a str>,
    /// Known answers; Tab completes them.
    pub known: &'a [String],
    /// Lines that are pasted are an answer each.
    pub takes_lines: bool,
    /// What may have been meant by an answer that is refused.
    pub meant: Option<fn(&str) -> Option<String>>,
    /// Whether other questions of the step follow, which `>` leaves as they are.
    pub rest: bool,
    /// Nothing of what is typed is shown.
    pub hidden: bool,
}

/// What was wrong with the answer before this one.
#[derive(Debug)]
pub struct Refusal {
    pub sentence: String,
    /// What stands in the input: what was typed, or what may have been meant.
    pub text: String,
    pub suggestion: Suggestion,
}

pub fn read(line: &Line<'_>, refusal: Option<&Refusal>) -> io::Result<String> {
    let _modes = KeyByKey::begin();
    let mut input = match refusal {
        Some(refusal) if !line.hidden => Input::new(&refusal.text, refusal.suggestion),
        _ => Input::new(line.default.unwrap_or_default(), Suggestion::Default),
    };
    let mut wrong = refusal.map_or_else(String::new, |refusal| refusal.sentence.clone());
    let mut completion = Completion::default();
    let mut frame = Frame::begin()?;
    loop {
        frame.draw(&content(line, &input, &wrong, &completion))?;
        match keys::read()? {
            Key::Enter => return Ok(input.entered().to_owned()),
            Key::Closed => interrupt::raise(),
            Key::DeleteOrEnd if input.text().is_empty() => interrupt::raise(),
            Key::Char(c) => {
                completion = Completion::default();
                input.insert(c.encode_utf8(&mut [0; 4]));
            }
            Key::Paste(text) => paste(line, &mut input, &text, &mut wrong),
            Key::Tab => completion.next(line.known, &mut input),
            Key::DeleteOrEnd => input.edit(Edit::Delete),
            Key::Edit(edit) => {
                completion = Completion::default();
                input.edit(edit);
            }
            Key::Escape | Key::Up | Key::Down | Key::Other => {}
        }
    }
}

fn paste(line: &Line<'_>, input: &mut Input, text: &str, wrong: &mut String) {
    let text = text.trim_matches('\n');
    if text.contains('\n') && !line.takes_lines {
        "The pasted text has line breaks. Paste a single line.".clone_into(wrong);
    } else {
        input.insert(text);
    }
}

fn content(line: &Line<'_>, input: &Input, wrong: &str, completion: &Completion) -> Content {
    let room = columns().saturating_sub(2).max(8);
    let mut above = Vec::new();
    let mut tell = |text: &str, style: fn(&str) -> String| {
        if !text.is_empty() {
            let lines = wrapped(text, room);
            above.extend(lines.iter().map(|line| format!("  {}", style(line))));
        }
    };
    tell(line.hint, dim);
    for note in line.notes {
        tell(note, str::to_owned);
    }
    tell(&completion.shown(), dim);
    tell(wrong, red);
    // What does not fit would scroll away and be left behind.
    let most = rows().saturating_sub(2).max(1);
    above.drain(..above.len().saturating_sub(most));
    let mut content = Content {
        above,
        ..Content::default()
    };
    row_of(line.label, input, line.hidden, &mut content);
    content
}

/// Known answers that begin as what was typed; Tab goes from one to the next.
#[derive(Debug, Default)]
struct Completion {
    found: Vec<String>,
    next: usize,
}

impl Completion {
    fn next(&mut self, known: &[String], input: &mut Input) {
        if self.found.is_empty() {
            let typed = if input.is_suggested() {
                ""
            } else {
                input.text()
            }
            .to_lowercase();
            let begins = |one: &&String| one.to_lowercase().starts_with(&typed);
            self.found = known.iter().filter(begins).cloned().collect();
        }
        if let Some(found) = self.found.get(self.next) {
            input.replace(found);
            self.next = (self.next + 1) % self.found.len();
        }
    }

    fn shown(&self) -> String {
        if self.found.len() < 2 {
            return String::new();
        }
        let shown: Vec<_> = self.found.iter().take(SHOWN).map(String::as_str).collect();
        let more = match self.found.len() - shown.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("Tab: {}{more}", shown.join(", "))
    }
}
