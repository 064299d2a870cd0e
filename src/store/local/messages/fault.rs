//! What can go wrong while the database is used, and whose fault it is.

use std::path::Path;

use rusqlite::ErrorCode;

use crate::store::{DatabaseCause, StoreError};

#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
    #[error(transparent)]
    Randomness(#[from] getrandom::Error),
}

impl WriteError {
    /// Whether other writes would come to nothing as well: the disk is full, or the file is not to
    /// be written.
    pub fn concerns_all(&self) -> bool {
        let Self::Sql(error) = self else { return false };
        error.sqlite_error_code().is_some_and(|code| {
            !matches!(
                code,
                ErrorCode::ConstraintViolation
                    | ErrorCode::TypeMismatch
                    | ErrorCode::TooBig
                    | ErrorCode::ParameterOutOfRange
            )
        })
    }

    pub fn at(&self, path: &Path) -> StoreError {
        match self {
            Self::Sql(error) => database(path, error),
            Self::Randomness(error) => StoreError::Randomness(error.to_string()),
        }
    }
}

pub fn database(path: &Path, error: &rusqlite::Error) -> StoreError {
    let cause = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => DatabaseCause::Full,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => DatabaseCause::Busy,
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => DatabaseCause::Corrupt,
        _ => DatabaseCause::Other,
    };
    StoreError::Database {
        file: path.display().to_string(),
        error: error.to_string(),
        cause,
    }
}
