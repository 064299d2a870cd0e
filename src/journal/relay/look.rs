//! What there is to be done for live streams.

use jiff::Timestamp;
use rusqlite::params;
use uuid::Uuid;

use super::super::reader::Reader;
use super::super::row;
use super::passage::{BEING_HANDED_ON, HANDED_ON, WAITING};
use crate::domain::StreamId;
use crate::error::Failure;

/// What there is to be done for live streams.
#[derive(Debug, Default)]
pub struct OutboundWork {
    /// Streams with messages to hand on.
    pub to_hand_on: Vec<StreamId>,
    /// Streams with messages to ask for.
    pub to_ask_for: Vec<StreamId>,
    /// Whether a claim ran out.
    pub stranded: bool,
    /// When something is due that is not due yet.
    pub next: Option<Timestamp>,
}

impl Reader {
    /// What is due for live streams.
    ///
    /// # Errors
    /// Those of the database.
    pub fn outbound(&self, now: Timestamp) -> Result<OutboundWork, Failure> {
        let ask = || -> rusqlite::Result<OutboundWork> {
            let now = now.as_millisecond();
            let mut streams = self.connection.prepare_cached(
                // From stream to stream, however many messages each has.
                "WITH RECURSIVE has (one) AS (
                    SELECT min(stream) FROM relay
                    UNION ALL SELECT (SELECT min(stream) FROM relay WHERE stream > one)
                        FROM has WHERE one IS NOT NULL)
                 SELECT stream.id FROM has JOIN stream ON stream.key = one
                 WHERE EXISTS (SELECT 1 FROM relay
                    WHERE stream = one AND state = ?1 AND next_at <= ?2)",
            )?;
            let mut due = |state: i64| -> rusqlite::Result<Vec<StreamId>> {
                streams
                    .query_map([state, now], |row| {
                        row::stream_id(&row.get::<_, String>(0)?, 0)
                    })?
                    .collect()
            };
            let (to_hand_on, to_ask_for) = (due(WAITING)?, due(HANDED_ON)?);
            let stranded = !due(BEING_HANDED_ON)?.is_empty();
            let next: Option<i64> = self
                .connection
                .prepare_cached(
                    "SELECT min(next_at) FROM relay WHERE state IN (0, 1, 2) AND next_at > ?1",
                )?
                .query_row([now], |row| row.get(0))?;
            Ok(OutboundWork {
                to_hand_on,
                to_ask_for,
                stranded,
                next: next.map(row::time),
            })
        };
        self.ours(ask())
    }

    /// Which of these messages are not handed on yet.
    ///
    /// # Errors
    /// Those of the database.
    pub fn not_handed_on(&self, uuids: &[Uuid]) -> Result<usize, Failure> {
        let count = || -> rusqlite::Result<usize> {
            let mut find = self.connection.prepare_cached(
                "SELECT 1 FROM relay WHERE state < ?2
                 AND message = (SELECT seq FROM message WHERE uuid = ?1)",
            )?;
            let mut count = 0;
            for uuid in uuids {
                count += usize::from(find.exists(params![uuid.as_bytes(), HANDED_ON])?);
            }
            Ok(count)
        };
        self.ours(count())
    }
}
