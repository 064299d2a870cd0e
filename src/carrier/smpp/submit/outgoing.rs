//! A message that is being submitted, and what became of each of its parts.

use std::time::Duration;

use tokio::sync::oneshot;

use crate::carrier::smpp::said::{Meaning, meaning, said};
use crate::carrier::smpp::session::Answer;
use crate::domain::Message;
use crate::smpp::ShortMessage;

/// A part of a message and what became of it.
#[derive(Debug)]
pub enum Part {
    /// It may be sent.
    Here(ShortMessage),
    /// It waits for its answer, and may be sent again if it was throttled.
    Sent(ShortMessage, oneshot::Receiver<Answer>),
    Taken(String),
    Refused(u32),
    Unknown(String),
}

pub struct Outgoing<'a> {
    pub message: &'a Message,
    pub parts: Vec<Part>,
    /// Why parts that are here were not sent.
    pub waits: Option<Wait>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    pub why: String,
    pub retry_after: Option<Duration>,
}

impl Wait {
    pub fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            retry_after: None,
        }
    }
}

impl Part {
    /// What became of it, where that is known already.
    pub fn look(&mut self, host: &str, waits: &mut Option<Wait>) {
        if let Self::Sent(own, answered) = self
            && let Ok(answer) = answered.try_recv()
        {
            *self = Self::after(std::mem::take(own), answer, host, waits);
        }
    }

    pub fn after(own: ShortMessage, answer: Answer, host: &str, waits: &mut Option<Wait>) -> Self {
        match answer {
            Answer::Taken(id) => Self::Taken(id),
            Answer::Refused(status) => match meaning(status) {
                Meaning::Throttled | Meaning::NotBound => {
                    let why = format!("{host} responded {}", said(status));
                    *waits = Some(Wait::new(why));
                    Self::Here(own)
                }
                Meaning::Refused | Meaning::Failed => Self::Refused(status),
            },
            Answer::NotSent(why) => {
                *waits = Some(Wait::new(why));
                Self::Here(own)
            }
            Answer::Unknown(why) => Self::Unknown(why),
        }
    }

    pub fn unknown(&self) -> Option<&str> {
        let Self::Unknown(why) = self else {
            return None;
        };
        Some(why)
    }

    pub fn refused(&self) -> Option<u32> {
        let Self::Refused(status) = self else {
            return None;
        };
        Some(*status)
    }

    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Taken(id) => Some(id),
            Self::Here(_) | Self::Sent(..) | Self::Refused(_) | Self::Unknown(_) => None,
        }
    }
}

impl Outgoing<'_> {
    /// Nothing more of it is to be sent.
    pub fn is_spoiled(&self) -> bool {
        let mut parts = self.parts.iter();
        parts.any(|part| matches!(part, Part::Refused(_) | Part::Unknown(_)))
    }

    pub fn is_half_sent(&self) -> bool {
        let is_here = |part: &Part| matches!(part, Part::Here(_));
        !self.is_spoiled()
            && self.parts.iter().any(is_here)
            && self.parts.iter().any(|part| part.id().is_some())
    }
}
