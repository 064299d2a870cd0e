//! Webhook deliveries: one attempt, what the receiver's answer means, and what follows from it.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use uuid::Uuid;

use super::served::Streams;
use crate::api::{IncomingMessage, Seal, webhook_request};
use crate::client::{Answer, Client, Limits, Unanswered};
use crate::domain::{Retry, Webhook};
use crate::error::Failure;
use crate::journal::{Attempt, Claimed, Journal, Next, SWITCHED_OFF};
use crate::state::Home;

/// How long a receiver has to take the connection, and for its whole answer; how much of the
/// answer is read.
pub const LIMITS: Limits = Limits {
    connect: Duration::from_secs(5),
    total: Duration::from_secs(15),
    body: 64 << 10,
};

/// How long a claim holds: longer than any attempt takes.
pub(super) const CLAIM: Duration = Duration::from_secs(20);

/// What a receiver's answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It took the message.
    Taken,
    /// It did not.
    Failed {
        /// What happened.
        why: String,
        /// The pause that it asked for.
        retry_after: Option<Duration>,
    },
    /// It wants no message any more.
    Gone,
    /// There is no request that could be made, now or later.
    Impossible(String),
}

/// Reads a receiver's answer: 2xx is success, 410 the end, everything else a failure.
///
/// Only 429 and 503 may ask for a pause.
#[must_use]
pub fn verdict(answered: &Result<Answer, Unanswered>) -> Verdict {
    let (why, retry_after) = match answered {
        Err(unanswered) => (unanswered.to_string(), None),
        Ok(answer) => match answer.status {
            200..=299 => return Verdict::Taken,
            410 => return Verdict::Gone,
            status @ (429 | 503) => (format!("HTTP {status}"), answer.retry_after),
            status @ 300..=399 => (format!("HTTP {status}: redirects are not followed"), None),
            status => (format!("HTTP {status}"), None),
        },
    };
    Verdict::Failed { why, retry_after }
}

/// Makes attempts, and keeps what became of them.
#[derive(Debug)]
pub struct Courier {
    home: Home,
    journal: Journal,
    client: Client,
    retry: Retry,
}

/// How an attempt went.
#[derive(Debug, Clone)]
pub struct Attempted {
    /// The attempt.
    pub attempt: Attempt,
    /// What follows.
    pub next: Next,
}

impl Courier {
    /// For a home and its journal, with a schedule.
    #[must_use]
    pub fn new(home: Home, journal: Journal, retry: Retry) -> Self {
        Self {
            home,
            journal,
            client: Client::new(LIMITS),
            retry,
        }
    }

    /// The longest pause between two attempts.
    pub(super) fn longest_pause(&self) -> Duration {
        self.retry.longest()
    }

    /// Claims a delivery and attempts it; `None` where it does not wait, or another one has the
    /// handset's turn.
    ///
    /// # Errors
    /// As [`Courier::attempt`], and when it cannot be claimed.
    pub async fn attempt_now(
        &self,
        id: Uuid,
        streams: &Streams,
    ) -> Result<Option<Attempted>, Failure> {
        let now = Timestamp::now();
        let until = now.checked_add(CLAIM).unwrap_or(now);
        let claimed = self
            .journal
            .write(move |writer| writer.claim_one(id, now, until))
            .await?;
        match claimed {
            Some(claimed) => self.attempt(claimed, streams).await.map(Some),
            None => Ok(None),
        }
    }

    /// Attempts a delivery and keeps the outcome.
    ///
    /// # Errors
    /// When the outcome cannot be kept: the delivery is attempted again when its claim is over.
    pub async fn attempt(&self, claimed: Claimed, streams: &Streams) -> Result<Attempted, Failure> {
        let at = Timestamp::now();
        let begun = Instant::now();
        let webhook = streams
            .with_id(&claimed.delivery.stream)
            .and_then(|stream| stream.webhook.clone());
        let (status, verdict) = match &webhook {
            None => (None, None),
            Some(webhook) => {
                let answered = self.call(&claimed, webhook, at).await;
                match answered {
                    Ok(answered) => {
                        let status = answered.as_ref().ok().map(|answer| answer.status);
                        (status, Some(verdict(&answered)))
                    }
                    Err(verdict) => (None, Some(verdict)),
                }
            }
        };
        let (next, error) = match &verdict {
            None => (
                Next::Dead,
                Some("the stream has no webhook any more".to_owned()),
            ),
            Some(Verdict::Taken) => (Next::Delivered, None),
            Some(Verdict::Gone) => (Next::Dead, Some(SWITCHED_OFF.to_owned())),
            Some(Verdict::Impossible(why)) => (Next::Dead, Some(why.clone())),
            Some(Verdict::Failed { why, retry_after }) => {
                let attempts = claimed.delivery.attempts + 1;
                let pause = self.retry.pause(attempts, chance(), *retry_after);
                let next = pause.and_then(|pause| Timestamp::now().checked_add(pause).ok());
                (next.map_or(Next::Dead, Next::At), Some(why.clone()))
            }
        };
        let attempt = Attempt {
            at,
            elapsed: i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX),
            status,
            error,
        };
        let kept = attempt.clone();
        let gone = webhook
            .filter(|_| verdict == Some(Verdict::Gone))
            .map(|webhook| webhook.url.to_string());
        self.journal
            .write(move |writer| {
                writer.attempted(&claimed, &kept, next)?;
                if let Some(url) = &gone {
                    let stream = &claimed.delivery.stream;
                    writer.switch_off(stream, url, SWITCHED_OFF, kept.at)?;
                }
                Ok(())
            })
            .await?;
        Ok(Attempted { attempt, next })
    }

    /// The receiver's answer; or what follows as it could not be asked.
    async fn call(
        &self,
        claimed: &Claimed,
        webhook: &Webhook,
        at: Timestamp,
    ) -> Result<Result<Answer, Unanswered>, Verdict> {
        let later = |why: String| Verdict::Failed {
            why,
            retry_after: None,
        };
        let secret = self.home.webhook_secret(&claimed.delivery.stream);
        let secret = secret.map_err(|error| later(format!("{error:#}")))?;
        let secret =
            secret.ok_or_else(|| later("the stream's webhook secret is not kept".to_owned()))?;
        let id = claimed.delivery.id.to_string();
        let seal = Seal {
            id: &id,
            timestamp: at.as_second(),
            secret: Some(&secret),
        };
        let message = IncomingMessage::from(&claimed.message);
        let request = webhook_request(webhook, &message, seal)
            .map_err(|error| Verdict::Impossible(error.to_string()))?;
        Ok(self.client.execute(&request).await)
    }
}

/// From 0 to 1. Where the system has no randomness to give, pauses do not vary.
fn chance() -> f64 {
    let mut byte = [128];
    let _ = getrandom::fill(&mut byte);
    f64::from(byte[0]) / 255.0
}
