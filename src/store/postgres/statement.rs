//! Statements, each prepared once for a connection.

use deadpool_postgres::Transaction;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::database::Database;
use super::fault::Fault;
use crate::store::StoreError;

pub(super) type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

pub(super) async fn rows(
    tx: &Transaction<'_>,
    sql: &str,
    values: Values<'_>,
) -> Result<Vec<Row>, Fault> {
    let statement = tx.prepare_cached(sql).await?;
    Ok(tx.query(&statement, values).await?)
}

/// The only row, if there is one.
pub(super) async fn row(
    tx: &Transaction<'_>,
    sql: &str,
    values: Values<'_>,
) -> Result<Option<Row>, Fault> {
    Ok(rows(tx, sql, values).await?.pop())
}

/// The one row of a statement that always has one.
pub(super) async fn one(tx: &Transaction<'_>, sql: &str, values: Values<'_>) -> Result<Row, Fault> {
    let row = row(tx, sql, values).await?;
    row.ok_or(Fault::Store(StoreError::Stopped))
}

/// How many rows were changed.
pub(super) async fn run(tx: &Transaction<'_>, sql: &str, values: Values<'_>) -> Result<u64, Fault> {
    let statement = tx.prepare_cached(sql).await?;
    Ok(tx.execute(&statement, values).await?)
}

impl Database {
    pub async fn rows(&self, sql: &str, values: Values<'_>) -> Result<Vec<Row>, Fault> {
        let client = self.client().await?;
        let statement = client.prepare_cached(sql).await?;
        Ok(client.query(&statement, values).await?)
    }

    /// The only row, if there is one.
    pub async fn row(&self, sql: &str, values: Values<'_>) -> Result<Option<Row>, Fault> {
        Ok(self.rows(sql, values).await?.pop())
    }

    /// The one row of a statement that always has one.
    pub async fn one(&self, sql: &str, values: Values<'_>) -> Result<Row, Fault> {
        let row = self.row(sql, values).await?;
        row.ok_or(Fault::Store(StoreError::Stopped))
    }

    /// How many rows were changed.
    pub async fn run(&self, sql: &str, values: Values<'_>) -> Result<u64, Fault> {
        let client = self.client().await?;
        let statement = client.prepare_cached(sql).await?;
        Ok(client.execute(&statement, values).await?)
    }
}
