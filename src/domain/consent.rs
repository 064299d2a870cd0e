//! Replies by which a handset says that it wants no more messages, or wants them again.

/// What a handset wants of a stream from then on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    OptsOut,
    OptsIn,
}

/// The words that carriers in North America ask senders to honor.
const OUT: [&str; 8] = [
    "STOP",
    "STOPALL",
    "UNSUBSCRIBE",
    "CANCEL",
    "END",
    "QUIT",
    "OPTOUT",
    "REVOKE",
];
const IN: [&str; 2] = ["START", "UNSTOP"];

impl Consent {
    /// Only a reply that is one of the words and nothing else, in any case.
    pub fn of_reply(text: &str) -> Option<Self> {
        let around = |c: char| c.is_whitespace() || c.is_ascii_punctuation();
        let word = text.trim_matches(around);
        let is = |one: &&str| one.eq_ignore_ascii_case(word);
        if OUT.iter().any(&is) {
            return Some(Self::OptsOut);
        }
        IN.iter().any(is).then_some(Self::OptsIn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_word_alone_counts() {
        for text in ["STOP", " stop.\n", "Unsubscribe!", "(quit)"] {
            assert_eq!(Consent::of_reply(text), Some(Consent::OptsOut), "{text}");
        }
        for text in ["start", "UNSTOP"] {
            assert_eq!(Consent::of_reply(text), Some(Consent::OptsIn), "{text}");
        }
        for text in ["", "stop it", "don't stop", "STOPP", "yes", "s t o p"] {
            assert_eq!(Consent::of_reply(text), None, "{text}");
        }
    }
}
