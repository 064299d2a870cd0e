//! Questions on a terminal that only prints lines (`TERM=dumb`), such as a screen reader's.

use std::io::{self, BufRead as _};

use console::Term;

use super::input::Suggestion;
use super::interrupt;
use super::line::{Line, Refusal};

/// Most entries that are listed at one time.
const MOST: usize = 20;

pub fn is_plain() -> bool {
    std::env::var_os("TERM").is_some_and(|name| name == "dumb")
}

pub fn line(line: &Line<'_>, refusal: Option<&Refusal>) -> io::Result<String> {
    let wrong = refusal.map(|refusal| refusal.sentence.as_str());
    let notes = line.notes.iter().map(String::as_str);
    for text in [line.hint].into_iter().chain(notes).chain(wrong) {
        if !text.is_empty() {
            say(text)?;
        }
    }
    if !line.known.is_empty() {
        say(&format!("Known: {}", line.known.join(", ")))?;
    }
    let meant = refusal.filter(|refusal| refusal.suggestion == Suggestion::Default);
    let default = meant.map(|refusal| refusal.text.as_str()).or(line.default);
    let default = default.filter(|text| !text.is_empty());
    let suffix = default.map_or_else(String::new, |text| format!(" [{text}]"));
    let term = Term::stderr();
    term.write_str(&format!("{}{suffix}: ", line.label))?;
    let typed = if line.hidden {
        term.read_secure_line()?
    } else {
        read_line()?
    };
    Ok(match default {
        Some(default) if typed.is_empty() => default.to_owned(),
        _ => typed,
    })
}

/// The entry with the number that was typed; Enter alone takes the default.
pub fn menu(label: &str, hint: &str, entries: &[&str], default: usize) -> io::Result<usize> {
    if !hint.is_empty() {
        say(hint)?;
    }
    say(&format!("{label}:"))?;
    for (at, entry) in entries.iter().enumerate() {
        say(&format!("  {}. {entry}", at + 1))?;
    }
    loop {
        let term = Term::stderr();
        term.write_str(&format!("Number [{}]: ", default + 1))?;
        let typed = read_line()?;
        if typed.is_empty() {
            return Ok(default);
        }
        match typed.parse::<usize>() {
            Ok(number) if (1..=entries.len()).contains(&number) => return Ok(number - 1),
            _ => say(&format!("Enter a number from 1 to {}.", entries.len()))?,
        }
    }
}

/// `None` leads back.
pub fn search(label: &str, hint: &str, entries: &[String]) -> io::Result<Option<usize>> {
    say(hint)?;
    loop {
        Term::stderr().write_str(&format!("{label}: "))?;
        let typed = read_line()?.to_lowercase();
        if typed == "<" {
            return Ok(None);
        }
        let found: Vec<_> = (0..entries.len())
            .filter(|at| entries[*at].to_lowercase().contains(&typed))
            .collect();
        let same = |at: &&usize| entries[**at].to_lowercase() == typed;
        match (found.iter().find(same), &found[..]) {
            (Some(at), _) | (None, [at]) => return Ok(Some(*at)),
            (None, []) => say("No matches.")?,
            (None, _) => {
                let names: Vec<_> = found
                    .iter()
                    .take(MOST)
                    .map(|at| entries[*at].as_str())
                    .collect();
                say(&format!(
                    "{} of {}: {}",
                    found.len(),
                    entries.len(),
                    names.join(", ")
                ))?;
            }
        }
    }
}

pub fn yes_or_no(label: &str) -> io::Result<bool> {
    Term::stderr().write_str(&format!("{label} [y/N]: "))?;
    Ok(matches!(read_line()?.to_lowercase().as_str(), "y" | "yes"))
}

fn say(text: &str) -> io::Result<()> {
    Term::stderr().write_line(text)
}

fn read_line() -> io::Result<String> {
    let mut text = String::new();
    if io::stdin().lock().read_line(&mut text)? == 0 {
        interrupt::raise();
    }
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
