//! What a connection is doing at the moment, and since when. Its own task writes this down, whoever
//! ends connections reads it: no timer is set for a request that is answered at once.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// How long a connection may be without progress.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Without a whole head of a request, also between two requests.
    pub(super) idle: Duration,
    /// With an answer that the client does not take.
    pub(super) blocked: Duration,
    /// With a body that does not go on; a body as a whole has its own limit.
    pub(super) body: Duration,
}

impl Limits {
    /// While the gateway serves.
    pub(super) const SERVING: Self = Self {
        idle: Duration::from_secs(8),
        blocked: Duration::from_secs(10),
        body: Duration::MAX,
    };

    /// After the gateway was asked to stop.
    pub(super) const STOPPING: Self = Self {
        idle: Duration::from_millis(200),
        blocked: Duration::from_millis(500),
        body: Duration::from_secs(1),
    };
}

/// Moments are microseconds after the connection began, at least 1; 0 is never.
#[derive(Debug)]
pub(super) struct Activity {
    begun: Instant,
    idle: AtomicU64,
    blocked: AtomicU64,
    body: AtomicU64,
    conflict: AtomicBool,
}

impl Activity {
    /// A connection that was just taken waits for a request.
    pub(super) fn new() -> Self {
        Self {
            begun: Instant::now(),
            idle: AtomicU64::new(1),
            blocked: AtomicU64::new(0),
            body: AtomicU64::new(0),
            conflict: AtomicBool::new(false),
        }
    }

    /// The head of a request has arrived.
    pub(super) fn request_begins(&self) {
        self.idle.store(0, Relaxed);
    }

    /// There is an answer, and the next request is waited for.
    pub(super) fn is_idle(&self) {
        self.idle.store(self.now(), Relaxed);
    }

    /// The client does not take what is written.
    pub(super) fn write_blocks(&self) {
        self.blocked.store(self.now(), Relaxed);
    }

    /// The client has taken some of it. What it waits for begins anew, as long as this goes on.
    pub(super) fn write_goes_on(&self) {
        if self.idle.load(Relaxed) != 0 {
            self.is_idle();
        }
        self.blocked.store(0, Relaxed);
    }

    /// Something was read; `inside_body` says that more of a body is to come.
    pub(super) fn has_read(&self, inside_body: bool, conflict: bool) {
        let body = if inside_body { self.now() } else { 0 };
        self.body.store(body, Relaxed);
        if conflict {
            self.conflict.store(true, Relaxed);
        }
    }

    /// Whether a part of a body has not been read.
    pub(super) fn is_inside_body(&self) -> bool {
        self.body.load(Relaxed) != 0
    }

    /// Whether a request had two lengths that may contradict each other.
    pub(super) fn conflict(&self) -> bool {
        self.conflict.load(Relaxed)
    }

    /// Whether it has been without progress for too long.
    pub(super) fn is_overdue(&self, limits: &Limits) -> bool {
        let (idle, blocked, body) = (
            self.idle.load(Relaxed),
            self.blocked.load(Relaxed),
            self.body.load(Relaxed),
        );
        if blocked != 0 {
            self.since(blocked) >= limits.blocked
        } else if idle != 0 {
            self.since(idle) >= limits.idle
        } else {
            body != 0 && self.since(body) >= limits.body
        }
    }

    /// How long it has waited for a request with nothing left to write, if so.
    pub(super) fn idle_for(&self) -> Option<Duration> {
        let (idle, blocked) = (self.idle.load(Relaxed), self.blocked.load(Relaxed));
        (idle != 0 && blocked == 0).then(|| self.since(idle))
    }

    /// How long the client has taken nothing of what is written, if so.
    pub(super) fn blocked_for(&self) -> Option<Duration> {
        let blocked = self.blocked.load(Relaxed);
        (blocked != 0).then(|| self.since(blocked))
    }

    fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_micros())
            .unwrap_or(u64::MAX)
            .max(1)
    }

    fn since(&self, moment: u64) -> Duration {
        Duration::from_micros(self.now().saturating_sub(moment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Limits = Limits {
        idle: Duration::ZERO,
        blocked: Duration::MAX,
        body: Duration::MAX,
    };

    #[test]
    fn a_connection_is_idle_but_for_its_requests() {
        let activity = Activity::new();
        assert!(activity.is_overdue(&NONE) && activity.idle_for().is_some());
        activity.request_begins();
        assert!(!activity.is_overdue(&NONE) && activity.idle_for().is_none());
        activity.is_idle();
        assert!(activity.is_overdue(&NONE) && activity.idle_for().is_some());
    }

    #[test]
    fn an_answer_that_is_not_taken_counts_by_itself() {
        let activity = Activity::new();
        activity.write_blocks();
        assert!(activity.blocked_for().is_some() && activity.idle_for().is_none());
        assert!(!activity.is_overdue(&NONE));
        let at_once = Limits {
            idle: Duration::MAX,
            blocked: Duration::ZERO,
            ..NONE
        };
        assert!(activity.is_overdue(&at_once));
        activity.write_goes_on();
        assert!(!activity.is_overdue(&at_once) && activity.blocked_for().is_none());
    }

    #[test]
    fn a_body_counts_only_in_its_request_and_until_it_is_whole() {
        let activity = Activity::new();
        let at_once = Limits {
            idle: Duration::MAX,
            body: Duration::ZERO,
            ..NONE
        };
        activity.has_read(true, false);
        assert!(!activity.is_overdue(&at_once));
        activity.request_begins();
        assert!(activity.is_overdue(&at_once));
        activity.has_read(false, false);
        assert!(!activity.is_overdue(&at_once) && !activity.conflict());
        activity.has_read(false, true);
        assert!(activity.conflict());
    }
}
