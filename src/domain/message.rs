//! Messages: direction, status, and the conversation that they belong to.

use jiff::Timestamp;
use uuid::Uuid;

use super::demo::Course;
use super::name::StreamId;
use super::value::{display_value, words};

words! {
    pub enum Direction (exact, "is not a direction: use outgoing or incoming") {
        Outgoing = "outgoing",
        Incoming = "incoming",
    }
}

display_value!(Direction);

words! {
    /// The names are the hosted service's; what each means is our reading of them.
    #[derive(Hash, PartialOrd, Ord)]
    pub enum MessageStatus (
        exact,
        "is not a message status: use sent, delivered, undelivered, sent_failed, no_routes, or \
         rejected"
    ) {
        /// Handed on, without a receipt yet. Every other status is final.
        Sent = "sent",
        Delivered = "delivered",
        Undelivered = "undelivered",
        /// The carrier did not take it.
        SentFailed = "sent_failed",
        /// No route serves its stream.
        NoRoutes = "no_routes",
        /// The carrier refused it.
        Rejected = "rejected",
    }
}

display_value!(MessageStatus);

impl MessageStatus {
    pub fn is_final(self) -> bool {
        self != Self::Sent
    }
}

words! {
    pub enum DeliveryState {
        /// Also while an attempt runs.
        Waiting = "waiting",
        Delivered = "delivered",
        /// No more attempts, unless somebody asks for one.
        Dead = "dead",
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub uuid: Uuid,
    pub stream: StreamId,
    pub direction: Direction,
    pub internal_id: Option<String>,
    pub handset: String,
    /// The Sender ID, which is where an incoming message went.
    pub sender: String,
    pub text: String,
    /// When it was accepted or received.
    pub at: Timestamp,
    pub course: Course,
    /// The reason for the status, where one was given.
    pub details: Option<String>,
    pub in_reply_to: Option<Uuid>,
}

impl Message {
    /// `None` for an incoming message.
    pub fn status_at(&self, now: Timestamp) -> Option<MessageStatus> {
        (self.direction == Direction::Outgoing).then(|| self.course.status_at(now))
    }

    pub fn from_and_to(&self) -> (&str, &str) {
        match self.direction {
            Direction::Outgoing => (&self.sender, &self.handset),
            Direction::Incoming => (&self.handset, &self.sender),
        }
    }

    pub fn conversation(&self) -> Uuid {
        conversation(&self.stream, &self.handset)
    }
}

/// Identifies the conversation between a stream and a handset: a pure function of the two, so that
/// nothing has to be looked up. Ours; how the hosted service forms it is not public.
pub fn conversation(stream: &StreamId, handset: &str) -> Uuid {
    let text = format!("textpeak conversation {stream} {handset}");
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.as_ref()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
