//! What is said of a message: which way it goes, and how far it has come.

use jiff::Timestamp;
use uuid::Uuid;

use super::demo::Course;
use super::name::StreamId;
use super::value::{display_value, words};

words! {
    /// Which way a message goes.
    pub enum Direction (exact, "is not a direction: use outgoing or incoming") {
        /// Sent by a request, to a handset.
        Outgoing = "outgoing",
        /// A reply, from a handset.
        Incoming = "incoming",
    }
}

display_value!(Direction);

words! {
    /// How far an outgoing message has come. The names are the hosted service's; what each means is
    /// our reading of them.
    #[derive(Hash, PartialOrd, Ord)]
    pub enum MessageStatus (
        exact,
        "is not a message status: use one of \
         sent, delivered, undelivered, sent_failed, no_routes, rejected"
    ) {
        /// Handed on, no receipt yet. Every other status is final.
        Sent = "sent",
        /// It arrived.
        Delivered = "delivered",
        /// It was sent and did not arrive.
        Undelivered = "undelivered",
        /// It could not be handed on.
        SentFailed = "sent_failed",
        /// There is no way out for it.
        NoRoutes = "no_routes",
        /// It was refused on the way.
        Rejected = "rejected",
    }
}

display_value!(MessageStatus);

impl MessageStatus {
    /// Whether it stays as it is.
    #[must_use]
    pub fn is_final(self) -> bool {
        self != Self::Sent
    }
}

words! {
    /// Where the delivery of an incoming message stands.
    pub enum DeliveryState {
        /// It will be attempted, or is being attempted.
        Waiting = "waiting",
        /// The receiver took it.
        Delivered = "delivered",
        /// It is not attempted any more, unless somebody asks for it.
        Dead = "dead",
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
