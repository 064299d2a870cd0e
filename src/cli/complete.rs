//! Shell completion: the registration scripts, and the answers to them.
//!
//! The scripts are not those that `clap_complete` writes, and its engine is called directly:
//! theirs hand words over with their quotes still on, so that a name with a space in it completes
//! to nothing, and bash's splits at `=` and `:`. Between script and program there is one rule for
//! every shell: the words up to the cursor go in, and a candidate a line comes out.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Command;
use clap_complete::engine::{self, ArgValueCandidates, ArgValueCompleter, CompletionCandidate};

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
}

/// Answers a completion script and says `true`; `false` on an ordinary run.
#[must_use]
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
        Shell::Bash => include_str!("../../completions/textpeak.bash"),
        Shell::Zsh => include_str!("../../completions/_textpeak"),
        Shell::Fish => include_str!("../../completions/textpeak.fish"),
        Shell::PowerShell => include_str!("../../completions/_textpeak.ps1"),
        Shell::Elvish => include_str!("../../completions/textpeak.elv"),
    }
}

/// A line that is being typed, up to the cursor.
#[derive(Debug, Default, PartialEq)]
struct Line {
    /// The words before the one at the cursor, without their quotes.
    before: Vec<OsString>,
    /// The word at the cursor, as far as it is typed; empty between words.
    typed: OsString,
    /// How much of it the shell leaves standing in front of a candidate. Only bash does: it
    /// completes from the last `=`, `:` or `@`.
    kept: String,
    /// The quote that is open where the candidate will stand.
    quote: Option<char>,
}

impl Line {
    /// Takes what a script hands over: words without quotes; from bash the line and its last part,
    /// and from fish the last word as they were typed.
    fn read(shell: Shell, mut words: Vec<OsString>) -> Option<Self> {
        let typed = words.pop()?;
        if shell == Shell::Bash {
            let (line, part) = (words.pop()?.into_string().ok()?, typed.into_string().ok()?);
            let kept = line.strip_suffix(&part)?.len();
            return Some(Self::split(&line, kept, false));
        }
        let typed = match shell {
            Shell::Fish => Self::split(typed.to_str()?, 0, true).typed,
            Shell::Bash | Shell::Zsh | Shell::PowerShell | Shell::Elvish => typed,
        };
        Some(Self {
            before: words,
            typed,
            ..Self::default()
        })
    }

    /// Takes words apart and their quotes off, as bash or fish would, and runs nothing in them.
    fn split(text: &str, kept: usize, fish: bool) -> Self {
        let mut line = Self::default();
        let mut word: Option<String> = None;
        let mut quote = None;
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if at == kept {
                line.kept = word.clone().unwrap_or_default();
                line.quote = quote;
            }
            let escapable = match quote {
                None => None,
                Some('\'') => Some(if fish { "'\\" } else { "" }),
                Some(_) => Some("\"\\$`"),
            };
            match c {
                ' ' | '\t' | '\n' if quote.is_none() => {
                    line.before.extend(word.take().map(OsString::from));
                    continue;
                }
                '\'' | '"' if quote.is_none() => quote = Some(c),
                _ if quote == Some(c) => quote = None,
                '\\' => {
                    let taken = chars
                        .next_if(|(_, next)| escapable.is_none_or(|these| these.contains(*next)));
                    // On its own at the end, it has nothing to act on yet.
                    let literal = taken.map(|(_, next)| next).or(escapable.map(|_| '\\'));
                    word.get_or_insert_default().extend(literal);
                }
                _ => word.get_or_insert_default().push(c),
            }
            word.get_or_insert_default();
        }
        let typed = word.unwrap_or_default();
        if kept >= text.len() {
            line.kept.clone_from(&typed);
            line.quote = quote;
        }
        line.typed = typed.into();
        line
    }

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

    fn written(&self, shell: Shell, value: &str, about: &str) -> Option<String> {
        let and_about = |value: String, mark: &str, about: &str| match about {
            "" => value,
            about => value + mark + about,
        };
        let doubled = |text: &str| text.replace('\\', "\\\\");
        Some(match shell {
            Shell::Bash => bash(value.strip_prefix(&self.kept)?, self.quote),
            Shell::Zsh => and_about(doubled(value).replace(':', "\\:"), ":", &doubled(about)),
            Shell::Fish => and_about(value.to_owned(), "\t", about),
            Shell::PowerShell => and_about(powershell(value), "\t", about),
            Shell::Elvish => value.to_owned(),
        })
    }

    /// Whether `--` was typed: from there on a dash begins no flag.
    fn only_values(&self) -> bool {
        self.before.iter().any(|word| word == "--")
    }

    fn home(&self) -> Option<PathBuf> {
        let words = self.before.split(|word| word == "--").next()?;
        words.iter().enumerate().find_map(|(at, word)| {
            if word == "--home" {
                return words.get(at + 1).map(|folder| unfolded(Path::new(folder)));
            }
            word.to_str()?.strip_prefix("--home=").map(PathBuf::from)
        })
    }
}

/// A path whose `~` the shell has yet to replace.
fn unfolded(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
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
        for (name, about) in candidates(home.clone()) {
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

/// bash takes a candidate for text that was typed: what it would act on must be quoted.
fn bash(value: &str, quote: Option<char>) -> String {
    let escaped = |special: fn(char) -> bool| {
        let mark = |c| special(c).then_some('\\').into_iter().chain([c]);
        value.chars().flat_map(mark).collect::<String>()
    };
    // With the opening quote, which readline then does not double, and with the closing one, which
    // it would forget after a value that itself ends with such a quote.
    match quote {
        Some('\'') => format!("'{}'", value.replace('\'', r"'\''")),
        // History is looked up inside of double quotes too, and a backslash before ! would stay.
        Some(_) => format!(
            r#""{}""#,
            escaped(|c| "\"\\$`".contains(c)).replace('!', r#""\!""#)
        ),
        None => {
            escaped(|c| c.is_ascii() && !c.is_ascii_alphanumeric() && !"-_./:@%+=,".contains(c))
        }
    }
}

/// `PowerShell` takes a candidate for typed text too, and each of these for a single quote.
fn powershell(value: &str) -> String {
    if value
        .chars()
        .all(|c| c.is_alphanumeric() || "-_./:\\+=".contains(c))
    {
        return value.to_owned();
    }
    let mut text = String::from('\'');
    for c in value.chars() {
        text.extend("'‘’‚‛".contains(c).then_some(c));
        text.push(c);
    }
    text + "'"
}
