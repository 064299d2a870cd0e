//! What a carrier calls the fields of an incoming message, where its names are not known.

use std::fmt;
use std::str::FromStr;

use super::text::quote;
use super::value::{Invalid, display_value, words};

words! {
    #[derive(Hash, PartialOrd, Ord)]
    pub enum IncomingKey (
        exact,
        "is not a field of an incoming message: use message_uuid, stream, from, to, text, or \
         received_at"
    ) {
        Uuid = "message_uuid",
        Stream = "stream",
        From = "from",
        To = "to",
        Text = "text",
        ReceivedAt = "received_at",
    }
}

/// In bytes.
const LONGEST: usize = 100;

/// `text=body`: ours, and the carrier's name for it. Dots lead into objects: `text=payload.body`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingField {
    pub ours: IncomingKey,
    pub theirs: String,
}

display_value!(IncomingField);

impl fmt::Display for IncomingField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.ours, self.theirs)
    }
}

impl FromStr for IncomingField {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let Some((ours, theirs)) = text.split_once('=') else {
            return Err(Invalid::new(format_args!(
                "{} does not name a field: use a form like text=body",
                quote(text)
            )));
        };
        let (ours, theirs) = (ours.trim().parse()?, theirs.trim());
        if theirs.is_empty() || theirs.len() > LONGEST || theirs.contains(char::is_control) {
            return Err(Invalid::new(format_args!(
                "{} is not a field name: use 1 to {LONGEST} characters after {ours}=",
                quote(theirs)
            )));
        }
        Ok(Self {
            ours,
            theirs: theirs.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ours_comes_first() {
        let field: IncomingField = "text=payload.body".parse().unwrap();
        assert_eq!(field.ours, IncomingKey::Text);
        assert_eq!(field.theirs, "payload.body");
        for bad in ["", "text", "text=", "body=text", "=body", "text=a\nb"] {
            assert!(bad.parse::<IncomingField>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(text in "(text|from|to|x)?[ =]{0,2}\\PC{0,10}") {
            if let Ok(field) = text.parse::<IncomingField>() {
                prop_assert_eq!(field.to_string().parse::<IncomingField>().unwrap(), field);
            }
        }
    }
}
