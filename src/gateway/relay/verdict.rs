//! What another API's answers mean for messages that were handed on. Pure.

use std::time::Duration;

use jiff::Timestamp;

use crate::api::{NoAnswer, SendReport, StatusReport};
use crate::client::Unanswered;
use crate::domain::MessageStatus;
use crate::journal::{Awaited, Outbound, Passage};

/// Turns after which a message that could not be sent fails.
const TURNS: usize = 6;

/// The longest pause between two questions for a status, for as long as most receipts take; after
/// that it is asked for rarely, as some take longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
const PATIENCE: Duration = Duration::from_secs(72 * 3_600);
pub const RARELY: Duration = Duration::from_secs(3_600);

/// Why there is no report on a batch, and the pause that was asked for.
#[derive(Debug, thiserror::Error)]
pub enum Missed {
    /// There was no answer.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    /// There was one, and it was no.
    #[error("{0}")]
    NoAnswer(NoAnswer, Option<Duration>),
}

/// What the answer to a batch means for one of its messages.
///
/// Only what certainly was not sent is sent again: where no connection came about, and where the API
/// says that it is busy (429, 503).
pub fn passage(
    one: &Outbound,
    answered: &Result<Vec<SendReport>, Missed>,
    now: Timestamp,
) -> Passage {
    let uuid = one.message.uuid.to_string();
    let failed = |why: String| Passage::Ended(MessageStatus::SentFailed, Some(why));
    let again = |asked: Option<Duration>, why: String| {
        if one.turns + 1 >= TURNS {
            return failed(why);
        }
        let pause = Duration::from_secs(1 << one.turns.min(8));
        let pause = asked.map_or(pause, |asked| asked.clamp(pause, LONGEST_PAUSE));
        Passage::Unsent(later(now, pause))
    };
    match answered {
        Ok(reports) => {
            let own = |report: &&SendReport| report.internal_id.as_ref() == Some(&uuid);
            match reports.iter().find(own).map(|report| &report.outcome) {
                Some(Ok(upstream)) => {
                    Passage::Taken(upstream.clone(), later(now, Duration::from_secs(1)))
                }
                Some(Err(why)) => Passage::Ended(MessageStatus::Rejected, Some(why.clone())),
                None => failed(
                    "the answer does not speak of it; whether it was sent is unknown".to_owned(),
                ),
            }
        }
        Err(missed) => match missed {
            Missed::Unanswered(error) if error.was_sent() => {
                failed(format!("{error}; whether it was sent is unknown"))
            }
            Missed::Unanswered(error) => again(None, error.to_string()),
            Missed::NoAnswer(error, asked) if error.is_busy() => again(*asked, error.to_string()),
            Missed::NoAnswer(error, _) if error.may_have_been_taken() => {
                failed(format!("{error}; whether it was sent is unknown"))
            }
            Missed::NoAnswer(error, _) => failed(error.to_string()),
        },
    }
}

/// What a report, or none, means for a message that was handed on.
pub fn learned(one: &Awaited, report: Option<&StatusReport>, now: Timestamp) -> Passage {
    let status = report.and_then(|report| report.status.parse::<MessageStatus>().ok());
    if let Some(status) = status.filter(|status| status.is_final()) {
        return Passage::Ended(status, report.and_then(|report| report.details.clone()));
    }
    let pause = if later(one.at, PATIENCE) < now {
        RARELY
    } else {
        Duration::from_secs(1 << one.turns.min(8)).min(LONGEST_PAUSE)
    };
    Passage::Open(later(now, pause))
}

/// A moment after another one.
pub fn later(at: Timestamp, pause: Duration) -> Timestamp {
    at.checked_add(pause).unwrap_or(Timestamp::MAX)
}
