//! One batch of a stream: claimed, submitted or asked for, and settled.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::carriers::{Carriers, NoCarrier};
use super::in_flight::Submitting;
use super::verdict::{WAITING, expired, later, learned, submitted};
use crate::carrier::{Carrier, Submitted};
use crate::domain::{EventType, Message, MessageStatus, Route, StreamId};
use crate::service::limits::not_allowed;
use crate::service::lock;
use crate::service::log::{Log, LogEntry};
use crate::service::streams::CurrentStreams;
use crate::store::{Claim, Job, JobKind, Outcome, Settlement, Store, StoreError, Work};

/// How long a claim holds: longer than any request takes.
pub const LEASE: Duration = Duration::from_secs(60);

/// The longest that a request takes.
const REQUEST: Duration = Duration::from_secs(30);

/// How long it waits for a token that cannot be read.
const UNREAD: Duration = Duration::from_secs(5);

/// How long it is tried to keep what became of a batch, and the pause between two tries.
const KEEPING: Duration = Duration::from_secs(600);
const AGAIN: Duration = Duration::from_secs(1);

/// Most jobs of a stream that are claimed at one time.
const BATCH: usize = 250;

pub struct Relay {
    pub(super) store: Arc<dyn Store>,
    streams: Arc<CurrentStreams>,
    carriers: Arc<Carriers>,
    submitting: Mutex<HashSet<i64>>,
}

pub type Batch = (StreamId, JobKind);

impl Relay {
    pub fn new(
        store: Arc<dyn Store>,
        streams: Arc<CurrentStreams>,
        carriers: Arc<Carriers>,
    ) -> Self {
        Self {
            store,
            streams,
            carriers,
            submitting: Mutex::default(),
        }
    }

    pub fn name_of(&self, stream: &StreamId) -> String {
        self.streams.name_of(stream)
    }

    /// Nothing where there was nothing to do.
    pub async fn carry_out(
        self: Arc<Self>,
        (stream, kind): Batch,
        log: Log,
    ) -> Result<Option<CarriedOut>, StoreError> {
        let claim = Claim {
            kind,
            stream: stream.clone(),
            lanes: 1,
            depth: BATCH,
            lease: LEASE,
        };
        let jobs = self.store.claim(claim).await?;
        if jobs.is_empty() {
            return Ok(None);
        }
        let _submitting = Submitting::note(&self.submitting, kind, &jobs);
        let streams = self.streams.get().await;
        let notify = streams.notify(&stream, EventType::Status);
        let way = self.carriers.of(&streams, &stream).await;
        if let Err(NoCarrier::Unread(error, _)) = &way {
            log.write(LogEntry::StoreFailed(error.clone()));
        }
        // Where the token cannot be read, the message stays here.
        let is_tried = kind == JobKind::Submit && way.is_ok();
        let route = Route::of(streams.routes(), &stream).filter(|_| is_tried);
        let outcomes = match kind {
            JobKind::Ask => self.ask(way, &jobs).await,
            JobKind::Submit | JobKind::Deliver | JobKind::Turn => {
                self.submit(way, route, &jobs).await
            }
        };
        let route = route.map(|route| route.name.to_string());
        let waits = outcomes.iter().find_map(|outcome| {
            let Outcome::Unsent { details, .. } = outcome else {
                return None;
            };
            Some(details.clone())
        });
        let settlements = jobs.iter().zip(outcomes).map(|(job, outcome)| {
            let settlement = Settlement::new(job, outcome).notify(notify.clone());
            settlement.route(route.clone())
        });
        self.keep(settlements.collect(), &log).await?;
        Ok(Some(waits.map_or(CarriedOut::Whole, CarriedOut::Waits)))
    }

    /// Keeps what became of a batch, also where that cannot be written at first: nobody else knows
    /// it, and without it what was submitted would end as unknown.
    async fn keep(&self, settlements: Vec<Settlement>, log: &Log) -> Result<(), StoreError> {
        let begun = Instant::now();
        let mut told = false;
        loop {
            match self.store.settle(settlements.clone()).await {
                Err(error) if begun.elapsed() < KEEPING => {
                    if !std::mem::replace(&mut told, true) {
                        log.write(LogEntry::StoreFailed(error));
                    }
                    tokio::time::sleep(AGAIN).await;
                }
                other => return other,
            }
        }
    }

    async fn submit(
        &self,
        way: Result<(Arc<dyn Carrier>, Duration), NoCarrier>,
        route: Option<&Route>,
        jobs: &[Job],
    ) -> Vec<Outcome> {
        let now = self.store.now();
        let (carrier, expire) = match way {
            Ok(way) => way,
            Err(NoCarrier::Closed(why)) => {
                let ended = |_| Outcome::Ended(MessageStatus::NoRoutes, Some(why.clone()));
                return jobs.iter().map(ended).collect();
            }
            // It may be readable again soon.
            Err(NoCarrier::Unread(_, expire)) => {
                let waits = |job: &Job| match message(job) {
                    Some(message) if later(message.at, expire) <= now => {
                        expired(expire, message.details.as_deref())
                    }
                    _ => Outcome::Unsent {
                        at: later(now, UNREAD),
                        // Callers learn it, and no path.
                        details: format!("{WAITING}the route's token can't be read"),
                    },
                };
                return jobs.iter().map(waits).collect();
            }
        };
        let is_late = |message: &Message| later(message.at, expire) <= now;
        // The route may have been changed since the message was accepted.
        let barred = |message: &Message| route.filter(|route| !route.may_send_to(&message.handset));
        let messages: Vec<Message> = jobs
            .iter()
            .filter_map(message)
            .filter(|message| !is_late(message) && barred(message).is_none())
            .map(|message| redirected(message, route))
            .collect();
        let said = self.say(&*carrier, &messages, until(jobs)).await;
        let now = self.store.now();
        let asked_after = carrier.asked_after();
        let mut said = said.iter();
        let outcome = |job: &Job| match message(job) {
            Some(message) if is_late(message) => expired(expire, message.details.as_deref()),
            Some(message) => match barred(message) {
                Some(route) => Outcome::Ended(MessageStatus::Rejected, Some(not_allowed(route))),
                None => said.next().map_or(Outcome::Released, |said| {
                    submitted(message, job.attempts, said, now, (expire, asked_after))
                }),
            },
            None => Outcome::Released,
        };
        jobs.iter().map(outcome).collect()
    }

    /// What the carrier says of messages, as far as they were submitted: those behind one that has
    /// to wait do so as well, and no request is begun that may end after the claim.
    async fn say(
        &self,
        carrier: &dyn Carrier,
        messages: &[Message],
        until: Timestamp,
    ) -> Vec<Submitted> {
        const SILENT: &str = "the carrier didn't mention it; whether it was sent is unknown";
        let mut said = Vec::with_capacity(messages.len());
        for batch in messages.chunks(carrier.most()) {
            if later(self.store.now(), REQUEST) > until {
                break;
            }
            let mut answers = carrier.submit(batch).await;
            answers.resize(batch.len(), Submitted::Unknown(SILENT.to_owned()));
            let waits = |one: &Submitted| matches!(one, Submitted::NotNow { .. });
            let throttled = answers.iter().any(waits);
            said.extend(answers);
            if throttled {
                break;
            }
        }
        said
    }

    async fn ask(
        &self,
        way: Result<(Arc<dyn Carrier>, Duration), NoCarrier>,
        jobs: &[Job],
    ) -> Vec<Outcome> {
        let ids: Vec<_> = jobs
            .iter()
            .filter_map(asked)
            .map(|(id, _)| id.clone())
            .collect();
        let receipts = match way {
            Ok((carrier, _)) => carrier.receipts(ids).await,
            Err(_) => HashMap::new(),
        };
        let now = self.store.now();
        let outcome = |job: &Job| match asked(job) {
            Some((id, at)) => learned(at, job.attempts, receipts.get(id), now),
            None => Outcome::Released,
        };
        jobs.iter().map(outcome).collect()
    }

    /// Ends messages whose process let its lease run out while it submitted them.
    pub async fn end_stranded(&self) -> Result<(), StoreError> {
        const WHY: &str = "the gateway stopped while submitting it; whether it was sent is unknown";
        // What this process has in flight is not stranded: the machine slept.
        let own = lock(&self.submitting).iter().copied().collect();
        let stranded = self.store.claim_stranded(own, LEASE).await?;
        let streams = self.streams.get().await;
        let ended = |job: &Job| {
            let outcome = Outcome::Ended(MessageStatus::SentFailed, Some(WHY.to_owned()));
            let notify = streams.notify(&job.stream, EventType::Status);
            Settlement::new(job, outcome).notify(notify)
        };
        let settlements = stranded.iter().map(ended);
        self.store.settle(settlements.collect()).await
    }
}

/// How far a batch came.
#[derive(Debug)]
pub enum CarriedOut {
    Whole,
    /// A message waits for its carrier, for this reason.
    Waits(String),
}

/// The message as it leaves: to the handset that the route sends everything to, if there is one.
fn redirected(message: &Message, route: Option<&Route>) -> Message {
    let mut message = message.clone();
    if let Some(handset) = route.and_then(|route| route.redirect_to.as_ref()) {
        message.handset = handset.to_string();
    }
    message
}

fn until(jobs: &[Job]) -> Timestamp {
    let ends = jobs.iter().map(|job| job.lease.until());
    ends.min().unwrap_or_default()
}

fn message(job: &Job) -> Option<&Message> {
    match &job.work {
        Work::Submit(message) => Some(message),
        Work::Deliver(_) | Work::Ask(..) | Work::Turn(_) => None,
    }
}

fn asked(job: &Job) -> Option<(&String, Timestamp)> {
    match &job.work {
        Work::Ask(id, at) => Some((id, *at)),
        Work::Deliver(_) | Work::Submit(_) | Work::Turn(_) => None,
    }
}
