//! What can go wrong while the database is used, and whose fault it is.

use deadpool_postgres::PoolError;
use tokio_postgres::error::SqlState;

use super::address::DatabaseAddress;
use crate::store::{DatabaseCause, StoreError};

#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error(transparent)]
    Sql(#[from] tokio_postgres::Error),
    #[error("{0}")]
    Pool(#[from] PoolError),
    #[error(transparent)]
    Randomness(#[from] getrandom::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault {
    fn sql(&self) -> Option<&tokio_postgres::Error> {
        match self {
            Self::Sql(error) | Self::Pool(PoolError::Backend(error)) => Some(error),
            Self::Pool(_) | Self::Randomness(_) | Self::Store(_) => None,
        }
    }

    pub fn state(&self) -> Option<&SqlState> {
        self.sql()?.code()
    }

    /// Whether other writes would come to nothing as well, as when the server is gone; not where it
    /// is about what was to be written.
    pub fn concerns_all(&self) -> bool {
        self.state().is_none_or(|state| {
            // Data exceptions, broken constraints, and what a trigger refuses.
            !["22", "23", "P0"].contains(&&state.code()[..2])
        })
    }

    pub fn at(&self, address: &DatabaseAddress) -> StoreError {
        if let Self::Store(error) = self {
            return error.clone();
        }
        if let Self::Randomness(error) = self {
            return StoreError::Randomness(error.to_string());
        }
        StoreError::Database {
            file: address.to_string(),
            error: self.sentence(),
            cause: self.cause(),
        }
    }

    fn cause(&self) -> DatabaseCause {
        let busy = [
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::QUERY_CANCELED,
            SqlState::TOO_MANY_CONNECTIONS,
        ];
        match self.state() {
            Some(state) if *state == SqlState::DISK_FULL => DatabaseCause::Full,
            Some(state) if busy.contains(state) => DatabaseCause::Busy,
            Some(state) if state.code().starts_with("XX") => DatabaseCause::Corrupt,
            None if matches!(self, Self::Pool(PoolError::Timeout(_))) => DatabaseCause::Busy,
            _ => DatabaseCause::Other,
        }
    }

    /// What the server said, or why it could not be asked.
    fn sentence(&self) -> String {
        if let Self::Pool(PoolError::Timeout(_)) = self {
            return "no connection became free in time".to_owned();
        }
        let Some(error) = self.sql() else {
            return self.to_string();
        };
        if let Some(said) = error.as_db_error() {
            return said.message().to_owned();
        }
        let cause = std::error::Error::source(error);
        cause.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
    }
}
