//! A line that is being typed, taken apart as its shell would.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::Shell;

/// A line that is being typed, up to the cursor.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Line {
    /// The words before the one at the cursor, without their quotes.
    pub(super) before: Vec<OsString>,
    /// The word at the cursor, as far as it is typed; empty between words.
    pub(super) typed: OsString,
    /// How much of it the shell leaves standing in front of a candidate. Only bash does: it
    /// completes from the last `=`, `:` or `@`.
    pub(super) kept: String,
    /// The quote that is open where the candidate will stand.
    pub(super) quote: Option<char>,
}

impl Line {
    /// Takes what a script hands over: words without quotes; from bash the line and its last part,
    /// and from fish the last word as they were typed.
    pub(super) fn read(shell: Shell, mut words: Vec<OsString>) -> Option<Self> {
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

    /// Whether `--` was typed: from there on a dash begins no flag.
    pub(super) fn only_values(&self) -> bool {
        self.before.iter().any(|word| word == "--")
    }

    pub(super) fn home(&self) -> Option<PathBuf> {
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
