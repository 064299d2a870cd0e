//! The store in a database.

use std::fmt;
use std::sync::Arc;

use super::address::DatabaseAddress;
use super::catalogue::Read;
use super::database::Database;
use super::pulse::Looks;
use super::schema;
use super::writer::Writer;
use crate::store::{Clock, StoreError};

/// Clones share their connections.
#[derive(Clone)]
pub struct PostgresStore {
    pub(super) database: Database,
    pub(super) read: Arc<Read>,
    pub(super) writer: Arc<Writer>,
    pub(super) looks: Arc<Looks>,
}

impl PostgresStore {
    /// Connects to nothing yet. `clock` stands in for the database's own.
    pub fn new(address: DatabaseAddress, clock: Option<Clock>) -> Self {
        Self {
            database: Database::new(address, clock),
            read: Arc::default(),
            writer: Arc::default(),
            looks: Arc::default(),
        }
    }

    pub fn address(&self) -> &DatabaseAddress {
        self.database.address()
    }

    /// The version of the tables; `None` where there are none.
    pub async fn schema(&self) -> Result<Option<u32>, StoreError> {
        let ask = async { schema::version(&self.database.any_client().await?).await };
        let version = self.database.ours(ask.await)?;
        Ok(version.map(i32::unsigned_abs))
    }

    /// Makes the tables, or brings them to this version: the version that was there, and the one
    /// that is there now.
    pub async fn init(&self) -> Result<(Option<i32>, i32), StoreError> {
        let migrate = async {
            let mut client = self.database.any_client().await?;
            schema::migrate(&mut client, self.address()).await
        };
        self.database.ours(migrate.await)
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PostgresStore")
            .field(self.address())
            .finish()
    }
}
