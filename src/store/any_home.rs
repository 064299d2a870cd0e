//! A home, wherever it is: a folder, or a database that many gateways share.

#![cfg_attr(
    not(feature = "postgres"),
    expect(clippy::unused_async, reason = "a folder is asked at once")
)]

use std::fmt;
use std::sync::Arc;

use tokio::sync::mpsc::Sender;

use super::copy::{Counts, Load, Portion};
#[cfg(feature = "postgres")]
use super::postgres::{Announced, PostgresStore};
use super::{Home, LocalStore, Serving, Store, StoreError};

#[derive(Debug, Clone)]
pub enum AnyHome {
    Folder(LocalStore),
    #[cfg(feature = "postgres")]
    Database(PostgresStore),
}

/// Says that a gateway serves a home, until it is ended.
#[derive(Debug)]
pub enum Announcement {
    Folder(Serving),
    #[cfg(feature = "postgres")]
    Database(Announced),
}

impl AnyHome {
    pub fn store(&self) -> Arc<dyn Store> {
        match self {
            Self::Folder(store) => Arc::new(store.clone()),
            #[cfg(feature = "postgres")]
            Self::Database(store) => Arc::new(store.clone()),
        }
    }

    /// `None` where there are no files.
    pub fn folder(&self) -> Option<&Home> {
        match self {
            Self::Folder(store) => Some(store.home()),
            #[cfg(feature = "postgres")]
            Self::Database(_) => None,
        }
    }

    /// Says that this process serves the home. Several may.
    pub async fn announce_serving(&self) -> Result<Announcement, StoreError> {
        match self {
            Self::Folder(store) => store.home().announce_serving().map(Announcement::Folder),
            #[cfg(feature = "postgres")]
            Self::Database(store) => store.announce().await.map(Announcement::Database),
        }
    }

    pub async fn is_served(&self) -> Result<bool, StoreError> {
        Ok(self.gateways().await? > 0)
    }

    /// How many gateways serve the home; of a folder, whether any does.
    pub async fn gateways(&self) -> Result<u64, StoreError> {
        match self {
            Self::Folder(store) => Ok(store.home().is_served().into()),
            #[cfg(feature = "postgres")]
            Self::Database(store) => store.gateways().await,
        }
    }

    /// Whether there is nothing in it; a copy that was interrupted is nothing.
    pub(super) async fn is_empty(&self) -> Result<bool, StoreError> {
        match self {
            Self::Folder(store) => Ok(store.home().is_empty()),
            #[cfg(feature = "postgres")]
            Self::Database(store) => store.is_empty().await,
        }
    }

    /// Hands out all rows as they are at one moment.
    pub(super) async fn export(&self, to: Sender<Portion>) -> Result<(), StoreError> {
        match self {
            Self::Folder(store) => store.export(to).await,
            #[cfg(feature = "postgres")]
            Self::Database(store) => store.export(to).await,
        }
    }

    pub(super) async fn import(&self, load: Load) -> Result<(), StoreError> {
        match self {
            Self::Folder(store) => store.import(load).await,
            #[cfg(feature = "postgres")]
            Self::Database(store) => store.import(load).await,
        }
    }

    /// How many rows of each table there are.
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        match self {
            Self::Folder(store) => store.counts().await,
            #[cfg(feature = "postgres")]
            Self::Database(store) => store.counts().await,
        }
    }

    /// The version of its tables.
    pub async fn schema(&self) -> Result<Option<u32>, StoreError> {
        match self {
            Self::Folder(_) => Ok(Some(LocalStore::SCHEMA)),
            #[cfg(feature = "postgres")]
            Self::Database(store) => store.schema().await,
        }
    }
}

impl Announcement {
    pub async fn end(self) {
        match self {
            Self::Folder(serving) => drop(serving),
            #[cfg(feature = "postgres")]
            Self::Database(announced) => announced.end().await,
        }
    }
}

/// A folder's path, or a URL without a password.
impl fmt::Display for AnyHome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(store) => store.home().folder().display().fmt(f),
            #[cfg(feature = "postgres")]
            Self::Database(store) => store.address().fmt(f),
        }
    }
}
