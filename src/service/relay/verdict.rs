//! What a carrier's words mean for the jobs of its messages. Pure.

use std::time::Duration;

use jiff::Timestamp;

use crate::carrier::{Receipt, Submitted};
use crate::domain::{Message, MessageStatus, Span};
use crate::store::Outcome;

/// The longest pause before a carrier that is away or throttles is tried again, unless it asks for
/// more.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The longest pause that a carrier may ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(600);

/// The longest pause between two questions for a status, for as long as most receipts take; after
/// that it is asked for rarely, as some take longer.
const LONGEST_QUESTION: Duration = Duration::from_secs(300);
const COMMON: Duration = Duration::from_secs(72 * 3_600);
pub const RARELY: Duration = Duration::from_secs(3_600);

/// How the details of a message begin that was certainly not sent.
pub const WAITING: &str = "waiting for the carrier: ";

/// What became of a message that was submitted. Only what certainly was not sent is sent again,
/// until it has waited for as long as `expire`; the status of one that was taken is asked for after
/// `asked_after`.
pub fn submitted(
    message: &Message,
    attempts: usize,
    said: &Submitted,
    now: Timestamp,
    (expire, asked_after): (Duration, Duration),
) -> Outcome {
    match said {
        Submitted::Taken(id) => Outcome::Submitted {
            upstream: id.clone(),
            ask_at: later(now, asked_after),
        },
        Submitted::Rejected(why) => Outcome::Ended(MessageStatus::Rejected, Some(why.clone())),
        Submitted::Failed(why) | Submitted::Unknown(why) => {
            Outcome::Ended(MessageStatus::SentFailed, Some(why.clone()))
        }
        Submitted::NotNow { why, retry_after } => {
            let end = later(message.at, expire);
            if now >= end {
                return expired(expire, Some(why));
            }
            let pause = Duration::from_secs(1 << attempts.min(10)).min(LONGEST_PAUSE);
            let pause = retry_after.map_or(pause, |asked| asked.clamp(pause, LONGEST_ASKED));
            Outcome::Unsent {
                at: later(now, pause).min(end),
                details: format!("{WAITING}{why}"),
            }
        }
    }
}

/// A message that waited too long. `why` may be what was said of it meanwhile.
pub fn expired(expire: Duration, why: Option<&str>) -> Outcome {
    let why = why.map(|why| format!(": {}", reason(why)));
    let why = why.unwrap_or_default();
    let details = format!("not sent within {}{why}", Span::from(expire));
    Outcome::Ended(MessageStatus::SentFailed, Some(details))
}

/// Why a message waits, out of what is said of it meanwhile.
pub fn reason(details: &str) -> &str {
    details.strip_prefix(WAITING).unwrap_or(details)
}

/// What a receipt, or none, means for a message that was submitted.
pub fn learned(
    accepted_at: Timestamp,
    attempts: usize,
    receipt: Option<&Receipt>,
    now: Timestamp,
) -> Outcome {
    if let Some(Receipt { status, details }) = receipt.filter(|one| one.status.is_final()) {
        return Outcome::Ended(*status, details.clone());
    }
    let pause = if later(accepted_at, COMMON) < now {
        RARELY
    } else {
        Duration::from_secs(1 << attempts.min(10)).min(LONGEST_QUESTION)
    };
    Outcome::Open(later(now, pause))
}

pub fn later(at: Timestamp, pause: Duration) -> Timestamp {
    at.checked_add(pause).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_waited_too_long_says_for_how_long_and_why() {
        let details = |expire, why| {
            let Outcome::Ended(MessageStatus::SentFailed, details) = expired(expire, why) else {
                return None;
            };
            details
        };
        let (short, long) = (Duration::from_secs(2), Duration::from_secs(36 * 3_600));
        assert_eq!(
            details(short, Some("waiting for the carrier: HTTP 429")),
            Some("not sent within 2s: HTTP 429".to_owned())
        );
        assert_eq!(
            details(long, Some("HTTP 429")),
            Some("not sent within 36h: HTTP 429".to_owned())
        );
        assert_eq!(details(long, None), Some("not sent within 36h".to_owned()));
    }
}
