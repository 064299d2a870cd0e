//! Foreign text made safe to show: nothing that a person, a file or a server wrote may steer a
//! terminal or reorder a line.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The most characters of a refused value that an error repeats.
const QUOTED: usize = 60;

/// Whether a terminal would act on this character instead of showing it: control characters
/// (C0, DEL, C1), bidirectional controls, line separators and invisible marks.
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Writes every unsafe character as `\u{…}`.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_unsafe(c) {
            let _ = write!(safe, "{}", c.escape_unicode());
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// In quotation marks, safe, and not longer than a line.
pub fn quote(text: &str) -> String {
    let mut start: String = text.chars().take(QUOTED).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    format!("“{}”", escape(&start))
}

/// A decoder's error without the text that it found: it may be a secret in the wrong place.
pub fn without_found_text(error: &str) -> String {
    let cut = |before: &str| -> Option<String> {
        let start = error.find(before)? + before.len();
        let end = start + error[start..].rfind("\", expected ")?;
        Some(format!("{}…{}", &error[..start - 1], &error[end + 1..]))
    };
    cut("string \"")
        .or_else(|| cut("character `"))
        .unwrap_or_else(|| error.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_what_a_terminal_would_act_on() {
        assert_eq!(escape("a\x1b[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(escape("\u{202e}evil\u{9b}"), "\\u{202e}evil\\u{9b}");
        assert_eq!(escape("naïve 👩‍🚀 שלום"), "naïve 👩‍🚀 שלום");
    }

    #[test]
    fn a_decoders_error_keeps_the_found_text_to_itself() {
        let error = serde_json::from_str::<Vec<u8>>(r#""X-Key: s3\" cret""#)
            .unwrap_err()
            .to_string();
        assert_eq!(
            without_found_text(&error),
            "invalid type: string …, expected a sequence at line 1 column 18"
        );
        assert_eq!(
            without_found_text("missing field `id`"),
            "missing field `id`"
        );
    }

    #[test]
    fn quotes_at_most_a_line() {
        assert_eq!(quote("x"), "“x”");
        assert_eq!(quote(&"é".repeat(100)).chars().count(), QUOTED + 3);
    }

    proptest! {
        #[test]
        fn nothing_unsafe_survives(text in any::<String>()) {
            prop_assert!(!escape(&text).contains(is_unsafe));
        }
    }
}
