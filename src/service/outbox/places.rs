//! How many deliveries of one stream are attempted at one time. Every stream has places of its own,
//! so that a receiver that hangs slows nobody else; one that times out has fewer.

use std::time::Duration;

use super::dispatch::Attempted;

/// Most attempts of one stream at one time.
const MOST: usize = 10;

/// An attempt that took less is fast: more deliveries are claimed at one time than are attempted.
const FAST: Duration = Duration::from_millis(50);

/// How many times as many deliveries are claimed as are attempted at one time, for fast receivers.
const AHEAD: usize = 32;

/// Most deliveries of one handset that are claimed at one time.
const DEPTH: usize = 64;

/// Whether a place can go on with the next deliveries at once.
pub fn is_fast(attempted: &Attempted) -> bool {
    attempted.attempt.error.is_none() && elapsed(attempted) < FAST
}

fn elapsed(attempted: &Attempted) -> Duration {
    Duration::from_millis(u64::try_from(attempted.attempt.elapsed).unwrap_or_default())
}

#[derive(Debug)]
pub struct Places {
    limit: usize,
    taken: usize,
    fast: bool,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            limit: MOST,
            taken: 0,
            fast: false,
        }
    }
}

impl Places {
    pub fn take(&mut self) -> bool {
        let free = self.taken < self.limit;
        self.taken += usize::from(free);
        free
    }

    pub fn give_back(&mut self) {
        self.taken = self.taken.saturating_sub(1);
    }

    pub fn taken(&self) -> usize {
        self.taken
    }

    /// Handsets, and deliveries of each.
    pub fn claim(&self) -> (usize, usize) {
        if self.fast {
            (self.limit * AHEAD, DEPTH)
        } else {
            (self.limit - self.taken.min(self.limit), 1)
        }
    }

    /// Whether more is claimed beside so many handsets' deliveries that wait: before they have run
    /// out, where the receiver is fast.
    pub fn wants(&self, waiting: usize) -> bool {
        waiting == 0 || self.fast && waiting < self.limit * AHEAD / 2
    }

    /// Whether the receiver answered fast when it was called last.
    pub fn is_fast(&self) -> bool {
        self.fast
    }

    /// Nothing has to be remembered of the receiver.
    pub fn is_fresh(&self) -> bool {
        self.limit == MOST && !self.fast
    }

    /// What an attempt tells of the receiver.
    pub fn learn(&mut self, attempted: &Attempted) {
        if attempted.timed_out {
            self.timed_out();
        } else {
            self.answered(elapsed(attempted));
        }
    }

    fn answered(&mut self, elapsed: Duration) {
        self.fast = elapsed < FAST;
        self.limit = (self.limit + 1).min(MOST);
    }

    fn timed_out(&mut self) {
        self.fast = false;
        self.limit = (self.limit / 2).max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_that_times_out_has_fewer_places_and_gets_them_back() {
        let mut places = Places::default();
        assert_eq!((0..100).filter(|_| places.take()).count(), MOST);
        for _ in 0..MOST / 2 {
            places.timed_out();
            places.give_back();
        }
        assert!(!places.take(), "what is in flight counts");
        while places.taken() > 0 {
            places.give_back();
        }
        assert!(places.take() && !places.take(), "one place is left");
        for _ in 0..MOST {
            places.answered(Duration::from_millis(1));
        }
        assert_eq!(1 + (0..100).filter(|_| places.take()).count(), MOST);
    }

    #[test]
    fn only_of_a_fast_receiver_more_is_claimed_than_is_attempted() {
        let mut places = Places::default();
        assert_eq!(places.claim(), (MOST, 1));
        places.answered(Duration::from_millis(1));
        assert_eq!(places.claim(), (MOST * AHEAD, DEPTH));
        places.answered(Duration::from_secs(1));
        places.take();
        assert_eq!(places.claim(), (MOST - 1, 1));
    }
}
