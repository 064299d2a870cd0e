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

impl FromStr for Phone {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if (8..=15).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Self(text.to_owned()));
        }
        Err(Invalid::new(format_args!(
            "{} is not a phone number: use 8 to 15 digits, starting with the country code and \
             without +, like 12025550143",
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
            if let Ok(phone) = text.parse::<Phone>() {
                prop_assert!(phone.fictional().is_none_or(|ending| ending < 100));
                prop_assert_eq!(phone.as_str(), text);
            }
        }
    }
}
