//! Words as a POSIX shell reads them back.

use std::borrow::Cow;
use std::fmt::Write as _;

use console::measure_text_width;

use crate::domain::is_unsafe;

/// One word, quoted only where it must be. What a terminal would act on is written in octal
/// (`$'…'`, POSIX.1-2024), so that the line can be shown and pasted.
pub fn shell_word(word: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return Cow::Borrowed(word);
    }
    if !word.contains(is_unsafe) {
        return Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")));
    }
    let mut quoted = String::from("$'");
    for c in word.chars() {
        if is_unsafe(c) {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(quoted, "\\{byte:03o}");
            }
        } else {
            if matches!(c, '\'' | '\\') {
                quoted.push('\\');
            }
            quoted.push(c);
        }
    }
    quoted.push('\'');
    Cow::Owned(quoted)
}

pub fn command_line(words: &[String]) -> String {
    words
        .iter()
        .map(|word| shell_word(word))
        .collect::<Vec<_>>()
        .join(" ")
}

/// As [`command_line`], over several lines where one would be wider than this: broken only in front
/// of a flag, so that each stays with its value.
pub fn command_lines(words: &[String], width: usize) -> String {
    const CONTINUED: &str = " \\\n  ";
    let whole = command_line(words);
    if measure_text_width(&whole) <= width {
        return whole;
    }
    let mut text = String::new();
    let mut used = 0;
    for part in words.chunk_by(|_, next| !next.starts_with("--")) {
        let part = command_line(part);
        let wide = measure_text_width(&part);
        // Room for the space and the backslash at the end of a line.
        if used > 0 && used + 1 + wide + 2 > width {
            text += CONTINUED;
            used = 2;
        } else if used > 0 {
            text.push(' ');
            used += 1;
        }
        text += &part;
        used += wide;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quotes_only_where_it_must() {
        assert_eq!(shell_word("--ip=192.0.2.1"), "--ip=192.0.2.1");
        assert_eq!(shell_word(""), "''");
        assert_eq!(shell_word("it's $(x)"), r"'it'\''s $(x)'");
        assert_eq!(shell_word("\u{202e}'\\"), r"$'\342\200\256\'\\'");
    }

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_long_command_breaks_only_in_front_of_a_flag() {
        let words = words("textpeak streams create --name=Orders --ip 192.0.2.10 --demo");
        assert_eq!(command_lines(&words, 80), command_line(&words));
        assert_eq!(
            command_lines(&words, 44),
            "textpeak streams create --name=Orders \\\n  --ip 192.0.2.10 --demo"
        );
        assert_eq!(
            command_lines(&words, 10),
            "textpeak streams create \\\n  --name=Orders \\\n  --ip 192.0.2.10 \\\n  --demo"
        );
    }

    #[cfg(unix)]
    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_real_shell_reads_the_word_back(word in "[^\0]{0,20}") {
            // dash has no $'…' yet; bash stands for the shells that do.
            let script = format!("printf %s {}", shell_word(&word));
            let Ok(out) = std::process::Command::new("bash").args(["-c", &script]).output() else {
                return Ok(()); // no bash on this machine
            };
            prop_assert_eq!(String::from_utf8(out.stdout).unwrap(), word);
        }
    }
}
