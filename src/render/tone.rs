//! Colors by meaning. A color only repeats what the word beside it says.

use anstyle::{AnsiColor, Effects, Style};

use crate::domain::{DeliveryState, MessageStatus, Status};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    #[default]
    Plain,
    Good,
    Waiting,
    Failed,
    Inactive,
}

impl Tone {
    pub(super) fn paint(self, text: &str) -> String {
        let color = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
        let style = match self {
            Self::Plain => return text.to_owned(),
            Self::Good => color(AnsiColor::Green),
            Self::Waiting => color(AnsiColor::Yellow),
            Self::Failed => color(AnsiColor::Red),
            Self::Inactive => Style::new().effects(Effects::DIMMED),
        };
        format!("{style}{text}{style:#}")
    }
}

impl Tone {
    /// Colors a word, and not the blanks after it.
    pub(super) fn paint_word(self, text: &str) -> String {
        let word = text.trim_end_matches(' ');
        self.paint(word) + &text[word.len()..]
    }
}

impl From<Status> for Tone {
    fn from(status: Status) -> Self {
        match status {
            Status::Ready => Self::Good,
            Status::Sending => Self::Waiting,
            Status::Draft | Status::Disabled => Self::Inactive,
        }
    }
}

impl From<MessageStatus> for Tone {
    fn from(status: MessageStatus) -> Self {
        match status {
            MessageStatus::Delivered => Self::Good,
            MessageStatus::Sent => Self::Waiting,
            MessageStatus::Undelivered
            | MessageStatus::SentFailed
            | MessageStatus::NoRoutes
            | MessageStatus::Rejected => Self::Failed,
        }
    }
}

impl From<DeliveryState> for Tone {
    fn from(state: DeliveryState) -> Self {
        match state {
            DeliveryState::Delivered => Self::Good,
            DeliveryState::Waiting => Self::Waiting,
            DeliveryState::Dead => Self::Failed,
        }
    }
}
