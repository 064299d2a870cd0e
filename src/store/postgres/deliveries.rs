//! What can be asked about deliveries: events, the jobs that carry them, and attempts.

use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use super::fault::Fault;
use super::reader::BEFORE;
use super::row::{self, delivery_state, time};
use super::store::PostgresStore;
use crate::domain::{DeliveryState, StreamId};
use crate::store::ids::key_of;
use crate::store::{Attempt, Delivery, DeliveryFilter, TimedAttempt};

/// As [`delivery`] reads them.
const DELIVERY: &str = "SELECT event.id, event.message, event.stream, event.status, \
    coalesce(job.state, event.state), coalesce(job.next_at, event.next_at), \
    coalesce(job.attempts, event.attempts), coalesce(job.details, event.why) \
    FROM event LEFT JOIN job ON job.key = event.key WHERE ";

fn delivery(row: &Row) -> Result<Delivery, Fault> {
    let status: Option<i16> = row.try_get(3)?;
    Ok(Delivery {
        id: row.try_get(0)?,
        message: row.try_get(1)?,
        stream: row::stream_id(row.try_get(2)?)?,
        status: status.map(row::status),
        state: delivery_state(row.try_get::<_, i16>(4)?),
        next_at: time(row.try_get(5)?),
        attempts: usize::try_from(row.try_get::<_, i32>(6)?).unwrap_or_default(),
        details: row.try_get(7)?,
    })
}

/// Out of the first four columns of a row.
fn attempt(row: &Row) -> Attempt {
    Attempt {
        at: time(row.get(0)),
        elapsed: row.get(1),
        status: row
            .get::<_, Option<i32>>(2)
            .and_then(|status| u16::try_from(status).ok()),
        error: row.get(3),
    }
}

impl PostgresStore {
    pub(super) async fn read_deliveries(
        &self,
        filter: &DeliveryFilter,
        limit: usize,
    ) -> Result<Vec<Delivery>, Fault> {
        // Only the conditions that are set, so that their indexes are used; the state, written out,
        // is part of some. What waits has a job, and is found by it.
        let state = match filter.state {
            Some(DeliveryState::Waiting) => "job.state = 0",
            Some(DeliveryState::Dead) => "event.state = 2",
            Some(DeliveryState::Delivered) => "event.state = 1",
            None => "TRUE",
        };
        let conditions = [
            (
                filter.stream.is_some(),
                "event.stream = $1",
                "$1::text IS NULL",
            ),
            (
                filter.since.is_some(),
                "event.at >= $2",
                "$2::bigint IS NULL",
            ),
            (
                filter.message.is_some(),
                "event.message = $3",
                "$3::uuid IS NULL",
            ),
        ];
        let conditions =
            conditions.map(|(set, condition, open)| if set { condition } else { open });
        let list = &format!(
            "{DELIVERY} {state} AND {} ORDER BY event.key DESC LIMIT $4",
            conditions.join(" AND ")
        );
        let rows = self
            .database
            .rows(
                list,
                &[
                    &filter.stream.as_ref().map(StreamId::as_str),
                    &filter.since.map(Timestamp::as_millisecond),
                    &filter.message,
                    &i64::try_from(limit).unwrap_or(i64::MAX),
                ],
            )
            .await?;
        rows.iter().map(delivery).collect()
    }

    pub(super) async fn read_delivery(&self, id: Uuid) -> Result<Option<Delivery>, Fault> {
        let find =
            &format!("{DELIVERY} event.id = $1 AND (event.key = $2 OR event.key < {BEFORE})");
        let found = self.database.row(find, &[&id, &key_of(id)]).await?;
        found.as_ref().map(delivery).transpose()
    }

    pub(super) async fn read_attempts(&self, id: Uuid) -> Result<Vec<Attempt>, Fault> {
        let list = &format!(
            "SELECT at, elapsed, status, error FROM attempt WHERE event = (SELECT key FROM event
                 WHERE id = $1 AND (key = $2 OR key < {BEFORE})) ORDER BY key"
        );
        let rows = self.database.rows(list, &[&id, &key_of(id)]).await?;
        Ok(rows.iter().map(attempt).collect())
    }

    pub(super) async fn read_recent_attempts(
        &self,
        stream: Option<&StreamId>,
        since: Option<Timestamp>,
        after: i64,
        limit: usize,
    ) -> Result<(i64, Vec<TimedAttempt>), Fault> {
        let newest = "SELECT key FROM attempt ORDER BY key DESC LIMIT 1";
        let newest = self.database.row(newest, &[]).await?;
        let newest: i64 = newest.map_or(0, |row| row.get(0));
        let list = "SELECT attempt.at, elapsed, attempt.status, error, event.message, event.stream
                 FROM attempt JOIN event ON event.key = attempt.event
                 WHERE ($1::text IS NULL OR event.stream = $1)
                 AND ($2::bigint IS NULL OR attempt.at >= $2)
                 AND attempt.key > $3 AND attempt.key <= $4 ORDER BY attempt.key DESC LIMIT $5";
        let rows = self
            .database
            .rows(
                list,
                &[
                    &stream.map(StreamId::as_str),
                    &since.map(Timestamp::as_millisecond),
                    &after,
                    &newest,
                    &i64::try_from(limit).unwrap_or(i64::MAX),
                ],
            )
            .await?;
        let timed = |row: &Row| {
            Ok(TimedAttempt {
                message: row.try_get(4)?,
                stream: row::stream_id(row.try_get(5)?)?,
                attempt: attempt(row),
            })
        };
        let attempts: Result<_, Fault> = rows.iter().map(timed).collect();
        Ok((newest, attempts?))
    }

    pub(super) async fn read_set_aside(&self) -> Result<Vec<String>, Fault> {
        let list = "SELECT coalesce(details, '') FROM job WHERE state = 3 ORDER BY key";
        let rows = self.database.rows(list, &[]).await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }
}
