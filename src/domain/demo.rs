//! The simulated outcome of a message of a demo stream: a pure function of number, clock and delay.
//! Nothing is scheduled, so that nothing is lost when a process ends.

use std::time::Duration;

use jiff::Timestamp;

use super::message::MessageStatus;
use super::phone::Phone;

const SLOW_FACTOR: u32 = 10;

/// An outgoing message is *sent* until `final_at`, then has its `outcome`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Course {
    /// `None` where it was not submitted, or not yet.
    pub sent_at: Option<Timestamp>,
    /// When the status became or becomes final; `None` where that is not known.
    pub final_at: Option<Timestamp>,
    pub outcome: MessageStatus,
}

impl Course {
    /// What there is to tell when a message is kept: its first status and when it has it, and when its
    /// status changes after that. By its course alone: a write that comes late must not pass over a
    /// status.
    pub fn told(&self) -> (Option<(MessageStatus, Timestamp)>, Option<Timestamp>) {
        let turns = self
            .final_at
            .filter(|end| self.sent_at.is_some_and(|at| at < *end));
        let first = match (self.final_at, turns) {
            (Some(at), None) => Some((self.outcome, at)),
            _ => self.sent_at.map(|at| (MessageStatus::Sent, at)),
        };
        (first, turns)
    }

    /// Simulates a message: the last two digits of a fictional number choose the outcome. The
    /// choice is ours.
    pub fn of(recipient: &Phone, accepted_at: Timestamp, delay: Duration) -> Self {
        use MessageStatus::{Delivered, NoRoutes, Rejected, SentFailed, Undelivered};
        let after = |delay: Duration, outcome| Self {
            sent_at: Some(accepted_at),
            final_at: Some(accepted_at.checked_add(delay).unwrap_or(Timestamp::MAX)),
            outcome,
        };
        match recipient.fictional() {
            Some(1) => after(delay, Undelivered),
            Some(2) => Self::ended(accepted_at, SentFailed),
            Some(3) => Self::ended(accepted_at, NoRoutes),
            Some(4) => Self::ended(accepted_at, Rejected),
            Some(5) => Self {
                final_at: None,
                outcome: MessageStatus::Sent,
                ..after(delay, Delivered)
            },
            Some(6) => after(delay.saturating_mul(SLOW_FACTOR), Delivered),
            _ => after(delay, Delivered),
        }
    }

    pub fn ended(at: Timestamp, outcome: MessageStatus) -> Self {
        Self {
            sent_at: None,
            final_at: Some(at),
            outcome,
        }
    }

    pub fn waiting() -> Self {
        Self {
            sent_at: None,
            final_at: None,
            outcome: MessageStatus::Sent,
        }
    }

    pub fn status_at(&self, now: Timestamp) -> MessageStatus {
        match self.final_at {
            Some(end) if end <= now => self.outcome,
            _ => MessageStatus::Sent,
        }
    }

    pub fn delivered_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.final_at
            .filter(|_| self.status_at(now) == MessageStatus::Delivered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DELAY: Duration = Duration::from_secs(1);

    fn after(number: &str, milliseconds: i64) -> MessageStatus {
        let course = Course::of(&number.parse().unwrap(), Timestamp::UNIX_EPOCH, DELAY);
        course.status_at(Timestamp::from_millisecond(milliseconds).unwrap())
    }

    #[test]
    fn fictional_numbers_choose_how_a_message_comes_out() {
        use MessageStatus::{Delivered, NoRoutes, Rejected, Sent, SentFailed, Undelivered};
        for (number, at_once, later, much_later) in [
            ("12025550100", Sent, Delivered, Delivered),
            ("12025550101", Sent, Undelivered, Undelivered),
            ("12025550102", SentFailed, SentFailed, SentFailed),
            ("12025550103", NoRoutes, NoRoutes, NoRoutes),
            ("12025550104", Rejected, Rejected, Rejected),
            ("12025550105", Sent, Sent, Sent),
            ("12025550106", Sent, Sent, Delivered),
            ("12025550199", Sent, Delivered, Delivered),
            ("12025550201", Sent, Delivered, Delivered),
        ] {
            let statuses = [0, 1_000, 10_000].map(|at| after(number, at));
            assert_eq!(statuses, [at_once, later, much_later], "{number}");
        }
    }

    proptest! {
        #[test]
        fn statuses_only_move_forward(
            ending in 0_u8..100,
            accepted in 0_i64..4_000_000_000_000,
            delay in 0_u64..2_600_000_000,
            mut times in proptest::collection::vec(0_i64..8_000_000_000_000, 1..20),
        ) {
            let phone: Phone = format!("120255501{ending:02}").parse().unwrap();
            let accepted = Timestamp::from_millisecond(accepted).unwrap();
            let course = Course::of(&phone, accepted, Duration::from_millis(delay));
            times.sort_unstable();
            let mut last: Option<MessageStatus> = None;
            for at in times {
                let now = course.status_at(Timestamp::from_millisecond(at).unwrap());
                if let Some(last) = last {
                    prop_assert!(now == last || !last.is_final(), "{} after {}", now, last);
                }
                last = Some(now);
            }
        }
    }
}
