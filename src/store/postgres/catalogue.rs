//! The catalogue and its secrets, in tables: read whole when the revision is another one, kept until
//! then.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use deadpool_postgres::Transaction;
use tokio_postgres::IsolationLevel;

use super::database::{Database, lock};
use super::fault::Fault;
use super::statement::{one, rows};
use super::store::PostgresStore;
use super::{catalogue_write, digests};
use crate::domain::{Route, SenderId};
use crate::store::change::{self, Pending, SecretChanges};
use crate::store::secrets::SecretTexts;
use crate::store::{Catalogue, CatalogueChange, CatalogueStore, Revision, Secrets, StoreError};

/// How long a change may stay unseen by those who ask all the time.
const SOON: Duration = Duration::from_millis(50);

/// What was read last, with the revision that it is of.
#[derive(Default)]
pub(super) struct Read {
    pub(super) catalogue: Kept<Catalogue>,
    secrets: Kept<Secrets>,
}

pub(super) struct Kept<T> {
    last: Mutex<Option<(i64, Arc<T>)>>,
    /// Held while it is read, so that many who find it changed do not all read it.
    busy: tokio::sync::Mutex<()>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self {
            last: Mutex::default(),
            busy: tokio::sync::Mutex::default(),
        }
    }
}

impl<T> Kept<T> {
    /// Whether nothing was read yet: nobody needs to know whether it changed.
    fn is_unread(&self) -> bool {
        lock(&self.last).is_none()
    }

    fn at(&self, revision: i64) -> Option<Arc<T>> {
        let last = lock(&self.last);
        let (of, value) = last.as_ref()?;
        (*of == revision).then(|| Arc::clone(value))
    }

    async fn read(
        &self,
        revision: i64,
        read: impl Future<Output = Result<(i64, T), Fault>>,
    ) -> Result<Arc<T>, Fault> {
        if let Some(value) = self.at(revision) {
            return Ok(value);
        }
        let _busy = self.busy.lock().await;
        if let Some(value) = self.at(revision) {
            return Ok(value);
        }
        let (revision, value) = read.await?;
        Ok(self.keep(revision, value))
    }

    fn keep(&self, revision: i64, value: T) -> Arc<T> {
        let value = Arc::new(value);
        *lock(&self.last) = Some((revision, Arc::clone(&value)));
        value
    }
}

/// The catalogue was never written where it is 0.
fn revision_of(number: i64) -> Revision {
    match number {
        0 => Revision::of(&[]),
        number => Revision::of(&[number.unsigned_abs()]),
    }
}

async fn read_catalogue(database: &Database) -> Result<(i64, Catalogue), Fault> {
    let mut client = database.client().await?;
    let transaction = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await?;
    let (revision, right) = digests::revision_and_right(&transaction).await?;
    let catalogue = catalogue_in(&transaction, revision, right).await?;
    transaction.commit().await?;
    Ok((revision, catalogue))
}

async fn catalogue_in(
    tx: &Transaction<'_>,
    revision: i64,
    has_right: bool,
) -> Result<Catalogue, Fault> {
    let streams = if has_right {
        "SELECT body, value FROM stream LEFT JOIN secret ON kind = 'digest' AND owner = id
             ORDER BY place DESC"
    } else {
        "SELECT body, NULL::text FROM stream ORDER BY place DESC"
    };
    let (streams, senders, routes) = tokio::try_join!(
        rows(tx, streams, &[]),
        rows(tx, "SELECT id FROM sender ORDER BY place", &[]),
        rows(tx, "SELECT body FROM route ORDER BY place", &[]),
    )?;
    let texts = streams
        .iter()
        .map(|row| digests::joined(row.get(0), row.get(1)));
    let senders: Vec<SenderId> = senders
        .iter()
        .map(|row| row.get::<_, &str>(0).parse())
        .collect::<Result<_, _>>()
        .map_err(|_| unreadable("a Sender ID"))?;
    let routes: Vec<Route> = routes
        .iter()
        .map(|row| serde_json::from_str(row.get(0)))
        .collect::<Result<_, _>>()
        .map_err(|_| unreadable("a route"))?;
    Ok(Catalogue::from_rows(
        revision_of(revision),
        texts,
        senders,
        routes,
    )?)
}

fn unreadable(what: &str) -> Fault {
    Fault::Store(StoreError::Damaged {
        file: format!("{what} in the catalog"),
        what: ": it can't be read".to_owned(),
    })
}

async fn read_secrets(database: &Database) -> Result<(i64, Secrets), Fault> {
    let mut client = database.client().await?;
    let tx = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await?;
    let (revision, right) = digests::revision_and_right(&tx).await?;
    let rows = if right {
        rows(&tx, "SELECT kind, owner, value FROM secret", &[]).await?
    } else {
        Vec::new()
    };
    let mut texts = SecretTexts::default();
    for row in &rows {
        let of_kind = match row.get(0) {
            "token" => &mut texts.tokens,
            "webhook" => &mut texts.webhooks,
            "route" => &mut texts.routes,
            "account_key" => &mut texts.account_keys,
            "incoming" => &mut texts.incoming,
            _ => continue,
        };
        of_kind.push((row.get(1), row.get(2)));
    }
    let secrets = Secrets::new(texts);
    tx.commit().await?;
    Ok((revision, secrets))
}

impl PostgresStore {
    /// The catalogue's, as far as it matters; none is negative.
    async fn revision(&self, unread: bool) -> Result<i64, Fault> {
        if unread {
            return Ok(-1);
        }
        Ok(self.pulse(SOON).await?.revision)
    }

    async fn change(
        &self,
        changes: Vec<CatalogueChange>,
        expected: Option<&Revision>,
    ) -> Result<Revision, Fault> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        // Whoever changes the catalogue waits for whoever does so already.
        let revision: i64 = one(
            &transaction,
            "SELECT revision FROM catalogue FOR UPDATE",
            &[],
        )
        .await?
        .get(0);
        if expected.is_some_and(|expected| *expected != revision_of(revision)) {
            return Err(StoreError::Conflict.into());
        }
        let base = if let Some(known) = self.read.catalogue.at(revision) {
            known
        } else {
            let (_, right) = digests::revision_and_right(&transaction).await?;
            Arc::new(catalogue_in(&transaction, revision, right).await?)
        };
        let (mut pending, mut secrets) = (Pending::new(&base), SecretChanges::default());
        for change in changes {
            change::make(change, &mut pending, &mut secrets)?;
        }
        let changed = catalogue_write::write(&transaction, &base, &pending, &secrets).await?;
        if !changed {
            return Ok(revision_of(revision));
        }
        let revision: i64 = one(
            &transaction,
            "UPDATE catalogue SET revision = revision + 1 RETURNING revision",
            &[],
        )
        .await?
        .get(0);
        transaction.commit().await?;
        Ok(revision_of(revision))
    }
}

#[async_trait]
impl CatalogueStore for PostgresStore {
    async fn snapshot(&self) -> Result<Arc<Catalogue>, StoreError> {
        let read = async {
            let revision = self.revision(self.read.catalogue.is_unread()).await?;
            let read = read_catalogue(&self.database);
            self.read.catalogue.read(revision, read).await
        };
        self.database.ours(read.await)
    }

    async fn secrets(&self) -> Result<Arc<Secrets>, StoreError> {
        let read = async {
            let revision = self.revision(self.read.secrets.is_unread()).await?;
            let read = read_secrets(&self.database);
            self.read.secrets.read(revision, read).await
        };
        self.database.ours(read.await)
    }

    async fn apply(
        &self,
        changes: Vec<CatalogueChange>,
        expected: Option<&Revision>,
    ) -> Result<Revision, StoreError> {
        let changed = self.change(changes, expected).await;
        // Whoever was refused looks at what others did before it tries again.
        self.forget_pulse();
        self.database.ours(changed)
    }
}
