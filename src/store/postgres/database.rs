//! Connections to the database, on a runtime of their own: whoever asks may come from any other
//! one, or from none.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use deadpool_postgres::{
    Client, Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime,
};
use jiff::Timestamp;
use tokio::runtime::{self, Handle};
use tokio::sync::watch;
use tokio_postgres::error::SqlState;

use super::address::DatabaseAddress;
use super::fault::Fault;
use super::tls::Tls;
use super::{row, schema};
use crate::store::{Clock, StoreError};

/// Most connections of a process.
const CONNECTIONS: usize = 12;

/// How long somebody waits for a connection, and a new one may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a failure counts as the database's state, where no write succeeds after it.
const FAILED: Duration = Duration::from_secs(5);

/// What every connection begins with: our schema, and bounds for whatever hangs.
const SETTINGS: &str = "SET search_path = textpeak; SET statement_timeout = '10s';
    SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '5s';
    SET timezone = 'UTC'";

/// Clones share its connections.
#[derive(Clone)]
pub(super) struct Database(Arc<Inner>);

struct Inner {
    address: DatabaseAddress,
    clock: Option<Clock>,
    /// What the database's clock said last, and when.
    said: Mutex<Option<(Timestamp, Instant)>>,
    started: Mutex<Option<Started>>,
    /// Whether the tables were found to be ours.
    checked: AtomicBool,
    queued: watch::Sender<u64>,
    /// When a write failed that concerns all, and how; `None` after one that succeeded.
    failed: Mutex<Option<(Instant, StoreError)>>,
}

/// Dropped last, its threads end by themselves.
struct Started {
    runtime: Option<runtime::Runtime>,
    pool: Pool,
}

impl Drop for Started {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Database {
    /// Connects to nothing yet. `clock` stands in for the database's.
    pub fn new(address: DatabaseAddress, clock: Option<Clock>) -> Self {
        Self(Arc::new(Inner {
            address,
            clock,
            said: Mutex::default(),
            started: Mutex::default(),
            checked: AtomicBool::new(false),
            queued: watch::channel(0).0,
            failed: Mutex::default(),
        }))
    }

    pub fn address(&self) -> &DatabaseAddress {
        &self.0.address
    }

    /// The failure in the words of the store.
    pub fn ours<T>(&self, result: Result<T, Fault>) -> Result<T, StoreError> {
        result.map_err(|fault| fault.at(&self.0.address))
    }

    fn start(&self) -> Result<(Handle, Pool), Fault> {
        let mut started = lock(&self.0.started);
        if let Some(Started {
            runtime: Some(runtime),
            pool,
        }) = &*started
        {
            return Ok((runtime.handle().clone(), pool.clone()));
        }
        let address = &self.0.address;
        let root = address.root_certificate.as_deref();
        let tls = Tls::new(root).map_err(|error| StoreError::File {
            doing: "read",
            file: root.map_or_else(
                || "the system's certificates".into(),
                |root| root.display().to_string(),
            ),
            error: error.to_string(),
        })?;
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("postgres")
            .enable_all()
            .build()
            .map_err(|_| StoreError::Stopped)?;
        let settings = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let pool = Pool::builder(Manager::from_config(address.config.clone(), tls, settings))
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .post_create(Hook::async_fn(|client, _| {
                Box::pin(async move {
                    client
                        .batch_execute(SETTINGS)
                        .await
                        .map_err(HookError::Backend)
                })
            }))
            .build()
            .map_err(|_| StoreError::Stopped)?;
        let handle = runtime.handle().clone();
        *started = Some(Started {
            runtime: Some(runtime),
            pool: pool.clone(),
        });
        Ok((handle, pool))
    }

    /// A connection, whatever the tables are.
    pub async fn any_client(&self) -> Result<Client, Fault> {
        let (runtime, pool) = self.start()?;
        let got = runtime.spawn(async move { pool.get().await }).await;
        Ok(got.map_err(|_| StoreError::Stopped)??)
    }

    /// A connection to tables that are ours.
    pub async fn client(&self) -> Result<Client, Fault> {
        let client = self.any_client().await?;
        if !self.0.checked.load(Ordering::Acquire) {
            self.clock_says(schema::check(&client, &self.0.address).await?);
            self.0.checked.store(true, Ordering::Release);
        }
        Ok(client)
    }

    /// Work that goes on although whoever asked for it went away.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) -> Result<(), Fault> {
        let (runtime, _) = self.start()?;
        runtime.spawn(work);
        Ok(())
    }

    /// Remembers how a write ended, for whoever asks whether messages can be kept.
    pub fn noted<T>(&self, written: Result<T, Fault>) -> Result<T, Fault> {
        match &written {
            Ok(_) => *lock(&self.0.failed) = None,
            Err(fault) if fault.concerns_all() => {
                if fault.state() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION) {
                    self.leave();
                }
                *lock(&self.0.failed) = Some((Instant::now(), fault.at(&self.0.address)));
            }
            Err(_) => {}
        }
        written
    }

    /// Another host takes the writes now: new connections look for it.
    fn leave(&self) {
        if let Some(Started { pool, .. }) = &*lock(&self.0.started) {
            pool.retain(|_, _| false);
        }
    }

    /// A write that failed in the last seconds, unless one succeeded since.
    pub fn failure(&self) -> Option<StoreError> {
        let failed = lock(&self.0.failed);
        let (at, error) = failed.as_ref()?;
        (at.elapsed() < FAILED).then(|| error.clone())
    }

    /// What the database's clock said just now.
    pub fn clock_says(&self, milliseconds: i64) {
        *lock(&self.0.said) = Some((row::time(milliseconds), Instant::now()));
    }

    /// What the database's clock says, as far as it is known; before it was asked, what ours says.
    pub fn now(&self) -> Timestamp {
        if let Some(clock) = &self.0.clock {
            return clock.now();
        }
        match *lock(&self.0.said) {
            Some((said, at)) => said.checked_add(at.elapsed()).unwrap_or(said),
            None => Timestamp::now(),
        }
    }

    /// This process has queued a job.
    pub fn has_queued(&self) {
        self.0.queued.send_modify(|n| *n = n.wrapping_add(1));
    }

    pub fn queued(&self) -> watch::Receiver<u64> {
        self.0.queued.subscribe()
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Database").field(&self.0.address).finish()
    }
}
