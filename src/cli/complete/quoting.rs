//! Candidates written so that each shell puts them on the line as the values that they are.

use super::Shell;
use super::line::Line;

impl Line {
    pub(super) fn written(&self, shell: Shell, value: &str, about: &str) -> Option<String> {
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
