//! The open connections: how many there may be, which of them has to go, and their end.
//!
//! Each connection is a task, and a list of them says what each is doing. Where places run out, the
//! list is searched for the one that has waited longest for a request: that costs only when it is
//! needed, while a request costs two stores.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio::task::AbortHandle;

use super::activity::{Activity, Limits};
use super::linger;

/// How often connections without progress are looked for.
const SWEEP_INTERVAL: Duration = Duration::from_millis(250);

/// As [`SWEEP_INTERVAL`], after the gateway was asked to stop.
const STOPPING_SWEEP_INTERVAL: Duration = Duration::from_millis(50);

/// Longest wait for a place before it is looked again. A connection is not ended for want of places
/// before it has had this long for a request.
const ROOM_WAIT: Duration = Duration::from_millis(10);

/// A client that has taken nothing of its answer for this long has to go when places run out.
const BLOCKED_LIMIT: Duration = Duration::from_secs(1);

/// Of this many places, one is made free at a time.
const PLACES_PER_BATCH: usize = 128;

#[derive(Debug)]
pub(super) struct Connections {
    most: usize,
    limits: Limits,
    open: Mutex<Open>,
    ended: Notify,
    stopping: AtomicBool,
    pub(super) lingering: Semaphore,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    tasks: HashMap<u64, Task>,
}

#[derive(Debug)]
struct Task {
    activity: Arc<Activity>,
    /// `None` when it was told to end.
    handle: Option<AbortHandle>,
}

impl Task {
    fn end(&mut self) {
        if let Some(handle) = self.handle.take() {
            handle.abort();
        }
    }
}

/// A place among the connections, free again when this is dropped.
#[derive(Debug)]
struct Place {
    id: u64,
    connections: Arc<Connections>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.lock().tasks.remove(&self.id);
        self.connections.ended.notify_waiters();
    }
}

impl Connections {
    pub(super) fn new(most: usize, limits: Limits) -> Self {
        Self {
            most,
            limits,
            open: Mutex::default(),
            ended: Notify::new(),
            stopping: AtomicBool::new(false),
            lingering: Semaphore::new(linger::MAX_LINGERING),
        }
    }

    pub(super) fn spawn(
        self: &Arc<Self>,
        activity: Arc<Activity>,
        connection: impl Future<Output = ()> + Send + 'static,
    ) {
        // Under the lock, so that its end finds it in the list.
        let mut open = self.lock();
        let id = open.next;
        open.next += 1;
        let place = Place {
            id,
            connections: Arc::clone(self),
        };
        let task = tokio::spawn(async move {
            let _place = place;
            connection.await;
        });
        let handle = Some(task.abort_handle());
        open.tasks.insert(id, Task { activity, handle });
    }

    pub(super) fn is_full(&self) -> bool {
        self.lock().tasks.len() >= self.most
    }

    /// Whether each answer is the last one of its connection.
    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Ends the connection that has waited longest for a request, or else one whose client takes
    /// nothing, and waits a moment until some connection is gone. Among many, the list is searched
    /// once for a batch of them.
    pub(super) async fn make_room(&self) {
        let ended = self.ended.notified();
        self.end_oldest();
        let _ = tokio::time::timeout(ROOM_WAIT, ended).await;
    }

    fn end_oldest(&self) {
        let mut open = self.lock();
        let candidates = |wait: &dyn Fn(&Activity) -> Option<Duration>| -> Vec<_> {
            let running = open.tasks.iter().filter(|(_, task)| task.handle.is_some());
            running
                .filter_map(|(id, task)| Some((wait(&task.activity)?, *id)))
                .collect()
        };
        let mut found =
            candidates(&|activity| activity.idle_for().filter(|time| *time >= ROOM_WAIT));
        if found.is_empty() {
            found = candidates(&|activity| {
                activity.blocked_for().filter(|time| *time >= BLOCKED_LIMIT)
            });
        }
        let n = (self.most / PLACES_PER_BATCH).max(1);
        if found.len() > n {
            found.select_nth_unstable_by(n, |a, b| b.cmp(a));
            found.truncate(n);
        }
        for (_, id) in found {
            if let Some(task) = open.tasks.get_mut(&id) {
                task.end();
            }
        }
    }

    pub(super) async fn sweep(&self) {
        loop {
            tokio::time::sleep(SWEEP_INTERVAL).await;
            self.end_overdue(&self.limits);
        }
    }

    fn end_overdue(&self, limits: &Limits) {
        for task in self.lock().tasks.values_mut() {
            if task.activity.is_overdue(limits) {
                task.end();
            }
        }
    }

    /// Waits until requests in flight are answered; connections that wait for something else are
    /// ended.
    pub(super) async fn finish(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        loop {
            let ended = self.ended.notified();
            self.end_overdue(&Limits::STOPPING);
            if self.lock().tasks.is_empty() {
                return;
            }
            let _ = tokio::time::timeout(STOPPING_SWEEP_INTERVAL, ended).await;
        }
    }

    pub(super) fn end_all(&self) {
        self.lock().tasks.values_mut().for_each(Task::end);
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
