//! The schema, and the steps from every older version of it to this one.

use deadpool_postgres::Client;
use ring::digest::{SHA256, digest};
use tokio_postgres::error::SqlState;

use super::address::DatabaseAddress;
use super::fault::Fault;
use crate::store::StoreError;

/// One step a version. A step that has been released is never edited.
const STEPS: [&str; 1] = [include_str!("0001_tables.sql")];

/// Held while the schema is changed: ours among the locks of a database.
const LOCK: i64 = 0x7465_7874_7065_616b;

#[expect(clippy::cast_possible_truncation, reason = "a handful of steps")]
#[expect(clippy::cast_possible_wrap, reason = "a handful of steps")]
const VERSION: i32 = STEPS.len() as i32;

fn checksum(step: &str) -> String {
    let sum = digest(&SHA256, step.as_bytes());
    sum.as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The version of the tables; `None` where there are none.
pub(super) async fn version(client: &Client) -> Result<Option<i32>, Fault> {
    let asked = client
        .query_one("SELECT max(version) FROM textpeak.schema_step", &[])
        .await
        .map_err(Fault::from);
    match asked {
        Ok(row) => Ok(row.get(0)),
        Err(fault) if fault.state() == Some(&SqlState::UNDEFINED_TABLE) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// That the tables are those of this program; what the server's clock says, in milliseconds.
pub(super) async fn check(client: &Client, address: &DatabaseAddress) -> Result<i64, Fault> {
    let home = address.to_string();
    let asked = client
        .query_one(
            "SELECT max(version), (extract(epoch FROM clock_timestamp()) * 1000)::bigint
             FROM textpeak.schema_step",
            &[],
        )
        .await
        .map_err(Fault::from);
    let version: Option<i32> = match asked {
        Ok(row) if row.get::<_, Option<i32>>(0) == Some(VERSION) => return Ok(row.get(1)),
        Ok(row) => row.get(0),
        Err(fault) if fault.state() == Some(&SqlState::UNDEFINED_TABLE) => None,
        Err(fault) => return Err(fault),
    };
    let ours = VERSION.unsigned_abs();
    Err(Fault::Store(match version {
        None => StoreError::NoTables { home },
        Some(version) if version > VERSION => StoreError::OtherVersion {
            file: home,
            version: version.unsigned_abs(),
            ours,
        },
        Some(version) => StoreError::OldTables {
            home,
            version: version.unsigned_abs(),
            ours,
        },
    }))
}

/// Makes the tables, or brings them to this version: the version that was there, and the one that
/// is there now. In one transaction, and one process at a time.
pub(super) async fn migrate(
    client: &mut Client,
    address: &DatabaseAddress,
) -> Result<(Option<i32>, i32), Fault> {
    let transaction = client.transaction().await?;
    transaction
        .execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])
        .await?;
    transaction
        .batch_execute(
            "SET LOCAL statement_timeout = 0;
             CREATE SCHEMA IF NOT EXISTS textpeak;
             CREATE TABLE IF NOT EXISTS textpeak.schema_step (
                version integer PRIMARY KEY,
                sha256 text NOT NULL,
                at timestamptz NOT NULL DEFAULT now()
             );",
        )
        .await?;
    let made: Vec<String> = transaction
        .query(
            "SELECT sha256 FROM textpeak.schema_step ORDER BY version",
            &[],
        )
        .await?
        .iter()
        .map(|row| row.get(0))
        .collect();
    let from = i32::try_from(made.len()).unwrap_or(i32::MAX);
    if from > VERSION {
        return Err(Fault::Store(StoreError::OtherVersion {
            file: address.to_string(),
            version: from.unsigned_abs(),
            ours: VERSION.unsigned_abs(),
        }));
    }
    if made
        .iter()
        .zip(STEPS)
        .any(|(made, step)| *made != checksum(step))
    {
        return Err(Fault::Store(StoreError::ForeignTables {
            home: address.to_string(),
        }));
    }
    for (step, version) in STEPS.iter().zip(1..).skip(made.len()) {
        transaction.batch_execute(step).await?;
        transaction
            .execute(
                "INSERT INTO textpeak.schema_step (version, sha256) VALUES ($1, $2)",
                &[&version, &checksum(step)],
            )
            .await?;
    }
    transaction.commit().await?;
    Ok(((from > 0).then_some(from), VERSION))
}
