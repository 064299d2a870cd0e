//! Words as a POSIX shell reads them back.

use std::borrow::Cow;
use std::fmt::Write as _;

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
