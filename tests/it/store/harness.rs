//! What the suite asks of an engine besides the store's own traits.

use std::sync::Arc;
use std::time::Duration;

use textpeak::store::{CatalogueStore, HeardStore, JobStore, MessageStore};
use uuid::Uuid;

/// A store, whatever its engine.
pub trait Store: CatalogueStore + MessageStore + HeardStore + JobStore {}

impl<T: CatalogueStore + MessageStore + HeardStore + JobStore> Store for T {}

/// What one process has of a home.
pub type Handle = Arc<dyn Store>;

/// A home of a test's own, on a clock of its own.
pub trait Home {
    /// Another handle, as another process would have.
    fn open(&self) -> Handle;

    /// The clock of all handles goes on.
    fn advance(&self, by: Duration);

    /// The clock of all handles is set back.
    fn set_back(&self, by: Duration);

    /// Drops what a process had, as when it is killed: nothing that it began is brought to an end.
    fn crash(&self, handle: Handle) {
        drop(handle);
    }

    /// Deletes a message behind the store's back.
    fn delete_message(&self, uuid: Uuid);

    /// Deletes an event behind the store's back.
    fn delete_event(&self, id: Uuid);

    /// Changes an event behind the store's back so that it cannot be read.
    fn break_event(&self, id: Uuid);

    /// From now on, neither a message with this text nor an attempt with this error can be written.
    fn refuse(&self, word: &str);
}

/// Makes a test of each promise for each engine.
macro_rules! promises {
    ($($promise:ident),+ $(,)?) => {
        mod local {
            $(#[test]
            fn $promise() {
                let home = crate::store::local::LocalHome::new();
                crate::store::harness::on_one_thread(super::$promise(&home));
            })+
        }
        #[cfg(feature = "postgres")]
        mod postgres {
            $(#[test]
            fn $promise() {
                let Some(home) = crate::store::postgres::PostgresHome::new() else { return };
                crate::store::harness::on_one_thread(super::$promise(&home));
            })+
        }
    };
}

/// As [`promises`], on a runtime with several threads.
macro_rules! promises_to_threads {
    ($($promise:ident),+ $(,)?) => {
        mod local_threads {
            $(#[test]
            fn $promise() {
                let home = crate::store::local::LocalHome::new();
                crate::store::harness::on_threads(super::$promise(&home));
            })+
        }
        #[cfg(feature = "postgres")]
        mod postgres_threads {
            $(#[test]
            fn $promise() {
                let Some(home) = crate::store::postgres::PostgresHome::new() else { return };
                crate::store::harness::on_threads(super::$promise(&home));
            })+
        }
    };
}

pub(crate) use {promises, promises_to_threads};

pub fn on_one_thread(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread();
    run(runtime, test);
}

pub fn on_threads(test: impl Future<Output = ()>) {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(4);
    run(runtime, test);
}

fn run(mut runtime: tokio::runtime::Builder, test: impl Future<Output = ()>) {
    runtime.enable_time().build().unwrap().block_on(test);
}
