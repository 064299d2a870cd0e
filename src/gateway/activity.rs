//! What a connection is doing at the moment, and since when. Its own task writes this down, whoever
//! ends connections reads it: no timer is set for a request that is answered at once.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use super::framing::Framing;

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
    pub(super) const SERVING: Self = Self {
        idle: Duration::from_secs(8),
        blocked: Duration::from_secs(10),
        body: Duration::MAX,
    };

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
    /// Requests that were begun, and heads that were read: more where requests were written ahead.
    requests: AtomicU64,
    heads: AtomicU64,
    /// The first request with two lengths, counted from 1.
    conflict: AtomicU64,
}

impl Activity {
    /// A connection that was just taken waits for a request.
    pub(super) fn new() -> Self {
        Self {
            begun: Instant::now(),
            idle: AtomicU64::new(1),
            blocked: AtomicU64::new(0),
            body: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            heads: AtomicU64::new(0),
            conflict: AtomicU64::new(0),
        }
    }

    /// The next request is served. Whether it has two lengths that may contradict each other, or
    /// comes behind one that has.
    pub(super) fn request_begins(&self) -> bool {
        self.idle.store(0, Relaxed);
        let request = self.requests.load(Relaxed) + 1;
        self.requests.store(request, Relaxed);
        let conflict = self.conflict.load(Relaxed);
        conflict != 0 && conflict <= request
    }

    /// It is bound, and keeps time by itself from here on.
    pub(super) fn session_begins(&self) {
        self.idle.store(0, Relaxed);
    }

    pub(super) fn idle_begins(&self) {
        self.idle.store(self.now(), Relaxed);
    }

    pub(super) fn write_blocks(&self) {
        self.blocked.store(self.now(), Relaxed);
    }

    /// The client has taken some of it. What it waits for begins anew, as long as this goes on.
    pub(super) fn write_goes_on(&self) {
        if self.idle.load(Relaxed) != 0 {
            self.idle_begins();
        }
        self.blocked.store(0, Relaxed);
    }

    pub(super) fn has_read(&self, framing: &Framing) {
        let body = if framing.inside_body() { self.now() } else { 0 };
        self.body.store(body, Relaxed);
        self.heads.store(framing.heads(), Relaxed);
        if let Some(request) = framing.conflict() {
            self.conflict.store(request, Relaxed);
        }
    }

    /// Since when the body of the request that is served has not gone on; 0 when it is whole.
    fn body_since(&self) -> u64 {
        // What was written ahead stands behind a whole body.
        if self.requests.load(Relaxed) == self.heads.load(Relaxed) {
            self.body.load(Relaxed)
        } else {
            0
        }
    }

    pub(super) fn is_inside_body(&self) -> bool {
        self.body_since() != 0
    }

    pub(super) fn is_overdue(&self, limits: &Limits) -> bool {
        let (idle, blocked, body) = (
            self.idle.load(Relaxed),
            self.blocked.load(Relaxed),
            self.body_since(),
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
        activity.idle_begins();
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
        let (activity, mut framing) = (Activity::new(), Framing::default());
        let at_once = Limits {
            idle: Duration::MAX,
            body: Duration::ZERO,
            ..NONE
        };
        framing.feed(b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n");
        activity.has_read(&framing);
        assert!(!activity.is_overdue(&at_once));
        assert!(!activity.request_begins());
        assert!(activity.is_overdue(&at_once) && activity.is_inside_body());
        // It is whole, although the one behind it is not.
        framing.feed(b"abPOST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n");
        activity.has_read(&framing);
        assert!(!activity.is_overdue(&at_once) && !activity.is_inside_body());
        activity.idle_begins();
        assert!(!activity.request_begins());
        assert!(activity.is_overdue(&at_once) && activity.is_inside_body());
    }

    #[test]
    fn two_lengths_spoil_their_request_and_what_follows() {
        let (activity, mut framing) = (Activity::new(), Framing::default());
        framing.feed(
            b"GET / HTTP/1.1\r\n\r\n\
            POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        );
        activity.has_read(&framing);
        let spoiled = [(); 3].map(|()| activity.request_begins());
        assert_eq!(spoiled, [false, true, true]);
    }
}
