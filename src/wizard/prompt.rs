//! Prompts on stderr: a line of text, a menu, a search. The only file that draws with dialoguer.

use std::fmt::Display;
use std::io;

use anyhow::Context as _;
use console::{Term, truncate_str};
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};
use dialoguer::{Confirm, Select};

use super::frame::{columns, dim, green, has_colors, rows};
use super::input::Suggestion;
use super::interrupt::{Interrupt, wait_for_the_end};
use super::line::{self, Line, Refusal};
use super::list::{self, List};
use super::measure::wrapped;
use super::plain::{self, is_plain};
use crate::domain::{Secret, escape};

const BACK: &str = "<";
const REST: &str = ">";
const MAX_MENU_LINES: usize = 12;

/// The entries of menus that lead elsewhere.
const BACK_ENTRY: &str = "Back";
const REST_ENTRY: &str = "Skip the rest of this step";

#[derive(Clone, Copy)]
pub struct Prompt<'a> {
    pub say: &'a dyn Fn(&str),
    /// An interrupted prompt waits until the watching thread ends the process.
    pub watched: Interrupt,
}

pub enum Typed<T> {
    Answer(T),
    Back,
    /// The other questions of the step keep what they have.
    Rest,
}

impl<T> Typed<T> {
    pub fn map<U>(self, to: impl FnOnce(T) -> U) -> Typed<U> {
        match self {
            Self::Answer(value) => Typed::Answer(to(value)),
            Self::Back => Typed::Back,
            Self::Rest => Typed::Rest,
        }
    }
}

/// A few entries, of which one is chosen.
#[derive(Debug, Clone, Copy, Default)]
pub struct Menu<'a> {
    pub label: &'a str,
    pub hint: &'a str,
    pub entries: &'a [String],
    /// Where the cursor stands at first.
    pub chosen: usize,
    /// Whether other questions of the step follow.
    pub rest: bool,
}

impl Prompt<'_> {
    pub fn say(&self, text: &str) {
        (self.say)(text);
    }

    /// Prints something about an answer: indented, and broken between words.
    pub fn tell(&self, text: &str) {
        for line in wrapped(text, columns().saturating_sub(2)) {
            self.say(&format!("  {line}"));
        }
    }

    /// Prints something about an answer's question, broken between words.
    pub fn paragraph(&self, text: &str) {
        for line in wrapped(text, columns()) {
            self.say(&line);
        }
    }

    /// The one line that stays of a question.
    pub fn settle(&self, label: &str, answer: &str) {
        self.say(&format!("{} {label} · {}", green("✔"), escape(answer)));
    }

    /// Asks for a line until `read` takes it; `<` goes back. Enter alone gives `default`.
    pub fn line<T, E: Display>(
        &self,
        label: &str,
        default: Option<&str>,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> anyhow::Result<Typed<T>> {
        let line = Line {
            label,
            default,
            ..Line::default()
        };
        self.ask(&line, read)
    }

    /// Asks until `read` takes the answer, which stays on the screen.
    pub fn ask<T, E: Display>(
        &self,
        line: &Line<'_>,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> anyhow::Result<Typed<T>> {
        let read = |text: &str| read(text).map(|answer| (answer, text.to_owned()));
        let typed = self.ask_quietly(line, read)?;
        if let Typed::Answer((_, text)) = &typed {
            let shown = match text.trim() {
                _ if line.hidden => Secret::MASK,
                "" => "none",
                text => text,
            };
            self.settle(line.label, shown);
        }
        Ok(typed.map(|(answer, _)| answer))
    }

    /// As [`Prompt::ask`], and nothing stays on the screen.
    pub fn ask_quietly<T, E: Display>(
        &self,
        line: &Line<'_>,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> anyhow::Result<Typed<T>> {
        let mut refusal: Option<Refusal> = None;
        loop {
            let asked = if is_plain() {
                plain::line(line, refusal.as_ref())
            } else {
                line::read(line, refusal.as_ref())
            };
            let typed = uninterrupted(asked)?;
            match typed.trim() {
                BACK => return Ok(Typed::Back),
                REST if line.rest => return Ok(Typed::Rest),
                _ => {}
            }
            match read(&typed) {
                Ok(answer) => return Ok(Typed::Answer(answer)),
                Err(error) => {
                    let meant = line.meant.and_then(|meant| meant(&typed));
                    refusal = Some(match meant {
                        Some(text) => Refusal {
                            sentence: format!("Press Enter to use {text}"),
                            text,
                            suggestion: Suggestion::Default,
                        },
                        None => Refusal {
                            sentence: error.to_string(),
                            text: typed,
                            suggestion: Suggestion::Refused,
                        },
                    });
                }
            }
        }
    }

    /// Asks whether to do something; Enter alone is no.
    pub fn yes_or_no(&self, label: &str) -> anyhow::Result<bool> {
        if is_plain() {
            return uninterrupted(plain::yes_or_no(label));
        }
        with_theme(|theme| {
            Confirm::with_theme(theme)
                .with_prompt(label)
                .default(false)
                .interact_on(&Term::stderr())
        })
    }

    /// Asks for a line once, and whether it is this one.
    pub fn exactly(&self, label: &str, expected: &str) -> anyhow::Result<bool> {
        let same = |text: &str| Ok::<_, std::convert::Infallible>(text.trim() == expected);
        let typed = self.line(label, None, same)?;
        Ok(matches!(typed, Typed::Answer(true)))
    }

    /// Asks for one of a few entries; then come the way to the end of the step, where there is one,
    /// and the way back, which Esc is too. Nothing stays on the screen.
    pub fn menu(&self, menu: &Menu<'_>) -> anyhow::Result<Typed<usize>> {
        let entries = menu.entries.iter().map(String::as_str);
        let rest = menu.rest.then_some(REST_ENTRY);
        let all: Vec<&str> = entries.chain(rest).chain([BACK_ENTRY]).collect();
        let hints = match menu.hint {
            "" => Vec::new(),
            hint => wrapped(hint, columns().saturating_sub(2)),
        };
        let chosen = self.select(menu.label, &hints, &all, menu.chosen, 0)?;
        Ok(match chosen {
            Some(at) if at < menu.entries.len() => Typed::Answer(at),
            Some(at) if at + 1 < all.len() => Typed::Rest,
            _ => Typed::Back,
        })
    }

    /// Asks for one of a few entries, none of them for Esc, under so many rows that stay in sight.
    /// Nothing of the question stays on the screen.
    pub fn choose(
        &self,
        label: &str,
        entries: &[&str],
        above: usize,
    ) -> anyhow::Result<Option<usize>> {
        self.select(label, &[], entries, 0, above)
    }

    fn select(
        &self,
        label: &str,
        hints: &[String],
        entries: &[&str],
        default: usize,
        above: usize,
    ) -> anyhow::Result<Option<usize>> {
        if is_plain() {
            let hint = hints.join(" ");
            return uninterrupted(plain::menu(label, &hint, entries, default).map(Some));
        }
        let term = Term::stderr();
        for line in hints {
            self.say(&format!("  {}", dim(line)));
        }
        let entries = fitting(entries);
        // The label, and a last row for the cursor.
        let room = rows().saturating_sub(above + hints.len() + 2).max(3);
        let chosen = with_theme(|theme| {
            Select::with_theme(theme)
                .with_prompt(label)
                .items(&entries)
                .default(default.min(entries.len() - 1))
                .max_length(MAX_MENU_LINES.min(room))
                .report(false)
                .interact_on_opt(&term)
        })?;
        term.clear_last_lines(hints.len())?;
        Ok(chosen)
    }

    /// Asks for one of many entries by typing a part of it; Esc goes back. Nothing stays on the
    /// screen.
    pub fn search(&self, list: &List<'_>) -> anyhow::Result<Typed<usize>> {
        let chosen = uninterrupted(if is_plain() {
            plain::search(list.label, list::HINT, list.entries)
        } else {
            list::choose(list)
        })?;
        Ok(chosen.map_or(Typed::Back, Typed::Answer))
    }
}

/// Entries no wider than the terminal: a wrapped one would be redrawn wrongly.
fn fitting(entries: &[&str]) -> Vec<String> {
    let width = columns().saturating_sub(3).max(8);
    entries
        .iter()
        .map(|entry| truncate_str(entry, width, "…").into_owned())
        .collect()
}

fn with_theme<T>(ask: impl FnOnce(&dyn Theme) -> dialoguer::Result<T>) -> anyhow::Result<T> {
    let asked = if has_colors() {
        ask(&ColorfulTheme::default())
    } else {
        ask(&SimpleTheme)
    };
    uninterrupted(asked.map_err(|dialoguer::Error::IO(error)| error))
}

fn uninterrupted<T>(asked: io::Result<T>) -> anyhow::Result<T> {
    match asked {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => wait_for_the_end(),
        other => other.context("cannot ask on this terminal"),
    }
}
