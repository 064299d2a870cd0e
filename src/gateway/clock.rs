//! Whether the clock was set back while the gateway works. What is due stands in the journal as a
//! moment of that clock.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// How far the clock may go back unnoticed, as when it is kept in step with others.
const SLACK: Duration = Duration::from_secs(1);

/// The clock, watched.
#[derive(Debug)]
pub struct Clock {
    seen: Option<(Instant, Timestamp)>,
}

impl Clock {
    /// Not looked at yet.
    pub fn new() -> Self {
        Self { seen: None }
    }

    /// Whether it has to be reckoned with that it was set back since the last look: it is the first
    /// look, or less time has passed by the clock than in truth.
    pub fn was_set_back(&mut self, truth: Instant, now: Timestamp) -> bool {
        let last = self.seen.replace((truth, now));
        last.is_none_or(|(then, at)| {
            let passed = truth.duration_since(then);
            let expected = at.checked_add(passed.saturating_sub(SLACK));
            now < expected.unwrap_or(Timestamp::MAX)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clock_that_lags_was_set_back() {
        let (begin, second) = (Instant::now(), Duration::from_secs(1));
        let mut clock = Clock::new();
        let mut look = |truth: u32, now: i64| {
            clock.was_set_back(begin + second * truth, Timestamp::from_second(now).unwrap())
        };
        assert!(look(0, 1_000));
        assert!(!look(1, 1_001));
        assert!(!look(2, 1_001), "kept in step");
        assert!(!look(3, 900_000));
        assert!(look(4, 1_004));
        assert!(!look(5, 1_005));
        assert!(look(10, 1_005), "it stood still");
    }
}
