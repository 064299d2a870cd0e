//! Prompts on stderr: a line of text, a menu, a search. The only file that draws with dialoguer.

use std::fmt::Display;

use anstyle::AnsiColor;
use anyhow::Context as _;
use console::{Term, truncate_str};
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};
use dialoguer::{Confirm, FuzzySelect, Input, Select};

use super::interrupt::Interrupt;
use super::measure::{rows, wrapped};
use crate::domain::{Secret, escape};

const BACK: &str = "<";
const MAX_MENU_LINES: usize = 12;

#[derive(Clone, Copy)]
pub struct Prompt<'a> {
    pub say: &'a dyn Fn(&str),
    /// An interrupted prompt waits until the watching thread ends the process.
    pub watched: Interrupt,
}

pub enum Typed<T> {
    Answer(T),
    Back,
}

impl<T> Typed<T> {
    pub fn map<U>(self, to: impl FnOnce(T) -> U) -> Typed<U> {
        match self {
            Self::Answer(value) => Typed::Answer(to(value)),
            Self::Back => Typed::Back,
        }
    }
}

impl Prompt<'_> {
    pub fn say(&self, text: &str) {
        (self.say)(text);
    }

    /// Prints something about an answer: indented, and broken between words.
    pub fn tell(&self, text: &str) {
        for line in wrapped(text, columns()) {
            self.say(&format!("  {line}"));
        }
    }

    /// Prints something about a question, less loudly.
    pub fn explain(&self, text: &str) {
        let dim = anstyle::Style::new().dimmed();
        for line in wrapped(text, columns()) {
            self.say(&format!("  {dim}{line}{dim:#}"));
        }
    }

    /// Asks for a line until `read` takes it; `<` goes back. Enter alone gives `default`.
    pub fn line<T, E: Display>(
        &self,
        label: &str,
        default: Option<&str>,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> anyhow::Result<Typed<T>> {
        self.line_shown(label, default, read, |typed| escape(typed).into_owned())
    }

    /// As [`Prompt::line`], for what must not stay on the screen.
    pub fn secret<T, E: Display>(
        &self,
        label: &str,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> anyhow::Result<Typed<T>> {
        self.line_shown(label, None, read, |_| Secret::MASK.to_owned())
    }

    fn line_shown<T, E: Display>(
        &self,
        label: &str,
        default: Option<&str>,
        read: impl Fn(&str) -> Result<T, E>,
        show: impl Fn(&str) -> String,
    ) -> anyhow::Result<Typed<T>> {
        loop {
            let typed: String = with_theme(|theme| {
                let input = Input::with_theme(theme).with_prompt(label);
                let mut input = input.allow_empty(true).report(false);
                if let Some(default) = default {
                    input = input.default(default.to_owned());
                }
                let typed = input.interact_text_on(&Term::stderr())?;
                let mut drawn = String::new();
                // A prompt that cannot be composed was not drawn either.
                let _ = theme.format_input_prompt(&mut drawn, label, default);
                if default != Some(typed.as_str()) {
                    drawn += &typed;
                }
                wipe(&drawn, &Term::stderr())?;
                Ok(typed)
            })?;
            if typed.trim() == BACK {
                return Ok(Typed::Back);
            }
            let shown = format!("{label} · {}", show(&typed));
            match read(&typed) {
                Ok(answer) => {
                    self.say(&format!("{} {shown}", mark("✔", AnsiColor::Green)));
                    return Ok(Typed::Answer(answer));
                }
                Err(error) => {
                    self.say(&format!("{} {shown}", mark("✘", AnsiColor::Red)));
                    self.tell(&error.to_string());
                }
            }
        }
    }

    /// Asks whether to do something; Enter alone is no.
    pub fn yes_or_no(&self, label: &str) -> anyhow::Result<bool> {
        with_theme(|theme| {
            Confirm::with_theme(theme)
                .with_prompt(label)
                .default(false)
                .interact_on(&Term::stderr())
        })
    }

    /// Asks for a line once, and whether it is this one.
    pub fn exactly(&self, label: &str, expected: &str) -> anyhow::Result<bool> {
        let typed: String = with_theme(|theme| {
            Input::with_theme(theme)
                .with_prompt(label)
                .allow_empty(true)
                .interact_text_on(&Term::stderr())
        })?;
        Ok(typed.trim() == expected)
    }

    /// Asks for one of a few entries; the last is Back, and so is Esc.
    pub fn menu(
        &self,
        label: &str,
        entries: &[String],
        default: usize,
    ) -> anyhow::Result<Typed<usize>> {
        let mut entries = fitting(entries);
        entries.push("Back".to_owned());
        let chosen = with_theme(|theme| {
            Select::with_theme(theme)
                .with_prompt(label)
                .items(&entries)
                .default(default.min(entries.len() - 1))
                .max_length(MAX_MENU_LINES)
                .interact_on_opt(&Term::stderr())
        })?;
        Ok(answer_or_back(chosen, entries.len() - 1))
    }

    /// Asks for one of a few entries, with no way back.
    pub fn choose(&self, label: &str, entries: &[&str]) -> anyhow::Result<usize> {
        with_theme(|theme| {
            Select::with_theme(theme)
                .with_prompt(label)
                .items(entries)
                .default(0)
                .interact_on(&Term::stderr())
        })
    }

    /// Asks for one of many entries by typing a part of it; the first is Back, and so is Esc. The
    /// default comes next: the widget does not scroll to it.
    pub fn search(
        &self,
        label: &str,
        entries: &[String],
        default: usize,
    ) -> anyhow::Result<Typed<usize>> {
        let entries = fitting(entries);
        let mut order: Vec<_> = (0..entries.len()).collect();
        order[..=default].rotate_right(1);
        // No entry that is typed by a user begins like this.
        let mut shown = vec!["< Back"];
        shown.extend(order.iter().map(|at| entries[*at].as_str()));
        let chosen = with_theme(|theme| {
            FuzzySelect::with_theme(theme)
                .with_prompt(label)
                .items(&shown)
                .default(1)
                .max_length(MAX_MENU_LINES)
                .interact_on_opt(&Term::stderr())
        })?;
        Ok(answer_or_back(chosen, 0).map(|at| order[at - 1]))
    }
}

fn answer_or_back(chosen: Option<usize>, back: usize) -> Typed<usize> {
    match chosen {
        Some(at) if at != back => Typed::Answer(at),
        _ => Typed::Back,
    }
}

/// Clears the rows that an answered prompt filled: the widget clears its last one only.
fn wipe(drawn: &str, term: &Term) -> std::io::Result<()> {
    term.clear_last_lines(rows(drawn, usize::from(term.size().1)) - 1)?;
    term.clear_to_end_of_screen()
}

/// Columns for text: the terminal's, less what stands around it.
fn columns() -> usize {
    usize::from(Term::stderr().size().1)
        .saturating_sub(4)
        .max(8)
}

fn mark(sign: &str, color: AnsiColor) -> String {
    let style = anstyle::Style::new().fg_color(Some(color.into()));
    format!("{style}{sign}{style:#}")
}

/// Entries no wider than the terminal: a wrapped one would be redrawn wrongly.
fn fitting(entries: &[String]) -> Vec<String> {
    let width = columns();
    entries
        .iter()
        .map(|entry| truncate_str(entry, width, "…").into_owned())
        .collect()
}

fn with_theme<T>(ask: impl FnOnce(&dyn Theme) -> dialoguer::Result<T>) -> anyhow::Result<T> {
    let asked = if console::colors_enabled_stderr() {
        ask(&ColorfulTheme::default())
    } else {
        ask(&SimpleTheme)
    };
    match asked {
        Err(dialoguer::Error::IO(error)) if error.kind() == std::io::ErrorKind::Interrupted => {
            super::interrupt::wait_for_the_end()
        }
        other => other.context("cannot ask on this terminal"),
    }
}
