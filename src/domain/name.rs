//! The id, name, description and tags of a stream.

use std::str::FromStr;

use super::text::quote;
use super::value::{Invalid, text_value};

/// `st_` and twelve characters of Crockford's base32, in lower case: 60 bits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(String);

text_value!(StreamId);

impl StreamId {
    const PREFIX: &'static str = "st_";
    const ALPHABET: &'static [u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    const LENGTH: usize = 12;

    /// `random` yields uniformly random bytes.
    pub fn generate(mut random: impl FnMut() -> u8) -> Self {
        let digits =
            (0..Self::LENGTH).map(|_| char::from(Self::ALPHABET[usize::from(random() % 32)]));
        Self(Self::PREFIX.chars().chain(digits).collect())
    }

    /// Whether a text has the form of an id.
    fn is(text: &str) -> bool {
        text.strip_prefix(Self::PREFIX).is_some_and(|digits| {
            digits.len() == Self::LENGTH && digits.bytes().all(Self::is_digit)
        })
    }

    fn is_digit(byte: u8) -> bool {
        byte.is_ascii_digit()
            || byte.is_ascii_lowercase() && !matches!(byte, b'i' | b'l' | b'o' | b'u')
    }
}

impl FromStr for StreamId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if Self::is(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(format_args!(
                "{} is not a stream ID",
                quote(text)
            )))
        }
    }
}

/// A stream's name: 1–100 characters, no control characters, no space at either end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamName(String);

text_value!(StreamName);

impl StreamName {
    /// In characters.
    pub const LONGEST: usize = 100;
}

/// Two names, or two tags, with one key are the same: case does not count.
pub fn name_key(name: &str) -> String {
    name.to_lowercase()
}

pub fn same_name(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
        || !(one.is_ascii() && other.is_ascii()) && name_key(one) == name_key(other)
}

impl FromStr for StreamName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let refuse = |why: &str| Err(Invalid::new(format_args!("{} {why}", quote(text))));
        if text.is_empty() {
            Err(Invalid::new("enter a name"))
        } else if text.chars().count() > Self::LONGEST {
            refuse("is not a name: use at most 100 characters")
        } else if text.contains(char::is_control) {
            refuse("is not a name: remove line breaks, tabs, and other control characters")
        } else if text.trim() != text {
            refuse("is not a name: remove the space at the beginning or end")
        } else if StreamId::is(text) {
            refuse("is not a name: it looks like a stream ID")
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

/// At most 500 characters on one line; may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Description(String);

text_value!(Description);

impl FromStr for Description {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.chars().count() > 500 || text.contains(char::is_control) {
            return Err(Invalid::new(format_args!(
                "{} is not a description: use at most 500 characters on one line",
                quote(text)
            )));
        }
        Ok(Self(text.to_owned()))
    }
}

/// Kept as it was typed and compared without regard to case: 1–50 characters, no comma, no control
/// character.
#[derive(Debug, Clone)]
pub struct Tag(String);

impl PartialEq for Tag {
    fn eq(&self, other: &Self) -> bool {
        same_name(&self.0, &other.0)
    }
}

impl Eq for Tag {}

impl std::hash::Hash for Tag {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        name_key(&self.0).hash(state);
    }
}

text_value!(Tag);

impl FromStr for Tag {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        let wrong = |c: char| c.is_control() || c == ',';
        if text.is_empty() || text.chars().count() > 50 || text.contains(wrong) {
            return Err(Invalid::new(format_args!(
                "{} is not a tag: use 1 to 50 characters without commas or line breaks",
                quote(text)
            )));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_may_be_anything_a_person_can_read_on_one_line() {
        for good in [
            "a",
            "OTP Germany",
            "--help",
            "-",
            "$(reboot)",
            "it's \"quoted\"",
            "👩‍🚀",
            "שלום",
            "\u{202e}evil",
        ] {
            assert_eq!(good.parse::<StreamName>().unwrap().as_str(), good);
        }
        let long = "é".repeat(100);
        assert!(long.parse::<StreamName>().is_ok());
        for bad in [
            "",
            " ",
            " a",
            "a ",
            "a\nb",
            "\x1b[2J",
            "a\u{9b}",
            &"a".repeat(101),
            &"a".repeat(10_000),
        ] {
            let sentence = bad.parse::<StreamName>().unwrap_err().to_string();
            assert!(
                sentence.contains("a name") && sentence.len() < 300,
                "{sentence}"
            );
            assert!(
                !sentence.contains('\x1b') && !sentence.contains('\n'),
                "{sentence:?}"
            );
        }
    }

    #[test]
    fn names_are_compared_without_regard_to_case() {
        assert!(same_name("OTP Köln", "otp KÖLN"));
        assert!(same_name("otp", "OTP"));
        assert!(!same_name("otp", "otp2"));
    }

    #[test]
    fn ids_are_made_of_chance_and_recognized() {
        let mut n = 0u8;
        let id = StreamId::generate(|| {
            n = n.wrapping_add(41);
            n
        });
        assert_eq!(id.as_str().len(), 15);
        assert_eq!(id.as_str().parse::<StreamId>().unwrap(), id);
        assert!("st_ILOU00000000".parse::<StreamId>().is_err());
    }

    proptest! {
        #[test]
        fn what_parses_prints_back(text in any::<String>()) {
            if let Ok(name) = text.parse::<StreamName>() {
                prop_assert_eq!(name.to_string(), text.as_str());
            }
            if let Ok(tag) = text.parse::<Tag>() {
                prop_assert_eq!(tag.to_string().parse::<Tag>().unwrap(), tag);
            }
            if let Ok(about) = text.parse::<Description>() {
                prop_assert_eq!(about.to_string().parse::<Description>().unwrap(), about);
            }
        }
    }
}
