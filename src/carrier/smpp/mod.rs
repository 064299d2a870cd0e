//! A carrier's SMSC over SMPP 3.4. Its connections are kept up by a task of their own, from the first
//! time that something is submitted or listened to until the carrier is closed or let go of.

mod bind;
mod dial;
mod hearer;
mod link;
mod pace;
mod parts;
mod probe;
mod prompt;
mod receipts;
mod said;
mod session;
mod submit;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use self::probe::{SmppProbe, probe};

use self::dial::{Dial, dial};
use self::hearer::Hearer;
use self::link::{Link, Words};
use self::pace::Pace;
use self::session::Common;
use super::{Carrier, Keep, Receipt, Submitted};
use crate::domain::{Message, RouteToken, SmppSettings};
use crate::smpp::text::GSM_7;

/// Most messages that are submitted at one time: more than fit into what a claim allows would only
/// wait here.
const MOST: u16 = 250;

/// Statuses come by receipts; nothing is asked for.
const ASKED_AFTER: Duration = Duration::from_secs(24 * 3_600);

#[derive(Debug, Clone, Copy)]
struct Timing {
    /// How long parts of one call leave. With the wait for their answers, it is less than the 30 s
    /// that a call may take.
    sending: Duration,
    /// How long an answer is waited for.
    answer: Duration,
    /// The silence after which it is asked whether the SMSC is there.
    link: Duration,
    /// How long the response to the last word is waited for.
    leave: Duration,
}

const TIMING: Timing = Timing {
    sending: Duration::from_secs(8),
    answer: Duration::from_secs(20),
    link: Duration::from_secs(30),
    leave: Duration::from_secs(2),
};

/// What the task and the carrier share.
struct Core {
    settings: SmppSettings,
    password: RouteToken,
    dial: Dial,
    common: Common,
    submits: watch::Sender<Link>,
    words: watch::Sender<Words>,
    reference: AtomicU16,
    chance: AtomicU64,
}

pub struct SmppCarrier {
    core: Arc<Core>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl SmppCarrier {
    /// `seed` makes its pauses and its references different from those of others.
    pub fn new(settings: SmppSettings, password: RouteToken, keep: Keep, seed: u64) -> Self {
        let dial = dial(&settings);
        Self::over(dial, settings, password, keep, seed)
    }

    fn over(
        dial: Dial,
        settings: SmppSettings,
        password: RouteToken,
        keep: Keep,
        seed: u64,
    ) -> Self {
        let default = settings.data_coding_default.unwrap_or(GSM_7);
        let common = Common {
            host: settings.address.to_string(),
            timing: TIMING,
            hearer: Hearer::new(keep, default),
            pace: Pace::new(settings.rate.get()),
            throttled: watch::Sender::new(false),
            stop: watch::Sender::new(false),
        };
        let [low, high, ..] = seed.to_le_bytes();
        let core = Core {
            settings,
            password,
            dial,
            common,
            submits: watch::Sender::new(Link::Opening),
            words: watch::Sender::new(Words::new()),
            reference: AtomicU16::new(u16::from_le_bytes([low, high])),
            chance: AtomicU64::new(seed | 1),
        };
        Self {
            core: Arc::new(core),
            task: Mutex::default(),
        }
    }

    fn begin(&self) {
        let mut task = lock(&self.task);
        if task.is_none() && !*self.core.common.stop.borrow() {
            *task = Some(tokio::spawn(Arc::clone(&self.core).run()));
        }
    }
}

#[async_trait]
impl Carrier for SmppCarrier {
    fn most(&self) -> usize {
        // Half a second's, so that several streams can share the rate.
        usize::from((self.core.settings.rate.get() / 2).clamp(1, MOST))
    }

    fn asked_after(&self) -> Duration {
        ASKED_AFTER
    }

    async fn submit(&self, messages: &[Message]) -> Vec<Submitted> {
        self.begin();
        self.core.submit(messages).await
    }

    async fn receipts(&self, _ids: Vec<String>) -> HashMap<String, Receipt> {
        HashMap::new()
    }

    async fn listen(&self, _since: Option<Timestamp>) {
        self.begin();
        std::future::pending::<()>().await;
    }

    async fn close(&self) {
        self.core.common.stop.send_replace(true);
        let task = lock(&self.task).take();
        if let Some(task) = task {
            let _ = task.await;
        }
    }
}

/// The task takes its leave of the SMSC.
impl Drop for SmppCarrier {
    fn drop(&mut self) {
        self.core.common.stop.send_replace(true);
    }
}

impl Core {
    fn next_reference(&self) -> u16 {
        self.reference.fetch_add(1, Ordering::Relaxed)
    }

    /// Between 0 and 1.
    fn chance(&self) -> f64 {
        let step = |x: u64| {
            let x = x ^ (x << 13);
            let x = x ^ (x >> 7);
            Some(x ^ (x << 17))
        };
        let order = Ordering::Relaxed;
        let before = self.chance.fetch_update(order, order, step).unwrap_or(1);
        let [top, ..] = before.to_be_bytes();
        f64::from(top) / 256.0
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What a panic left is whole: nothing is awaited, and no two things are changed, under a lock.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
