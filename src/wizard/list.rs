//! One of many entries, found by typing a part of it.

use std::io;

use anstyle::{AnsiColor, Style};
use console::truncate_str;
use fuzzy_matcher::FuzzyMatcher as _;
use fuzzy_matcher::skim::SkimMatcherV2;

use super::frame::{Content, Frame, columns, dim, row_of, rows, styled};
use super::input::{Input, Suggestion};
use super::interrupt;
use super::keys::{self, Edit, Key};
use super::modes::KeyByKey;

/// What can be done at every list.
pub const HINT: &str = "Type to search. Press Esc to go back.";

/// Most entries that are shown at one time.
const MOST: usize = 10;

/// Rows for the hint, the input, the count and Back.
const OTHER_ROWS: usize = 5;

pub struct List<'a> {
    pub label: &'a str,
    pub entries: &'a [String],
    /// Where the cursor stands at first.
    pub chosen: usize,
}

struct Match {
    entry: usize,
    /// Which characters of it were typed.
    marked: Vec<usize>,
}

/// `None` leads back.
pub fn choose(list: &List<'_>) -> io::Result<Option<usize>> {
    let _modes = KeyByKey::begin();
    let mut frame = Frame::begin()?;
    let matcher = SkimMatcherV2::default().ignore_case();
    let mut input = Input::new("", Suggestion::Default);
    let mut found = matches(&matcher, list.entries, "");
    let mut cursor = list.chosen;
    let mut searched = String::new();
    loop {
        frame.draw(&content(list, &input, &found, cursor))?;
        // Back is the last row.
        let last = found.len();
        match keys::read()? {
            Key::Enter if input.text() == "<" || cursor == last => return Ok(None),
            Key::Enter => return Ok(Some(found[cursor].entry)),
            Key::Escape => return Ok(None),
            Key::Closed => interrupt::raise(),
            Key::DeleteOrEnd if input.text().is_empty() => interrupt::raise(),
            Key::Up => cursor = cursor.checked_sub(1).unwrap_or(last),
            Key::Down => cursor = if cursor == last { 0 } else { cursor + 1 },
            Key::Char(c) => input.insert(c.encode_utf8(&mut [0; 4])),
            Key::Paste(text) => input.insert(text.lines().next().unwrap_or_default()),
            Key::DeleteOrEnd => input.edit(Edit::Delete),
            Key::Edit(edit) => input.edit(edit),
            Key::Tab | Key::Other => {}
        }
        if input.text() != searched {
            input.text().clone_into(&mut searched);
            found = matches(&matcher, list.entries, &searched);
            cursor = 0;
        }
    }
}

fn matches(matcher: &SkimMatcherV2, entries: &[String], typed: &str) -> Vec<Match> {
    let mut found: Vec<(i64, Match)> = entries
        .iter()
        .enumerate()
        .filter_map(|(entry, text)| {
            let (score, marked) = matcher.fuzzy_indices(text, typed)?;
            Some((score, Match { entry, marked }))
        })
        .collect();
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, found)| found).collect()
}

fn content(list: &List<'_>, input: &Input, found: &[Match], cursor: usize) -> Content {
    let width = columns();
    let shown = MOST.min(rows().saturating_sub(OTHER_ROWS)).max(1);
    // The window moves as little as it has to.
    let first = cursor
        .min(found.len().saturating_sub(1))
        .saturating_sub(shown - 1);
    let mut below: Vec<String> = found
        .iter()
        .enumerate()
        .skip(first)
        .take(shown)
        .map(|(at, found)| {
            let text = truncate_str(&list.entries[found.entry], width.saturating_sub(2), "…");
            row(&text, &found.marked, at == cursor)
        })
        .collect();
    below.push(row("Back", &[], cursor == found.len()));
    let count = match found.len() {
        0 => "No matches.".to_owned(),
        n => format!("{n} of {}", list.entries.len()),
    };
    below.push(dim(&format!("  {count}")));
    let mut content = Content {
        above: vec![dim(&format!("  {HINT}"))],
        below,
        ..Content::default()
    };
    row_of(list.label, input, false, &mut content);
    content
}

/// As dialoguer's menus write an entry.
fn row(text: &str, marked: &[usize], is_active: bool) -> String {
    let mark = Style::new().bold().underline();
    let active = Style::new().fg_color(Some(AnsiColor::Cyan.into()));
    let mut row = String::new();
    for (at, c) in text.chars().enumerate() {
        let c = c.to_string();
        row += &match (marked.contains(&at), is_active) {
            (true, _) => styled(&c, mark),
            (false, true) => styled(&c, active),
            (false, false) => c,
        };
    }
    match (is_active, super::frame::has_colors()) {
        (true, true) => format!(
            "{} {row}",
            styled("❯", Style::new().fg_color(Some(AnsiColor::Green.into())))
        ),
        (true, false) => format!("> {row}"),
        (false, _) => format!("  {row}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_match_comes_first_and_its_characters_are_marked() {
        let entries: Vec<String> = ["GLOBAL", "INFO", "BRAND317", "BRAND31"]
            .map(str::to_owned)
            .to_vec();
        let matcher = SkimMatcherV2::default().ignore_case();
        let found = matches(&matcher, &entries, "d317");
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].entry, &found[0].marked[..]),
            (2, &[4, 5, 6, 7][..])
        );
        assert!(matches(&matcher, &entries, "zz").is_empty());
        let all = matches(&matcher, &entries, "");
        let order: Vec<_> = all.iter().map(|found| found.entry).collect();
        assert_eq!(order, [0, 1, 2, 3]);
    }

    #[test]
    fn the_count_and_back_stand_under_the_matches() {
        let entries: Vec<String> = (0..350).map(|n| format!("BRAND{n:03}")).collect();
        let list = List {
            label: "Sender ID",
            entries: &entries,
            chosen: 0,
        };
        let matcher = SkimMatcherV2::default().ignore_case();
        let lines = |typed: &str| {
            let input = Input::new(typed, Suggestion::Default);
            let content = content(&list, &input, &matches(&matcher, &entries, typed), 0);
            content
                .below
                .iter()
                .map(|line| console::strip_ansi_codes(line).into_owned())
                .collect::<Vec<_>>()
        };
        let found = lines("D31");
        assert_eq!(found[found.len() - 2..], ["  Back", "  17 of 350"]);
        let none = lines("xyz");
        assert_eq!(
            none,
            [
                "> Back".replace('>', &active_sign()),
                "  No matches.".to_owned()
            ]
        );
    }

    fn active_sign() -> String {
        if super::super::frame::has_colors() {
            "❯"
        } else {
            ">"
        }
        .to_owned()
    }
}
