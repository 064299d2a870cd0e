//! How a text is split into messages of the air interface: GSM 03.38 arithmetic.

use std::str::FromStr;

use super::gsm7::Gsm7;
use super::value::{Invalid, text_value, words};

const MOST: usize = 10;

words! {
    pub enum Encoding {
        /// Seven bits a character; those of the extension take the room of two.
        Gsm7 = "GSM-7",
        /// Sixteen bits a unit, for every text with a character that GSM-7 lacks.
        Ucs2 = "UCS-2",
    }
}

impl Encoding {
    /// Units in a text of one segment, and in each segment of a longer one.
    pub fn room(self) -> (usize, usize) {
        match self {
            Self::Gsm7 => (160, 153),
            Self::Ucs2 => (70, 67),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segments {
    pub encoding: Encoding,
    /// Septets in GSM-7, UTF-16 units in UCS-2.
    pub units: usize,
    pub segments: usize,
    /// The characters that GSM-7 lacks, each once.
    pub forced_by: Vec<char>,
}

/// `None` where GSM-7 lacks the character.
fn septets(c: char) -> Option<usize> {
    Gsm7::of(c).map(Gsm7::septets)
}

impl Segments {
    pub fn of(text: &str) -> Self {
        let mut forced_by = Vec::new();
        for c in text.chars().filter(|c| septets(*c).is_none()) {
            if !forced_by.contains(&c) {
                forced_by.push(c);
            }
        }
        let (encoding, size): (_, fn(char) -> usize) = if forced_by.is_empty() {
            (Encoding::Gsm7, |c| septets(c).unwrap_or(1))
        } else {
            (Encoding::Ucs2, char::len_utf16)
        };
        let (single, each) = encoding.room();
        let units = text.chars().map(size).sum();
        // An escape or a surrogate pair is not cut in two: it opens the next segment whole.
        let (mut segments, mut used) = (1, 0);
        for c in text.chars().map(size) {
            if used + c > each {
                (segments, used) = (segments + 1, 0);
            }
            used += c;
        }
        Self {
            encoding,
            units,
            segments: if units <= single { 1 } else { segments },
            forced_by,
        }
    }
}

/// At least one character, at most ten segments, no NUL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageText(String);

text_value!(MessageText);

impl MessageText {
    pub fn segments(&self) -> Segments {
        Segments::of(&self.0)
    }
}

impl FromStr for MessageText {
    type Err = Invalid;

    // The text is not repeated: it may be a one-time password.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid::new(
                "the text is empty: enter at least one character",
            ));
        }
        if text.contains('\0') {
            return Err(Invalid::new("the text contains a NUL character: remove it"));
        }
        // Ten segments have room for so many bytes, whatever they are: most texts need not be measured.
        if text.len() <= MOST * 66 {
            return Ok(Self(text.to_owned()));
        }
        // A character is a septet at least: neither need the longest.
        let measured = (text.len() <= 4 * 1530).then(|| Segments::of(text));
        match measured {
            Some(Segments { segments, .. }) if segments <= MOST => Ok(Self(text.to_owned())),
            Some(Segments {
                encoding, units, ..
            }) => Err(Invalid::new(format_args!(
                "the text is too long: {units} units of {}; {MOST} segments hold {}",
                encoding.name(),
                MOST * encoding.room().1
            ))),
            None => Err(Invalid::new(
                "the text is too long: the limit is 1,530 GSM-7 characters or 670 UCS-2 units",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Characters that count twice and surrogate pairs are the worst.
        #[test]
        fn a_text_of_so_few_bytes_needs_no_measure(
            text in prop_oneof!["[{€a]{0,660}", "[😀é€a]{0,660}", any::<String>()],
        ) {
            let mut end = text.len().min(MOST * 66);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            prop_assert!(Segments::of(&text[..end]).segments <= MOST);
        }
    }
}
