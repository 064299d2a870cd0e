//! When the next part may leave: at a rate, and not while the SMSC throttles.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use super::lock;
use super::said::said;

/// How far parts may catch up with the rate after a pause. Timers are no more precise than 1 ms.
const CATCH_UP: Duration = Duration::from_millis(20);

/// The first and the longest pause after a throttled answer.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub struct Pace {
    interval: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// When the next part is due by the rate.
    next: Option<Instant>,
    throttled: Option<Throttled>,
}

#[derive(Debug, Clone, Copy)]
struct Throttled {
    status: u32,
    until: Instant,
    pause: Duration,
}

/// Nothing is sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub why: String,
    pub left: Duration,
}

impl Pace {
    pub fn new(parts_a_second: u16) -> Self {
        Self {
            interval: Duration::from_secs(1) / u32::from(parts_a_second.max(1)),
            state: Mutex::new(State {
                next: None,
                throttled: None,
            }),
        }
    }

    /// Takes the next place by the rate; `None` where it is after `until`.
    pub fn place(&self, now: Instant, until: Instant) -> Option<Instant> {
        let mut state = lock(&self.state);
        let earliest = now.checked_sub(CATCH_UP).unwrap_or(now);
        let place = state.next.map_or(now, |next| next.max(earliest));
        if place > until {
            return None;
        }
        state.next = Some(place + self.interval);
        Some(place)
    }

    /// The SMSC has too much to do. Whether that is news: parts that left before are still answered.
    pub fn throttled(&self, status: u32, now: Instant) -> bool {
        let mut state = lock(&self.state);
        let pause = match state.throttled {
            Some(before) if now < before.until => return false,
            Some(before) => (before.pause * 2).min(LONGEST),
            None => SHORTEST,
        };
        state.throttled = Some(Throttled {
            status,
            until: now + pause,
            pause,
        });
        true
    }

    /// A part was taken; whether that is the end of being throttled.
    pub fn taken(&self, now: Instant) -> bool {
        let mut state = lock(&self.state);
        let is_over = state.throttled.is_some_and(|it| it.until <= now);
        if is_over {
            state.throttled = None;
        }
        is_over
    }

    pub fn held(&self, now: Instant) -> Option<Held> {
        let throttled = lock(&self.state).throttled.filter(|it| now < it.until)?;
        Some(Held {
            why: said(throttled.status),
            left: throttled.until - now,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smpp::status::ESME_RTHROTTLED;

    fn after(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn parts_leave_at_their_rate() {
        let (pace, now) = (Pace::new(100), Instant::now());
        let far = now + after(60_000);
        let mut places = (0..100).map(|_| pace.place(now, far).unwrap() - now);
        assert!(places.all(|place| place < after(1_000)));
        assert_eq!(pace.place(now, far), Some(now + after(1_000)));
        assert_eq!(pace.place(now, now + after(1_009)), None);
        // A pause is not made up for, but for what a timer may have been late.
        let later = now + after(5_000);
        let places: Vec<_> = (0..4).map(|_| pace.place(later, far).unwrap()).collect();
        let expected = [4_980, 4_990, 5_000, 5_010].map(|millis| now + after(millis));
        assert_eq!(places, expected);
    }

    #[test]
    fn pauses_grow_until_a_part_is_taken_again() {
        let (pace, begin) = (Pace::new(100), Instant::now());
        let left = |at: u64| pace.held(begin + after(at)).map(|held| held.left);
        assert_eq!(left(0), None);
        assert!(pace.throttled(ESME_RTHROTTLED, begin));
        // What was on its way meanwhile changes nothing.
        assert!(!pace.throttled(ESME_RTHROTTLED, begin + after(10)));
        assert!(!pace.taken(begin + after(20)));
        assert_eq!((left(0), left(1_000)), (Some(after(1_000)), None));
        assert!(pace.throttled(ESME_RTHROTTLED, begin + after(1_010)));
        assert_eq!(left(1_010), Some(after(2_000)));
        assert!(pace.taken(begin + after(3_010)));
        assert!(pace.throttled(ESME_RTHROTTLED, begin + after(3_020)));
        assert_eq!(left(3_020), Some(after(1_000)));
        assert_eq!(
            pace.held(begin + after(3_020)).unwrap().why,
            "ESME_RTHROTTLED (0x00000058)"
        );
    }
}
