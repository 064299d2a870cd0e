//! When a worker looks for work: as soon as somebody has written, when something is due, and now and
//! then all the same, as claims of killed processes end silently.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::clock::Clock;
use crate::journal::{Journal, Reader};

/// How often it is asked whether another process has written.
const GLANCE: Duration = Duration::from_millis(50);

/// How often a worker looks although nobody wrote.
const LOOK: Duration = Duration::from_secs(2);

/// What the journal was when it was last looked into.
#[derive(Debug)]
pub struct Pulse {
    clock: Clock,
    seen: Option<i64>,
    due: Option<Timestamp>,
    last: Option<Instant>,
}

/// What is to be done at a moment.
#[derive(Debug)]
pub struct Beat {
    /// The moment.
    pub now: Timestamp,
    /// The clock was set back: what is due has to be rebased.
    pub set_back: bool,
    /// There may be work.
    pub look: bool,
}

impl Pulse {
    /// Before the first look.
    pub fn new() -> Self {
        Self {
            clock: Clock::new(),
            seen: None,
            due: None,
            last: None,
        }
    }

    /// Whether to look now.
    pub async fn beat(&mut self, journal: &Journal) -> Beat {
        let edition = journal.read(Reader::edition).await.ok();
        let (truth, now) = (Instant::now(), Timestamp::now());
        let set_back = self.clock.was_set_back(truth, now);
        let look = set_back
            || self.seen.is_none()
            || edition != self.seen
            || self.due.is_some_and(|due| due <= now)
            || self.last.is_none_or(|last| truth - last >= LOOK);
        if look {
            (self.seen, self.last) = (edition, Some(truth));
        }
        Beat {
            now,
            set_back,
            look,
        }
    }

    /// When the next thing is due that is not due yet.
    pub fn next_is(&mut self, due: Option<Timestamp>) {
        self.due = due;
    }

    /// Looks again at the next beat.
    pub fn hurry(&mut self) {
        self.seen = None;
    }

    /// Until the next beat.
    pub async fn pause() {
        tokio::time::sleep(GLANCE).await;
    }
}
