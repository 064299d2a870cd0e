//! The terminal's modes, as they were before the first prompt.
//!
//! `stty` reads and writes them: it is part of POSIX, and our own code has no safe way to.

use std::process::{Command, Stdio};

/// How the terminal was, as `stty -g` tells it; `None` where there is no telling.
#[derive(Debug)]
pub struct Modes(Option<String>);

impl Modes {
    /// The modes of the terminal on standard input.
    pub fn now() -> Self {
        Self(stty("-g").filter(|modes| !modes.is_empty()))
    }

    /// Sets them again.
    pub fn restore(&self) {
        if let Self(Some(modes)) = self {
            stty(modes);
        }
    }
}

fn stty(word: &str) -> Option<String> {
    let mut stty = Command::new("stty");
    let output = stty
        .arg(word)
        .stdin(Stdio::inherit())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned())
}
