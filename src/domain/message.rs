//! What is said of a message: which way it goes, and how far it has come.

use std::fmt;
use std::str::FromStr;

use super::text::quote;
use super::value::{Invalid, display_value};

/// Which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Sent by a request, to a handset.
    Outgoing,
    /// A reply, from a handset.
    Incoming,
}

display_value!(Direction);

impl Direction {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Outgoing, Self::Incoming];

    /// Its name on the command line and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Outgoing => "outgoing",
            Self::Incoming => "incoming",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Direction {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL
            .into_iter()
            .find(|one| one.name() == text)
            .ok_or_else(|| {
                Invalid::new(format_args!(
                    "{} is not a direction: use outgoing or incoming",
                    quote(text)
                ))
            })
    }
}

/// How far an outgoing message has come. The names are the hosted service's; what each means is
/// our reading of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MessageStatus {
    /// Handed on, no receipt yet. Every other status is final.
    Sent,
    /// It arrived.
    Delivered,
    /// It was sent and did not arrive.
    Undelivered,
    /// It could not be handed on.
    SentFailed,
    /// There is no way out for it.
    NoRoutes,
    /// It was refused on the way.
    Rejected,
}

display_value!(MessageStatus);

impl MessageStatus {
    /// Every status.
    pub const ALL: [Self; 6] = [
        Self::Sent,
        Self::Delivered,
        Self::Undelivered,
        Self::SentFailed,
        Self::NoRoutes,
        Self::Rejected,
    ];

    /// The status as it travels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Undelivered => "undelivered",
            Self::SentFailed => "sent_failed",
            Self::NoRoutes => "no_routes",
            Self::Rejected => "rejected",
        }
    }

    /// Whether it stays as it is.
    #[must_use]
    pub fn is_final(self) -> bool {
        self != Self::Sent
    }
}

impl fmt::Display for MessageStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for MessageStatus {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL
            .into_iter()
            .find(|status| status.name() == text)
            .ok_or_else(|| {
                let names = Self::ALL.map(Self::name).join(", ");
                Invalid::new(format_args!(
                    "{} is not a message status: use one of {names}",
                    quote(text)
                ))
            })
    }
}
