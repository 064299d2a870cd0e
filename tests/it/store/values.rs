//! Values and steps that many promises need.

use std::time::Duration;

use jiff::Timestamp;
use textpeak::domain::{Course, Event, Message, MessageStatus, Phone, StreamId};
use textpeak::store::{
    Accepted, Attempt, Claim, Job, JobKind, MessageFilter, NewMessage, NewMessages, NewReply, Next,
    Outcome, Received, Settlement, Work,
};
use uuid::Uuid;

use super::harness::Handle;

pub const URL: &str = "https://example.com/hook";

/// Two handsets whose messages are delivered after [`DELAY`].
pub const ANNE: &str = "12025550143";
pub const BOB: &str = "12025550144";

pub const DELAY: Duration = Duration::from_secs(1);
pub const LEASE: Duration = Duration::from_secs(60);

/// One millisecond before the end of a lease.
pub const ALMOST: Duration = Duration::from_millis(59_999);

/// The stream with this number.
pub fn stream(number: u8) -> StreamId {
    StreamId::generate(|| number)
}

pub fn phone(text: &str) -> Phone {
    text.parse().unwrap()
}

/// A message of a demo stream.
pub fn demo(handle: &Handle, to: &str, text: &str) -> NewMessage {
    NewMessage {
        internal_id: None,
        recipient: phone(to),
        sender: "12025550100".parse().unwrap(),
        text: text.parse().unwrap(),
        course: Course::of(&phone(to), handle.now(), DELAY),
        leaves: false,
    }
}

/// A message of a live stream.
pub fn live(handle: &Handle, to: &str, text: &str) -> NewMessage {
    NewMessage {
        course: Course::waiting(),
        leaves: true,
        ..demo(handle, to, text)
    }
}

pub fn with_id(message: NewMessage, internal_id: &str) -> NewMessage {
    NewMessage {
        internal_id: Some(internal_id.parse().unwrap()),
        ..message
    }
}

pub async fn accept(
    handle: &Handle,
    stream: &StreamId,
    messages: Vec<NewMessage>,
    notify: Option<&str>,
) -> Vec<Accepted> {
    let new = NewMessages {
        stream: stream.clone(),
        messages,
        notify: notify.map(str::to_owned),
        limit: None,
    };
    handle.accept(new).await.unwrap().accepted
}

/// Accepts one message that is new.
pub async fn send(
    handle: &Handle,
    stream: &StreamId,
    message: NewMessage,
    notify: Option<&str>,
) -> Uuid {
    let accepted = accept(handle, stream, vec![message], notify).await;
    let [Accepted::New(uuid)] = accepted[..] else {
        panic!("{accepted:?}");
    };
    uuid
}

pub fn reply(stream: &StreamId, from: &str, text: &str, notify: Option<&str>) -> NewReply {
    NewReply {
        stream: stream.clone(),
        from: phone(from),
        to: Some("12025550100".parse().unwrap()),
        text: text.parse().unwrap(),
        consent: None,
        notify: notify.map(str::to_owned),
    }
}

/// Keeps a reply, whose event the webhook is told.
pub async fn receive(handle: &Handle, stream: &StreamId, from: &str, text: &str) -> Received {
    let reply = reply(stream, from, text, Some(URL));
    handle.receive(reply).await.unwrap().unwrap()
}

pub fn event_of(received: &Received) -> Uuid {
    received.event.unwrap().0
}

pub async fn message(handle: &Handle, uuid: Uuid) -> Message {
    handle.with_ids(vec![uuid]).await.unwrap().pop().unwrap()
}

pub fn claim_of(kind: JobKind, stream: &StreamId) -> Claim {
    Claim {
        kind,
        stream: stream.clone(),
        lanes: 100,
        depth: 100,
        lease: LEASE,
    }
}

pub async fn claim(handle: &Handle, kind: JobKind, stream: &StreamId) -> Vec<Job> {
    handle.claim(claim_of(kind, stream)).await.unwrap()
}

/// Claims what must be one job.
pub async fn claim_one(handle: &Handle, kind: JobKind, stream: &StreamId) -> Job {
    let mut jobs = claim(handle, kind, stream).await;
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    jobs.remove(0)
}

pub async fn is_due(handle: &Handle, kind: JobKind, stream: &StreamId) -> bool {
    handle.due(kind).await.unwrap().streams.contains(stream)
}

pub async fn settle(handle: &Handle, job: &Job, outcome: Outcome) {
    handle
        .settle(vec![Settlement::new(job, outcome)])
        .await
        .unwrap();
}

/// Settles a job with an outcome that the webhook is told.
pub async fn settle_and_tell(handle: &Handle, job: &Job, outcome: Outcome) {
    let settlement = Settlement::new(job, outcome).notify(Some(URL.to_owned()));
    handle.settle(vec![settlement]).await.unwrap();
}

pub fn attempt(at: Timestamp, status: u16) -> Attempt {
    Attempt {
        at,
        elapsed: 12,
        status: Some(status),
        error: (status != 200).then(|| format!("HTTP {status}")),
    }
}

pub fn delivered(handle: &Handle) -> Outcome {
    Outcome::Attempted {
        attempt: attempt(handle.now(), 200),
        next: Next::Delivered,
        gone: None,
    }
}

/// An attempt that failed; the next one is so much later.
pub fn failed(handle: &Handle, pause: Duration) -> Outcome {
    Outcome::Attempted {
        attempt: attempt(handle.now(), 500),
        next: Next::At(handle.now() + pause),
        gone: None,
    }
}

pub fn gone(handle: &Handle) -> Outcome {
    Outcome::Attempted {
        attempt: attempt(handle.now(), 410),
        next: Next::Dead,
        gone: Some(URL.to_owned()),
    }
}

pub fn submitted(handle: &Handle, upstream: &str) -> Outcome {
    Outcome::Submitted {
        upstream: upstream.to_owned(),
        ask_at: handle.now() + DELAY,
    }
}

/// The event that a job delivers.
pub fn event(job: &Job) -> &Event {
    let Work::Deliver(event) = &job.work else {
        panic!("{job:?}");
    };
    event
}

/// The text of the message that a job is about.
pub fn text(job: &Job) -> &str {
    match &job.work {
        Work::Deliver(event) => &event.message.text,
        Work::Submit(message) | Work::Turn(message) => &message.text,
        Work::Ask(..) => panic!("{job:?}"),
    }
}

pub fn texts(jobs: &[Job]) -> Vec<&str> {
    jobs.iter().map(text).collect()
}

/// Everything that a stream's webhook is still to be told: sequences, and what each event says.
pub async fn told(handle: &Handle, stream: &StreamId) -> Vec<(u64, Option<MessageStatus>)> {
    let jobs = claim(handle, JobKind::Deliver, stream).await;
    let mut told = Vec::new();
    for job in &jobs {
        let event = event(job);
        let status = event.status.as_ref().map(|change| change.status);
        told.push((event.sequence, status));
        settle(handle, job, Outcome::Released).await;
    }
    told
}

/// The texts of the messages that fit, newest first.
pub async fn listed(handle: &Handle, filter: MessageFilter) -> Vec<String> {
    let found = handle.messages(filter, 1_000).await.unwrap();
    found.into_iter().map(|(_, message)| message.text).collect()
}
