//! A line of text that is being edited: what each key does to it, and the part of it that is shown.

use console::measure_text_width;
use unicode_segmentation::UnicodeSegmentation as _;

use super::keys::Edit;
use crate::domain::escape;

/// What stands in the input before a key is pressed. The first character that is typed takes its
/// place; a key that moves or deletes makes it text to be edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suggestion {
    /// Enter alone takes it.
    Default,
    /// Enter alone leaves it.
    Refused,
}

#[derive(Debug)]
pub struct Input {
    text: String,
    /// The cursor, in bytes.
    at: usize,
    suggestion: Option<Suggestion>,
}

impl Input {
    pub fn new(text: &str, suggestion: Suggestion) -> Self {
        Self {
            text: text.to_owned(),
            at: text.len(),
            suggestion: (!text.is_empty()).then_some(suggestion),
        }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether what is shown was not typed now.
    pub fn is_suggested(&self) -> bool {
        self.suggestion.is_some()
    }

    /// What Enter gives.
    pub fn entered(&self) -> &str {
        match self.suggestion {
            Some(Suggestion::Refused) => "",
            Some(Suggestion::Default) | None => &self.text,
        }
    }

    pub fn replace(&mut self, text: &str) {
        text.clone_into(&mut self.text);
        self.at = text.len();
        self.suggestion = None;
    }

    pub fn insert(&mut self, text: &str) {
        if self.suggestion.take().is_some() {
            self.replace("");
        }
        self.text.insert_str(self.at, text);
        self.at += text.len();
    }

    /// Moves or deletes.
    pub fn edit(&mut self, edit: Edit) {
        let (to, deletes) = match edit {
            Edit::Left => (self.before(), false),
            Edit::Right => (self.after(), false),
            Edit::Home => (0, false),
            Edit::End => (self.text.len(), false),
            Edit::WordLeft => (self.word_before(), false),
            Edit::WordRight => (self.word_after(), false),
            Edit::Backspace => (self.before(), true),
            Edit::Delete => (self.after(), true),
            Edit::DeleteWord => (self.word_before(), true),
            Edit::DeleteToStart => (0, true),
            Edit::DeleteToEnd => (self.text.len(), true),
        };
        self.suggestion = None;
        if deletes {
            let (from, until) = (self.at.min(to), self.at.max(to));
            self.text.replace_range(from..until, "");
            self.at = from;
        } else {
            self.at = to;
        }
    }

    /// What a reader takes for one character is passed as one: with its combining marks.
    fn before(&self) -> usize {
        let last = self.text[..self.at].grapheme_indices(true).next_back();
        last.map_or(0, |(at, _)| at)
    }

    fn after(&self) -> usize {
        let next = self.text[self.at..].graphemes(true).next();
        self.at + next.map_or(0, str::len)
    }

    fn word_before(&self) -> usize {
        let words = self.text[..self.at].trim_end();
        words.rfind(char::is_whitespace).map_or(0, |at| {
            at + words[at..].chars().next().map_or(0, char::len_utf8)
        })
    }

    fn word_after(&self) -> usize {
        let rest = &self.text[self.at..];
        let word = rest.trim_start();
        let blank = rest.len() - word.len();
        self.at + blank + word.find(char::is_whitespace).unwrap_or(word.len())
    }

    /// The part around the cursor that fits into so many columns, and the cursor's column in it.
    pub fn view(&self, columns: usize) -> (String, usize) {
        let (left, right) = self.text.split_at(self.at);
        let mut left: Vec<String> = left.graphemes(true).map(shown).collect();
        let width = |parts: &[String]| {
            parts
                .iter()
                .map(|part| measure_text_width(part))
                .sum::<usize>()
        };
        let mut cut = 0;
        // One column is for the cursor, and one for the sign that something is cut.
        while cut < left.len() && width(&left[cut..]) + 1 + usize::from(cut > 0) > columns {
            cut += 1;
        }
        left.drain(..cut);
        if cut > 0 {
            left.insert(0, "…".to_owned());
        }
        let cursor = width(&left);
        let mut text = left.concat();
        for part in right.graphemes(true).map(shown) {
            if measure_text_width(&text) + measure_text_width(&part) > columns {
                break;
            }
            text += &part;
        }
        (text, cursor)
    }
}

/// A line break as a sign, and nothing that a terminal acts on.
fn shown(grapheme: &str) -> String {
    if grapheme == "\n" {
        return "↵".to_owned();
    }
    escape(grapheme).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn typed(text: &str, edits: &[Edit]) -> Input {
        let mut input = Input::new("", Suggestion::Default);
        input.insert(text);
        for edit in edits {
            input.edit(*edit);
        }
        input
    }

    #[test]
    fn keys_move_and_delete_where_the_cursor_is() {
        let after = |text: &str, edits: &[Edit], more: &str| {
            let mut input = typed(text, edits);
            input.insert(more);
            input.text
        };
        assert_eq!(after("bc", &[Edit::Home], "a"), "abc");
        assert_eq!(after("ab", &[Edit::Home, Edit::End], "c"), "abc");
        assert_eq!(after("abc", &[Edit::Home, Edit::Delete], ""), "bc");
        assert_eq!(after("abc", &[Edit::Left, Edit::Backspace], ""), "ac");
        assert_eq!(after("abc", &[Edit::Left, Edit::DeleteToEnd], ""), "ab");
        assert_eq!(after("abc", &[Edit::Left, Edit::DeleteToStart], ""), "c");
        assert_eq!(after("one two ", &[Edit::DeleteWord], ""), "one ");
        assert_eq!(
            after("one two", &[Edit::WordLeft, Edit::Delete], ""),
            "one wo"
        );
        assert_eq!(
            after("one two", &[Edit::Home, Edit::WordRight], "!"),
            "one! two"
        );
    }

    #[test]
    fn a_letter_and_its_marks_are_one() {
        let input = typed("e\u{301}文👩\u{200d}🚀", &[Edit::Backspace]);
        assert_eq!(input.text, "e\u{301}文");
        let input = typed("e\u{301}x", &[Edit::Left, Edit::Backspace]);
        assert_eq!(input.text, "x");
    }

    #[test]
    fn a_suggestion_gives_way_to_what_is_typed_and_can_be_edited() {
        let mut input = Input::new("Orders", Suggestion::Default);
        assert_eq!(input.entered(), "Orders");
        input.insert("N");
        assert_eq!(input.entered(), "N");
        let mut input = Input::new("192.0.2.300", Suggestion::Refused);
        assert_eq!(input.entered(), "");
        input.edit(Edit::Backspace);
        assert_eq!(input.entered(), "192.0.2.30");
    }

    #[test]
    fn the_cursor_stays_in_sight() {
        let input = typed("0123456789", &[]);
        assert_eq!(input.view(6), ("…6789".to_owned(), 5));
        let input = typed("0123456789", &[Edit::Home]);
        assert_eq!(input.view(6), ("012345".to_owned(), 0));
        let input = typed("文文文", &[]);
        assert_eq!(input.view(6), ("…文文".to_owned(), 5));
    }

    proptest! {
        #[test]
        fn never_wider_than_its_place(text in any::<String>(), back in 0usize..20, columns in 8usize..40) {
            let mut input = Input::new("", Suggestion::Default);
            input.insert(&text);
            for _ in 0..back {
                input.edit(Edit::Left);
            }
            let (shown, cursor) = input.view(columns);
            prop_assert!(measure_text_width(&shown) <= columns, "{shown:?}");
            prop_assert!(cursor < columns, "{shown:?}");
        }
    }
}
