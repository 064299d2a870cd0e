//! The outbox: everything that must leave later is a job, which is claimed under a lease and
//! settled. A webhook delivery of an event, a message for a carrier, a status to be asked for, and
//! a simulated message whose status changes with time are the four kinds.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::watch;
use uuid::Uuid;

use super::StoreError;
use crate::domain::{DeliveryState, Event, Message, MessageStatus, StreamId};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// An event for a webhook. Those of one handset are attempted one at a time.
    Deliver,
    /// A message for a carrier. Those of one stream leave in their order: one that waits holds back
    /// those after it.
    Submit,
    /// A submitted message whose status is asked for.
    Ask,
    /// A simulated message whose status changes with time.
    Turn,
}

/// One claim's hold on a job, until a moment of the store's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    pub(in crate::store) owner: i64,
    pub(in crate::store) until: i64,
}

impl Lease {
    pub fn until(self) -> Timestamp {
        Timestamp::from_millisecond(self.until).unwrap_or_default()
    }
}

/// A job that one process alone works on, until its lease is over.
#[derive(Debug, Clone)]
pub struct Job {
    pub(in crate::store) key: i64,
    pub lease: Lease,
    pub stream: StreamId,
    /// Attempts since it was last queued.
    pub attempts: usize,
    pub work: Work,
}

impl Job {
    /// The phone number that it is about; empty where it does not matter.
    pub fn handset(&self) -> &str {
        match &self.work {
            Work::Deliver(event) => &event.message.handset,
            Work::Submit(message) | Work::Turn(message) => &message.handset,
            Work::Ask(..) => "",
        }
    }

    pub fn key(&self) -> i64 {
        self.key
    }
}

#[derive(Debug, Clone)]
pub enum Work {
    Deliver(Box<Event>),
    Submit(Box<Message>),
    /// The carrier's id of a message, and when it was accepted.
    Ask(String, Timestamp),
    Turn(Box<Message>),
}

#[derive(Debug, Clone)]
pub struct Claim {
    pub kind: JobKind,
    pub stream: StreamId,
    /// Most handsets of which deliveries are claimed; other kinds do not know them.
    pub lanes: usize,
    /// Most jobs: of each handset for deliveries, in all for other kinds.
    pub depth: usize,
    pub lease: Duration,
}

#[derive(Debug, Default)]
pub struct Due {
    /// Streams with jobs that are due. Streams whose webhook is switched off have no deliveries due.
    pub streams: Vec<StreamId>,
    /// When something is due that is not due yet.
    pub next: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub at: Timestamp,
    /// In milliseconds.
    pub elapsed: i64,
    pub status: Option<u16>,
    /// `None` after a success.
    pub error: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    Delivered,
    At(Timestamp),
    Dead,
}

#[derive(Debug, Clone)]
pub enum Outcome {
    /// It was not worked on: anybody may claim it again.
    Released,
    /// A delivery was attempted. `gone` is the URL that answered 410, which is switched off.
    Attempted {
        attempt: Attempt,
        next: Next,
        gone: Option<String>,
    },
    /// The carrier took the message, under this id; its status is asked for at this moment.
    Submitted { upstream: String, ask_at: Timestamp },
    /// The message was certainly not sent: it is tried again then. `details` says why meanwhile.
    Unsent { at: Timestamp, details: String },
    /// Asked for again then.
    Open(Timestamp),
    /// Its status is final; why, where somebody said so.
    Ended(MessageStatus, Option<String>),
    /// The status of a simulated message is what its course says by now.
    Turned,
}

/// A job's outcome. Where its lease is over and another process has the job, only a delivery that
/// succeeded still counts.
#[derive(Debug, Clone)]
pub struct Settlement {
    pub(in crate::store) key: i64,
    pub(in crate::store) lease: Lease,
    pub outcome: Outcome,
    /// The URL that is told of a change of status; `None` where nobody asked.
    pub notify: Option<String>,
    /// The route by which it was tried to hand a message on.
    pub route: Option<String>,
}

impl Settlement {
    pub fn new(job: &Job, outcome: Outcome) -> Self {
        Self {
            key: job.key,
            lease: job.lease,
            outcome,
            notify: None,
            route: None,
        }
    }

    pub fn notify(self, notify: Option<String>) -> Self {
        Self { notify, ..self }
    }

    pub fn route(self, route: Option<String>) -> Self {
        Self { route, ..self }
    }
}

/// The delivery of an event to a webhook, as people and programs are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The event's.
    pub id: Uuid,
    pub message: Uuid,
    pub stream: StreamId,
    /// The status that the event tells; `None` where it tells that the message was received.
    pub status: Option<MessageStatus>,
    pub state: DeliveryState,
    /// While it waits.
    pub next_at: Timestamp,
    pub attempts: usize,
    /// Why it is not attempted, where no attempt says so.
    pub details: Option<String>,
}

/// Which deliveries: all of these conditions hold.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    pub stream: Option<StreamId>,
    pub state: Option<DeliveryState>,
    pub since: Option<Timestamp>,
    pub message: Option<Uuid>,
}

#[derive(Debug, Clone)]
pub struct TimedAttempt {
    pub message: Uuid,
    pub stream: StreamId,
    pub attempt: Attempt,
}

/// Why a stream's webhook is not called, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookPause {
    /// It answered 410 (Gone) at the URL that it has now. What waited for it is dead.
    Gone(Timestamp),
    /// Somebody disabled it. What waits for it goes on waiting.
    Disabled(Timestamp),
}

/// The jobs of a home. What a call answers for is durable.
#[async_trait]
pub trait JobStore: Send + Sync {
    /// What is due of a kind.
    async fn due(&self, kind: JobKind) -> Result<Due, StoreError>;

    /// Claims jobs that are due and nobody has, oldest first.
    async fn claim(&self, claim: Claim) -> Result<Vec<Job>, StoreError>;

    /// Claims one delivery, if it waits, due or not, and no other one of its handset is claimed.
    async fn claim_delivery(&self, id: Uuid, lease: Duration) -> Result<Option<Job>, StoreError>;

    /// Claims messages whose process let its lease run out while it submitted them: whether they
    /// were sent is not known. Those with these keys are left out.
    async fn claim_stranded(
        &self,
        except: Vec<i64>,
        lease: Duration,
    ) -> Result<Vec<Job>, StoreError>;

    /// Keeps what became of jobs, each for itself.
    async fn settle(&self, settlements: Vec<Settlement>) -> Result<(), StoreError>;

    /// After the clock was set back: nothing is due later than `longest` from now, and no lease is
    /// longer than `lease`.
    async fn rebase(
        &self,
        kind: JobKind,
        longest: Duration,
        lease: Duration,
    ) -> Result<(), StoreError>;

    /// Queues deliveries again, due at once, with their schedule from its beginning; those that are
    /// being attempted are left. How many there were.
    async fn requeue(&self, ids: Vec<Uuid>) -> Result<usize, StoreError>;

    /// Deliveries, newest first, at most `limit` of them.
    async fn deliveries(
        &self,
        filter: DeliveryFilter,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError>;

    /// The delivery with this id.
    async fn delivery(&self, id: Uuid) -> Result<Option<Delivery>, StoreError>;

    /// A delivery's attempts, in their order.
    async fn attempts(&self, id: Uuid) -> Result<Vec<Attempt>, StoreError>;

    /// The attempts after one of them that fit, newest first, and the place of the newest of all;
    /// 0 is before the first.
    async fn recent_attempts(
        &self,
        stream: Option<StreamId>,
        since: Option<Timestamp>,
        after: i64,
        limit: usize,
    ) -> Result<(i64, Vec<TimedAttempt>), StoreError>;

    /// Whether a stream's webhook is called at this URL.
    async fn webhook_pause(
        &self,
        stream: StreamId,
        url: String,
    ) -> Result<Option<WebhookPause>, StoreError>;

    /// Disables a stream's webhook, or enables it; enabling forgets a 410 as well. `false` when it
    /// was so already.
    async fn set_webhook_enabled(
        &self,
        stream: StreamId,
        enabled: bool,
    ) -> Result<bool, StoreError>;

    /// Switches a webhook on that answered 410; one that somebody disabled stays so. `false` when it
    /// was on.
    async fn forget_gone(&self, stream: StreamId) -> Result<bool, StoreError>;

    /// Which of these messages still wait for a carrier.
    async fn unsubmitted(&self, uuids: Vec<Uuid>) -> Result<usize, StoreError>;

    /// Jobs that cannot be read, and are left alone: what each of them lacks.
    async fn set_aside(&self) -> Result<Vec<String>, StoreError>;

    /// Changes when this process has queued a job.
    fn queued(&self) -> watch::Receiver<u64>;
}
