//! Phone numbers of handsets, as the Streams API writes them.

use std::str::FromStr;

use super::text::quote;
use super::value::{Invalid, text_value};

/// An E.164 number without its `+`: 8 to 15 digits, country code first.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Phone(String);

text_value!(Phone);

impl Phone {
    /// The last two digits of a fictional number, `1AAA55501NN`, which never rings anywhere.
    pub(super) fn fictional(&self) -> Option<u8> {
        let digits = self.0.strip_prefix('1')?;
        let fictional = digits.len() == 10 && &digits[3..8] == "55501";
        digits.get(8..).filter(|_| fictional)?.parse().ok()
    }
}

impl Phone {
    /// A number as a person writes it: with or without `+`, and with spaces, hyphens, dots and
    /// parentheses between its digits. A number whose country code is missing, or that has a digit
    /// that is only dialed at home, is refused: which number is meant is not certain.
    pub fn typed(text: &str) -> Result<Self, Invalid> {
        let written = text.trim();
        let number = written.strip_prefix('+').unwrap_or(written);
        let is_certain = number.starts_with(|c: char| c.is_ascii_digit())
            && number.ends_with(|c: char| c.is_ascii_digit())
            && !number.contains("(0)")
            && number
                .chars()
                .all(|c| c.is_ascii_digit() || SEPARATORS.contains(&c));
        if !is_certain {
            return text.parse();
        }
        let digits = number.replace(SEPARATORS, "");
        digits.parse().or_else(|_: Invalid| text.parse())
    }
}

/// What people write between digits: the hyphens and spaces of word processors are among them.
const SEPARATORS: [char; 9] = [
    ' ', '-', '.', '(', ')', '\u{a0}', '\u{202f}', '\u{2010}', '\u{2011}',
];

impl FromStr for Phone {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if (8..=15).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Self(text.to_owned()));
        }
        Err(Invalid::new(format_args!(
            "{} is not a phone number: write 8 to 15 digits, country code first and without +, \
             like 12025550143",
            quote(text)
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_eight_to_fifteen_digits() {
        for good in ["12025550", "12025550143", "123456789012345"] {
            assert_eq!(good.parse::<Phone>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            "1202555",
            "1234567890123456",
            "+12025550143",
            "1202555014a",
            "１２０２５５５０１４３",
        ] {
            let sentence = bad.parse::<Phone>().unwrap_err().to_string();
            assert!(sentence.contains("is not a phone number"), "{sentence}");
        }
    }

    #[test]
    fn a_number_may_be_typed_as_people_write_it() {
        for written in [
            "12025550143",
            "+12025550143",
            " +1 202-555-0143 ",
            "+1 (202) 555-0143",
            "1 (202) 555 0143",
            "1.202.555.0143",
            "+1\u{a0}202\u{2011}555\u{2011}0143",
        ] {
            assert_eq!(Phone::typed(written).unwrap().as_str(), "12025550143");
        }
        for bad in [
            "",
            "+",
            "(202) 555-0143",
            "+44 (0)20 7946 0000",
            "++12025550143",
            "+1 202 555",
            "+1 202 555 0143 x2",
            "ACME",
        ] {
            let sentence = Phone::typed(bad).unwrap_err().to_string();
            assert!(sentence.contains("is not a phone number"), "{sentence}");
        }
    }

    #[test]
    fn fictional_numbers_are_told_from_real_ones() {
        let ending = |text: &str| text.parse::<Phone>().unwrap().fictional();
        assert_eq!(ending("12025550143"), Some(43));
        assert_eq!(ending("19995550100"), Some(0));
        for real in [
            "12025550243",
            "22025550143",
            "112025550143",
            "2025550143",
            "12025540143",
        ] {
            assert_eq!(ending(real), None, "{real}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_typed_nothing_panics(text in any::<String>()) {
            if let Ok(phone) = Phone::typed(&text) {
                prop_assert_eq!(phone.as_str().parse::<Phone>().unwrap(), phone);
            }
            if let Ok(phone) = text.parse::<Phone>() {
                prop_assert!(phone.fictional().is_none_or(|ending| ending < 100));
                prop_assert_eq!(phone.as_str(), text);
            }
        }
    }
}
