//! Shell completion: the registration scripts, and the answers to them.
//!
//! The scripts are not those that `clap_complete` writes, and its engine is called directly:
//! theirs hand words over with their quotes still on, so that a name with a space in it completes
//! to nothing, and bash's splits at `=` and `:`. Between script and program there is one rule for
//! every shell: the words up to the cursor go in, and a candidate a line comes out.

mod line;
mod quoting;

use std::env;
use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Command;
use clap_complete::engine::{self, ArgValueCandidates, ArgValueCompleter, CompletionCandidate};

use line::Line;

use super::{Shell, command};
use crate::domain::{Direction, EventType, MessageStatus, Method, Status, escape, is_unsafe};

/// The variable by which a script says that it asks for completions, and for which shell.
const VARIABLE: &str = "COMPLETE";

/// A value, and a few words about it. The shells that show such words show them beside the value.
pub type Candidate = (String, String);

/// Where live values come from, given the home folder on the line. Each answers with nothing
/// rather than with an error.
#[derive(Debug, Clone, Copy)]
pub struct Live {
    /// Names, each described by its id.
    pub streams: fn(Option<PathBuf>) -> Vec<Candidate>,
    pub tags: fn(Option<PathBuf>) -> Vec<Candidate>,
    pub senders: fn(Option<PathBuf>) -> Vec<Candidate>,
    /// Names, each described by its address.
    pub routes: fn(Option<PathBuf>) -> Vec<Candidate>,
    /// Numbers of recent messages, newest first, each with the time of its last one.
    pub handsets: fn(Option<PathBuf>) -> Vec<Candidate>,
}

/// Answers a completion script and says `true`; `false` on an ordinary run.
pub fn complete(live: Live) -> bool {
    let mut words = env::args_os().skip(1);
    let asked = env::var(VARIABLE).unwrap_or_default();
    // The variable alone is not enough: it has a common name, and may be there for another program.
    let shell = Shell::ALL.into_iter().find(|shell| shell.name() == asked);
    let (Some(shell), true) = (shell, words.next().is_some_and(|word| word == "--")) else {
        return false;
    };
    let answer = Line::read(shell, words.collect()).and_then(|line| line.answer(shell, live));
    // What goes wrong here would be shown in the middle of the line that is being typed.
    let _ = io::stdout().write_all(answer.unwrap_or_default().as_bytes());
    true
}

/// The script that a shell loads: a file of this project, so that what is packaged is what is
/// printed.
pub fn script(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash => include_str!("../../../completions/textpeak.bash"),
        Shell::Zsh => include_str!("../../../completions/_textpeak"),
        Shell::Fish => include_str!("../../../completions/textpeak.fish"),
        Shell::PowerShell => include_str!("../../../completions/_textpeak.ps1"),
        Shell::Elvish => include_str!("../../../completions/textpeak.elv"),
    }
}

impl Line {
    /// A candidate a line, in the form that the shell's script takes.
    fn answer(self, shell: Shell, live: Live) -> Option<String> {
        let mut command = with_live_values(command(), live, &self);
        let mut words = self.before.clone();
        words.push(self.typed.clone());
        let folder = env::current_dir().ok();
        let index = self.before.len();
        let mut found = engine::complete(&mut command, words, index, folder.as_deref()).ok()?;
        let text =
            |candidate: &CompletionCandidate| candidate.get_value().to_str().map(str::to_owned);
        // Flags fit nearly everywhere; among values they would only be in the way.
        let is_value = |candidate: &CompletionCandidate| {
            text(candidate).is_some_and(|text| !text.starts_with('-'))
        };
        if self.typed.is_empty() && !self.only_values() && found.iter().any(is_value) {
            found.retain(is_value);
        }
        let lines = found.iter().filter_map(|candidate| {
            let value =
                text(candidate).filter(|text| !text.is_empty() && !text.contains(is_unsafe))?;
            let about = candidate.get_help().map(ToString::to_string);
            let about = about.as_deref().and_then(|text| text.lines().next());
            self.written(shell, &value, &escape(about.unwrap_or_default()))
        });
        Some(lines.map(|line| line + "\n").collect())
    }
}

fn with_live_values(command: Command, values: Live, line: &Line) -> Command {
    command
        .mut_args(|arg| match arg.get_id().as_str() {
            "stream" | "streams" | "draft_stream" => arg.add(source(values.streams, line, true)),
            "tag" | "remove_tag" => arg.add(source(values.tags, line, false)),
            "sender" => arg.add(source(values.senders, line, false)),
            "webhook_method" => arg.add(one_of(&Method::ALL.map(Method::name))),
            "webhook_event" => arg.add(one_of(&EventType::ALL.map(EventType::word))),
            "status" => arg.add(one_of(&Status::ALL.map(Status::name))),
            "message_status" => arg.add(one_of(&MessageStatus::ALL.map(MessageStatus::name))),
            "direction" => arg.add(one_of(&Direction::ALL.map(Direction::name))),
            "to" | "from" => arg.add(source(values.handsets, line, false)),
            "route" => arg.add(source(values.routes, line, false)),
            _ => arg,
        })
        .mut_subcommands(|sub| with_live_values(sub, values, line))
}

/// Words that are read without regard to case, and best typed in the lower one.
fn one_of(words: &[&str]) -> ArgValueCandidates {
    let words: Vec<_> = words.iter().map(|word| word.to_lowercase()).collect();
    ArgValueCandidates::new(move || words.iter().map(CompletionCandidate::new).collect())
}

/// Most candidates while nothing is typed: a screen is full long before.
const MOST: usize = 50;

/// Completes from `candidates`. Where they `have_ids`, an id stands in for a name that cannot stand
/// on the line, and may be typed instead of any other.
fn source(
    candidates: fn(Option<PathBuf>) -> Vec<Candidate>,
    line: &Line,
    have_ids: bool,
) -> ArgValueCompleter {
    let (home, word, only_values) = (line.home(), line.typed.clone(), line.only_values());
    ArgValueCompleter::new(move |typed: &OsStr| {
        let Some(start) = typed.to_str() else {
            return Vec::new();
        };
        // A value that begins with a dash is taken for a flag where it begins a word.
        let dashes = only_values || word != typed;
        let mut found = Vec::new();
        if word.is_empty() {
            // Stands for a value where there is none: flags would look like an answer.
            found.push(CompletionCandidate::new(""));
        }
        let most = if start.is_empty() { MOST } else { usize::MAX };
        for (name, about) in candidates(home.clone()).into_iter().take(most) {
            let stands = !name.contains(is_unsafe) && (dashes || !name.starts_with('-'));
            if have_ids && about.starts_with(start) && !(stands && start.is_empty()) {
                let name = escape(&name).into_owned();
                found.push(CompletionCandidate::new(&about).help(Some(name.into())));
            }
            if stands && name.starts_with(start) {
                found.push(CompletionCandidate::new(name).help(Some(about.into())));
            }
        }
        found
    })
}
