//! Prompts on stderr: a line of text, a menu, a search. The only file that draws with dialoguer.

use std::fmt::Display;

use anyhow::Context as _;
use console::{Term, truncate_str};
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};
use dialoguer::{FuzzySelect, Input, Select};

/// What is typed to go back.
pub const BACK: &str = "<";
/// Most lines of a menu at once.
const MENU_LINES: usize = 12;

/// Where questions are asked.
#[derive(Clone, Copy)]
pub struct Prompt<'a> {
    /// Prints a line beside the prompts.
    pub say: &'a dyn Fn(&str),
}

/// What came of a question.
pub enum Typed<T> {
    /// An answer.
    Answer(T),
    /// Back to the question before.
    Back,
}

impl Prompt<'_> {
    /// Prints a line.
    pub fn say(&self, text: &str) {
        (self.say)(text);
    }

    /// Prints a line of explanation.
    pub fn explain(&self, text: &str) {
        let dim = anstyle::Style::new().dimmed();
        self.say(&format!("{dim}{text}{dim:#}"));
    }

    /// Asks for a line until `read` takes it; `<` goes back. Enter alone gives `default`.
    pub fn line<T, E: Display>(
        &self,
        label: &str,
        default: Option<String>,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> anyhow::Result<Typed<T>> {
        loop {
            let typed: String = with_theme(|theme| {
                let mut input = Input::with_theme(theme)
                    .with_prompt(label)
                    .allow_empty(true);
                if let Some(default) = &default {
                    input = input.default(default.clone());
                }
                input.interact_text_on(&Term::stderr())
            })?;
            if typed.trim() == BACK {
                return Ok(Typed::Back);
            }
            match read(&typed) {
                Ok(answer) => return Ok(Typed::Answer(answer)),
                Err(error) => self.say(&format!("  {error}")),
            }
        }
    }

    /// Asks for a line once, and whether it is this one.
    ///
    /// # Errors
    /// When the prompt fails.
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
                .max_length(MENU_LINES)
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

    /// Asks for one of many entries by typing a part of it; the first is Back, and so is Esc.
    pub fn search(
        &self,
        label: &str,
        entries: &[String],
        default: usize,
    ) -> anyhow::Result<Typed<usize>> {
        let mut shown = vec!["Back".to_owned()];
        shown.extend(fitting(entries));
        let chosen = with_theme(|theme| {
            FuzzySelect::with_theme(theme)
                .with_prompt(label)
                .items(&shown)
                .default((default + 1).min(shown.len() - 1))
                .max_length(MENU_LINES)
                .interact_on_opt(&Term::stderr())
        })?;
        Ok(match answer_or_back(chosen, 0) {
            Typed::Answer(at) => Typed::Answer(at - 1),
            Typed::Back => Typed::Back,
        })
    }
}

/// Asks whether to do something that is not part of the wizard's way.
///
/// # Errors
/// When the prompt fails.
pub fn yes_or_no(label: &str) -> anyhow::Result<bool> {
    with_theme(|theme| {
        dialoguer::Confirm::with_theme(theme)
            .with_prompt(label)
            .default(false)
            .interact_on(&Term::stderr())
    })
}

fn answer_or_back(chosen: Option<usize>, back: usize) -> Typed<usize> {
    match chosen {
        Some(at) if at != back => Typed::Answer(at),
        _ => Typed::Back,
    }
}

/// Entries no wider than the terminal: a wrapped one would be redrawn wrongly.
fn fitting(entries: &[String]) -> Vec<String> {
    let width = usize::from(Term::stderr().size().1)
        .saturating_sub(4)
        .max(8);
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
