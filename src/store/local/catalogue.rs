//! The catalogue in `state.json`, its secrets in `tokens.json`.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::runtime::{Handle, RuntimeFlavor};

use super::cache::Cache;
use super::document;
use super::home::Home;
use super::lock::Lock;
use super::messages::{Database, VERSION};
use super::stamp::Stamp;
use super::tokens::Tokens;
use super::write;
use crate::atomic;
use crate::store::change::{self, Pending, SecretChanges};
use crate::store::{
    Catalogue, CatalogueChange, CatalogueStore, Clock, Revision, Secrets, StoreError,
};

/// The store in a home folder. Clones share what they have read.
#[derive(Clone)]
pub struct LocalStore(Arc<Inner>);

struct Inner {
    home: Home,
    catalogue: Cache<Catalogue>,
    secrets: Cache<Secrets>,
    messages: Database,
}

impl LocalStore {
    /// The version of the tables of `messages.db`.
    pub const SCHEMA: u32 = VERSION.unsigned_abs();

    /// A store in this home. Touches nothing.
    pub fn new(home: Home, clock: Clock) -> Self {
        let create = {
            let home = home.clone();
            move |path: &Path| home.create_private(path)
        };
        Self(Arc::new(Inner {
            messages: Database::new(home.messages_path(), Box::new(create), clock),
            catalogue: Cache::new(home.state_path(), |path, text, stamp| {
                document::read(path, text, Stamp::revision(stamp))
            }),
            secrets: Cache::new(home.tokens_path(), |path, text, _| {
                Ok(Tokens::parse(path, &text)?.to_secrets())
            }),
            home,
        }))
    }

    pub(super) fn messages(&self) -> &Database {
        &self.0.messages
    }

    pub fn home(&self) -> &Home {
        &self.0.home
    }

    /// Reads the text of a `state.json`.
    pub fn parse(text: &str) -> Result<Catalogue, StoreError> {
        let path = Path::new("state.json");
        document::read(path, text.to_owned(), Revision::of(&[]))
    }

    /// [`CatalogueStore::snapshot`], read on this thread.
    pub fn snapshot_now(&self) -> Result<Arc<Catalogue>, StoreError> {
        let cache = &self.0.catalogue;
        cache.current().unwrap_or_else(|| cache.read())
    }

    /// [`CatalogueStore::secrets`], read on this thread.
    pub fn secrets_now(&self) -> Result<Arc<Secrets>, StoreError> {
        let cache = &self.0.secrets;
        cache.current().unwrap_or_else(|| cache.read())
    }

    /// [`CatalogueStore::apply`], written on this thread.
    pub fn apply_now(
        &self,
        changes: Vec<CatalogueChange>,
        expected: Option<&Revision>,
    ) -> Result<Revision, StoreError> {
        let Inner {
            home, catalogue, ..
        } = &*self.0;
        home.create_folder()?;
        let _lock = Lock::take(&home.lock_path())?;
        atomic::sweep(home.folder());
        let base = catalogue.read_anew(Catalogue::text)?;
        if expected.is_some_and(|expected| expected != base.revision()) {
            return Err(StoreError::Conflict);
        }
        let (mut pending, mut secrets) = (Pending::new(&base), SecretChanges::default());
        for change in changes {
            change::make(change, &mut pending, &mut secrets)?;
        }
        write::write(home, &pending, &secrets)?;
        if pending.changed {
            return Ok(Stamp::revision(Stamp::of(home.state_path())));
        }
        Ok(base.revision().clone())
    }
}

#[async_trait]
impl CatalogueStore for LocalStore {
    async fn snapshot(&self) -> Result<Arc<Catalogue>, StoreError> {
        if let Some(current) = self.0.catalogue.current() {
            return current;
        }
        let store = self.clone();
        blocking(move || store.0.catalogue.read()).await
    }

    async fn secrets(&self) -> Result<Arc<Secrets>, StoreError> {
        if let Some(current) = self.0.secrets.current() {
            return current;
        }
        let store = self.clone();
        blocking(move || store.0.secrets.read()).await
    }

    async fn apply(
        &self,
        changes: Vec<CatalogueChange>,
        expected: Option<&Revision>,
    ) -> Result<Revision, StoreError> {
        let (store, expected) = (self.clone(), expected.cloned());
        blocking(move || store.apply_now(changes, expected.as_ref())).await
    }
}

/// Does file work where it keeps nobody waiting: on a thread of its own, unless this one has nothing
/// else to do.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let shared = Handle::try_current()
        .is_ok_and(|runtime| runtime.runtime_flavor() == RuntimeFlavor::MultiThread);
    if !shared {
        return work();
    }
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(StoreError::Stopped),
        },
    }
}

impl fmt::Debug for LocalStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LocalStore").field(&self.0.home).finish()
    }
}
