//! Sender IDs: what a handset shows as the origin of a message.

use std::str::FromStr;

use super::gsm7::Gsm7;
use super::text::quote;
use super::value::{Invalid, text_value, words};

/// Alphanumeric (a brand): 1–11 GSM letters, digits, spaces and `-_.&`, with at least one letter.
/// Numeric (a phone number or short code): 3–15 digits, country code first, no `+`. The lengths
/// are GSM's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SenderId(String);

text_value!(SenderId);

words! {
    pub enum SenderKind {
        /// Handsets cannot answer it.
        Alphanumeric = "alphanumeric",
        /// Handsets can answer it.
        Numeric = "numeric",
    }
}

impl SenderId {
    pub fn kind(&self) -> SenderKind {
        if self.0.bytes().all(|b| b.is_ascii_digit()) {
            SenderKind::Numeric
        } else {
            SenderKind::Alphanumeric
        }
    }

    pub fn reply_note(&self) -> Option<String> {
        (self.kind() == SenderKind::Alphanumeric).then(|| {
            format!("Note: {self} can't receive replies. Replies require a numeric Sender ID.")
        })
    }
}

impl FromStr for SenderId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let letter = |c: char| c.is_alphabetic() && (c.is_ascii() || Gsm7::is_basic(c));
        let allowed = |c: char| letter(c) || c.is_ascii_digit() || " -_.&".contains(c);
        let valid = if digits {
            (3..=15).contains(&text.len())
        } else {
            text.chars().count() <= 11
                && text.contains(letter)
                && text.chars().all(allowed)
                && text.trim() == text
        };
        if valid {
            return Ok(Self(text.to_owned()));
        }
        Err(Invalid::new(format_args!(
            "{} is not a Sender ID: use up to 11 letters, digits, spaces, and -_.& with at least \
             one letter, or 3 to 15 digits without +",
            quote(text)
        )))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DefaultSender {
    /// Each request names one of the available Sender IDs.
    Customized,
    Existing(SenderId),
    /// The catalogue gains it.
    New(SenderId),
}

impl DefaultSender {
    pub fn id(&self) -> Option<&SenderId> {
        match self {
            Self::Customized => None,
            Self::Existing(id) | Self::New(id) => Some(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn accepts_brands_and_numbers() {
        for good in [
            "GLOBAL",
            "A",
            "Caf\u{e9} & Co.",
            "12345",
            "999",
            "120255501431234",
            "my_brand-1",
        ] {
            assert_eq!(good.parse::<SenderId>().unwrap().as_str(), good);
        }
    }

    #[test]
    fn refuses_everything_else_in_one_sentence() {
        for bad in [
            "",
            " ",
            "12",
            "1234567890123456",
            "TWELVE-CHARS",
            "-_.",
            " A",
            "A\n",
            "+12025550143",
            "日本",
        ] {
            let sentence = bad.parse::<SenderId>().unwrap_err().to_string();
            assert!(sentence.contains("is not a Sender ID"), "{sentence}");
        }
    }

    proptest! {
        #[test]
        fn what_parses_prints_back(text in any::<String>()) {
            if let Ok(id) = text.parse::<SenderId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}
