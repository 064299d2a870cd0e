//! What a receiver's answer means. Pure.

use std::time::Duration;

use crate::client::{Answer, Limits, Unanswered};

/// How long a receiver has to take the connection, and for its whole answer; how much of the
/// answer is read.
pub const LIMITS: Limits = Limits {
    connect: Duration::from_secs(5),
    total: Duration::from_secs(15),
    body: 64 << 10,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Taken,
    Failed {
        why: String,
        retry_after: Option<Duration>,
    },
    /// It wants no event any more.
    Gone,
    /// There is no request that could be made, now or later.
    Impossible(String),
}

/// Reads a receiver's answer: 2xx is success, 410 the end, everything else a failure.
///
/// Only 429 and 503 may ask for a pause.
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
