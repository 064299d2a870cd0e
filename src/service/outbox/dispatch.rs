//! One attempt of a delivery: the request, the receiver's answer, and what follows from it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use uuid::Uuid;

use super::verdict::{LIMITS, Verdict, verdict};
use crate::api::{Signing, WebhookBody, webhook_request};
use crate::client::{Answer, Client, Unanswered};
use crate::domain::{Event, RetryPolicy, StreamId, Webhook};
use crate::service::streams::CurrentStreams;
use crate::service::webhook_secret;
use crate::store::{Attempt, Job, Next, Outcome, Settlement, Store, StoreError, Work};

/// How long a claim holds: longer than any attempt takes.
pub const LEASE: Duration = Duration::from_secs(20);

pub const GONE: &str = "the webhook responded with 410 (Gone) and is turned off";

/// Why a delivery is tried again at once.
const MOVED: &str = "HTTP 410 from a URL that the webhook no longer has";

#[derive(Debug)]
pub struct Dispatcher {
    store: Arc<dyn Store>,
    streams: Arc<CurrentStreams>,
    client: Client,
    retry: RetryPolicy,
}

#[derive(Debug, Clone)]
pub struct Attempted {
    pub attempt: Attempt,
    pub next: Next,
    pub timed_out: bool,
    /// Whether the receiver wants no event any more.
    pub is_gone: bool,
}

impl Dispatcher {
    pub fn new(store: Arc<dyn Store>, streams: Arc<CurrentStreams>, retry: RetryPolicy) -> Self {
        Self {
            store,
            streams,
            client: Client::new(LIMITS),
            retry,
        }
    }

    #[cfg(test)]
    pub fn within(self, total: Duration) -> Self {
        let client = Client::new(crate::client::Limits { total, ..LIMITS });
        Self { client, ..self }
    }

    pub fn longest_pause(&self) -> Duration {
        self.retry.longest()
    }

    /// Whether a claim holds for long enough that an attempt can begin.
    pub fn may_begin(&self, job: &Job) -> bool {
        job.lease
            .until()
            .duration_since(self.store.now())
            .unsigned_abs()
            > LIMITS.total
            && job.lease.until() > self.store.now()
    }

    /// Claims a delivery, attempts it and keeps the outcome; `None` where it does not wait, or
    /// another one has its handset's turn.
    pub async fn attempt_now(&self, id: Uuid) -> Result<Option<Attempted>, StoreError> {
        let Some(job) = self.store.claim_delivery(id, LEASE).await? else {
            return Ok(None);
        };
        let (attempted, settlement) = self.attempt(&job).await;
        self.store.settle(vec![settlement]).await?;
        Ok(Some(attempted))
    }

    pub async fn attempt(&self, job: &Job) -> (Attempted, Settlement) {
        let (at, begun) = (self.store.now(), Instant::now());
        let webhook = self.webhook(&job.stream).await;
        let (answered, verdict) =
            if let (Some(webhook), Work::Deliver(event)) = (&webhook, &job.work) {
                self.call(&job.stream, event, webhook, at).await
            } else {
                let why = "the stream no longer has a webhook".to_owned();
                (None, Verdict::Impossible(why))
            };
        let timed_out = matches!(
            answered,
            Some(Err(
                Unanswered::TimedOut { .. } | Unanswered::NotConnected { .. }
            ))
        );
        let status = answered.and_then(|answered| Some(answered.ok()?.status));
        let gone = match webhook {
            Some(webhook) if verdict == Verdict::Gone => Some(webhook.url.to_string()),
            _ => None,
        };
        let is_moved = match &gone {
            Some(url) => self.is_moved(&job.stream, url).await,
            None => false,
        };
        let (next, error) = if is_moved {
            (Next::At(self.store.now()), Some(MOVED.to_owned()))
        } else {
            self.follows(&verdict, job.attempts + 1)
        };
        let attempt = Attempt {
            at,
            elapsed: i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX),
            status,
            error,
        };
        let gone = gone.filter(|_| !is_moved);
        let is_gone = gone.is_some();
        let outcome = Outcome::Attempted {
            attempt: attempt.clone(),
            next,
            gone,
        };
        let attempted = Attempted {
            attempt,
            next,
            timed_out,
            is_gone,
        };
        (attempted, Settlement::new(job, outcome))
    }

    /// Whether a stream has a webhook at another URL by now, which has not said that it wants nothing.
    async fn is_moved(&self, stream: &StreamId, url: &str) -> bool {
        let webhook = self.webhook(stream).await;
        webhook.is_some_and(|webhook| webhook.url.to_string() != url)
    }

    async fn webhook(&self, stream: &StreamId) -> Option<Webhook> {
        let streams = self.streams.get().await;
        streams.with_id(stream)?.webhook.clone()
    }

    /// What follows from a verdict after so many attempts, and why it was no success.
    fn follows(&self, verdict: &Verdict, attempts: usize) -> (Next, Option<String>) {
        match verdict {
            Verdict::Taken => (Next::Delivered, None),
            Verdict::Gone => (Next::Dead, Some(GONE.to_owned())),
            Verdict::Impossible(why) => (Next::Dead, Some(why.clone())),
            Verdict::Failed { why, retry_after } => {
                let pause = self.retry.pause(attempts, chance(), *retry_after);
                let next = pause.and_then(|pause| self.store.now().checked_add(pause).ok());
                (next.map_or(Next::Dead, Next::At), Some(why.clone()))
            }
        }
    }

    async fn call(
        &self,
        stream: &StreamId,
        event: &Event,
        webhook: &Webhook,
        at: Timestamp,
    ) -> (Option<Result<Answer, Unanswered>>, Verdict) {
        let secret = match webhook_secret(&*self.store, stream).await {
            Ok(secret) => secret,
            Err(error) => {
                let why = error.to_string();
                let retry_after = None;
                return (None, Verdict::Failed { why, retry_after });
            }
        };
        let id = event.id.to_string();
        let signing = Signing {
            id: &id,
            timestamp: at.as_second(),
            secret: Some(&secret),
        };
        match webhook_request(webhook, &WebhookBody::from(event), signing) {
            Ok(request) => {
                let answered = self.client.execute(&request).await;
                let verdict = verdict(&answered);
                (Some(answered), verdict)
            }
            Err(error) => (None, Verdict::Impossible(error.to_string())),
        }
    }
}

/// From 0 to 1. Where the system has no randomness to give, pauses do not vary.
fn chance() -> f64 {
    let mut byte = [128];
    let _ = getrandom::fill(&mut byte);
    f64::from(byte[0]) / 255.0
}
