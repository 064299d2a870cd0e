//! What is said of a message: which way it goes, and how far it has come.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use uuid::Uuid;

use super::demo::Course;
use super::name::StreamId;
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

/// Where the delivery of an incoming message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It will be attempted, or is being attempted.
    Waiting,
    /// The receiver took it.
    Delivered,
    /// It is not attempted any more, unless somebody asks for it.
    Dead,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Delivered, Self::Dead];

    /// Its name on the command line, in tables and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }
}

/// A message as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id, which its answer and its webhook delivery carry.
    pub uuid: Uuid,
    /// The stream that it belongs to.
    pub stream: StreamId,
    /// Which way it goes.
    pub direction: Direction,
    /// The caller's own id, on an outgoing message that has one.
    pub internal_id: Option<String>,
    /// The phone number of the person.
    pub handset: String,
    /// The Sender ID, which is where an incoming message went.
    pub sender: String,
    /// What it says.
    pub text: String,
    /// When it was accepted or received.
    pub at: Timestamp,
    /// How an outgoing one comes out.
    pub course: Course,
    /// Why it went as it did, where somebody said so.
    pub details: Option<String>,
    /// The outgoing message that this one answers.
    pub in_reply_to: Option<Uuid>,
}

impl Message {
    /// How far an outgoing message has come.
    #[must_use]
    pub fn status_at(&self, now: Timestamp) -> Option<MessageStatus> {
        (self.direction == Direction::Outgoing).then(|| self.course.status_at(now))
    }

    /// Who sent it, and to whom.
    #[must_use]
    pub fn from_and_to(&self) -> (&str, &str) {
        match self.direction {
            Direction::Outgoing => (&self.sender, &self.handset),
            Direction::Incoming => (&self.handset, &self.sender),
        }
    }

    /// What it has in common with every message between its stream and its handset.
    #[must_use]
    pub fn conversation(&self) -> Uuid {
        conversation(&self.stream, &self.handset)
    }
}

/// The id of the conversation between a stream and a handset: a pure function of the two, so that
/// nothing has to be looked up. Ours; how the hosted service forms it is not public.
#[must_use]
pub fn conversation(stream: &StreamId, handset: &str) -> Uuid {
    let text = format!("textpeak conversation {stream} {handset}");
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.as_ref()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
