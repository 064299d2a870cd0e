//! When a worker looks for work: as soon as this process has queued a job, when something is due,
//! when another process has written, and now and then all the same, as the leases of killed
//! processes end silently.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::watch;

use crate::store::Store;

/// How often it is asked whether another process has written.
const POLL: Duration = Duration::from_millis(50);

/// The pause between two looks, so that they cost little however often somebody writes.
const SHORTEST: Duration = Duration::from_millis(2);

/// As [`SHORTEST`], while there is enough to do.
const BUSY: Duration = Duration::from_millis(8);

/// How far the clock may go back unnoticed, as when it is kept in step with others.
const SLACK: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub struct Wake {
    queued: watch::Receiver<u64>,
    edition: Option<u64>,
    due: Option<Timestamp>,
    looked: Option<Instant>,
    clock: SetBack,
    set_back: bool,
    hurried: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    pub look: bool,
    /// The clock was set back: what is due has to be rebased. This is told until it was done.
    pub set_back: bool,
}

impl Wake {
    pub fn new(store: &dyn Store) -> Self {
        Self {
            queued: store.queued(),
            edition: None,
            due: None,
            looked: None,
            clock: SetBack::default(),
            set_back: false,
            hurried: true,
        }
    }

    pub async fn look(&mut self, store: &dyn Store) -> Look {
        let (truth, now) = (Instant::now(), store.now());
        let newly = self.clock.was_set_back(truth, now);
        self.set_back |= newly;
        let edition = store.edition_lately().await.ok();
        let queued = self.queued.has_changed().unwrap_or(false);
        let look = newly
            || self.hurried
            || queued
            || edition != self.edition
            || self.due.is_some_and(|due| due <= now)
            || self.looked.is_none_or(|at| truth - at >= store.patience());
        if look {
            self.queued.mark_unchanged();
            (self.edition, self.looked, self.hurried) = (edition, Some(truth), false);
            // Where it cannot be learned what is due next, it is looked again after a while.
            self.due = None;
        }
        Look {
            look,
            set_back: look && self.set_back,
        }
    }

    /// What is due was rebased.
    pub fn is_rebased(&mut self) {
        self.set_back = false;
    }

    pub fn next_is(&mut self, due: Option<Timestamp>) {
        self.due = due;
    }

    pub fn hurry(&mut self) {
        self.hurried = true;
    }

    /// Until it may be time to look again; later where there is enough to do meanwhile.
    pub async fn wait(&mut self, now: Timestamp, busy: bool) {
        let pause = if busy { BUSY } else { SHORTEST };
        let since = self.looked.map_or(pause, |at| at.elapsed());
        tokio::time::sleep(pause.saturating_sub(since)).await;
        if self.hurried {
            return;
        }
        let due = self.due.map(|due| due.duration_since(now).unsigned_abs());
        let pause = due.map_or(POLL, |due| due.min(POLL));
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = self.queued.changed() => self.hurried = true,
        }
    }
}

/// Whether the clock was set back while a worker works. What is due stands in the store as a moment
/// of that clock.
#[derive(Debug, Default)]
struct SetBack {
    seen: Option<(Instant, Timestamp)>,
}

impl SetBack {
    /// Whether it has to be reckoned with that it was set back since the last look: it is the first
    /// look, or less time has passed by the clock than in truth.
    fn was_set_back(&mut self, truth: Instant, now: Timestamp) -> bool {
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
    use crate::service::testing::{TestHome, demo};

    #[tokio::test]
    async fn a_look_that_came_to_nothing_is_not_repeated_at_once() {
        let home = TestHome::with([demo(0)]).await;
        let mut wake = Wake::new(&*home.store);
        assert!(wake.look(&*home.store).await.look);
        wake.next_is(Some(home.clock.now()));
        assert!(wake.look(&*home.store).await.look, "it is due");
        // Nobody could say what is due next.
        assert!(!wake.look(&*home.store).await.look);
    }

    #[tokio::test]
    async fn a_clock_that_was_set_back_is_told_of_until_it_was_reckoned_with() {
        let home = TestHome::with([demo(0)]).await;
        let mut wake = Wake::new(&*home.store);
        assert!(wake.look(&*home.store).await.set_back);
        wake.hurry();
        assert!(wake.look(&*home.store).await.set_back);
        wake.is_rebased();
        wake.hurry();
        assert!(!wake.look(&*home.store).await.set_back);
    }
}
