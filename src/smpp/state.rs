//! What became of a message, in the words and numbers of SMPP.

use crate::domain::MessageStatus;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Enroute,
    Delivered,
    Expired,
    Deleted,
    Undeliverable,
    Accepted,
    Unknown,
    Rejected,
}

/// Each with the number of `message_state` and the word of a receipt's text.
const ALL: [(State, u8, &str); 8] = [
    (State::Enroute, 1, "ENROUTE"),
    (State::Delivered, 2, "DELIVRD"),
    (State::Expired, 3, "EXPIRED"),
    (State::Deleted, 4, "DELETED"),
    (State::Undeliverable, 5, "UNDELIV"),
    (State::Accepted, 6, "ACCEPTD"),
    (State::Unknown, 7, "UNKNOWN"),
    (State::Rejected, 8, "REJECTD"),
];

impl State {
    /// Also as some carriers spell it out: `Delivered`, `UNDELIVERABLE`.
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.to_ascii_uppercase();
        let found = ALL.iter().find(|(_, _, known)| *known == word);
        let spelled_out = || match &*word {
            "DELIVERED" => Some(Self::Delivered),
            "UNDELIVERED" | "UNDELIVERABLE" => Some(Self::Undeliverable),
            "ACCEPTED" => Some(Self::Accepted),
            "REJECTED" => Some(Self::Rejected),
            _ => None,
        };
        found.map(|(state, ..)| *state).or_else(spelled_out)
    }

    pub fn from_number(number: u8) -> Option<Self> {
        let found = ALL.iter().find(|(_, known, _)| *known == number);
        found.map(|(state, ..)| *state)
    }

    pub fn word(self) -> &'static str {
        self.row().2
    }

    pub fn number(self) -> u8 {
        self.row().1
    }

    fn row(self) -> &'static (Self, u8, &'static str) {
        let row = ALL.iter().find(|(state, ..)| *state == self);
        row.unwrap_or(&ALL[6])
    }

    /// `None` where it is not final.
    pub fn status(self) -> Option<MessageStatus> {
        match self {
            Self::Delivered => Some(MessageStatus::Delivered),
            Self::Expired | Self::Deleted | Self::Undeliverable => Some(MessageStatus::Undelivered),
            Self::Rejected => Some(MessageStatus::Rejected),
            Self::Enroute | Self::Accepted | Self::Unknown => None,
        }
    }

    pub fn of(status: MessageStatus) -> Self {
        match status {
            MessageStatus::Sent => Self::Enroute,
            MessageStatus::Delivered => Self::Delivered,
            MessageStatus::Undelivered | MessageStatus::SentFailed => Self::Undeliverable,
            MessageStatus::NoRoutes | MessageStatus::Rejected => Self::Rejected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_known_by_its_word_and_by_its_number() {
        for (state, number, word) in ALL {
            assert_eq!(State::from_word(word), Some(state));
            assert_eq!(State::from_word(&word.to_lowercase()), Some(state));
            assert_eq!(State::from_number(number), Some(state));
            assert_eq!((state.number(), state.word()), (number, word));
        }
        assert_eq!(
            State::from_word("Undeliverable"),
            Some(State::Undeliverable)
        );
        assert_eq!(
            (State::from_word("FLYING"), State::from_number(9)),
            (None, None)
        );
    }

    #[test]
    fn only_what_is_final_is_a_status() {
        let statuses = ALL.map(|(state, ..)| state.status().map(MessageStatus::name));
        let undelivered = Some("undelivered");
        assert_eq!(
            statuses,
            [
                None,
                Some("delivered"),
                undelivered,
                undelivered,
                undelivered,
                None,
                None,
                Some("rejected")
            ]
        );
    }
}
