//! How text lies on a terminal of so many columns.

use console::{measure_text_width, strip_ansi_codes};

pub fn rows(text: &str, columns: usize) -> usize {
    let (mut rows, mut column) = (1, 0);
    for c in strip_ansi_codes(text).chars() {
        let width = measure_text_width(c.encode_utf8(&mut [0; 4]));
        if column + width > columns {
            (rows, column) = (rows + 1, 0);
        }
        column += width;
    }
    rows
}

/// A word that is longer than `columns` has a line of its own.
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(word);
        } else if measure_text_width(line) + 1 + measure_text_width(word) <= columns {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{rows, wrapped};

    #[test]
    fn a_text_fills_the_rows_that_it_wraps_to() {
        assert_eq!(rows("", 4), 1);
        assert_eq!(rows("\u{1b}[1mfour\u{1b}[0m", 4), 1);
        assert_eq!(rows("fives", 4), 2);
        // A wide character does not begin in the last column.
        assert_eq!(rows("abc文", 4), 2);
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("a verylongword b", 5), ["a", "verylongword", "b"]);
        assert_eq!(wrapped("", 5), [""]);
    }
}
