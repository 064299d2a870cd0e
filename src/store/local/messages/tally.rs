//! How many messages a stream has, by status, without counting rows.
//!
//! A line counts the messages of a stream that become final at one moment, with the status that
//! they have from then on. Lines whose moment has passed are folded into one, with moment 0.

use std::collections::HashMap;

use rusqlite::{Connection, params};

/// The moment of messages that are not known to become final.
const NEVER: i64 = i64::MAX;

/// The status of messages whose end is not known.
const SENT: i64 = 0;

/// Stream, moment, status.
type Line = (i64, i64, i64);

#[derive(Debug, Default, Clone)]
pub struct Tally(HashMap<Line, i64>);

impl Tally {
    /// `n` may be negative.
    pub fn add(&mut self, stream: i64, final_at: Option<i64>, status: i64, n: i64) {
        let moment = final_at.unwrap_or(NEVER);
        *self.0.entry((stream, moment, status)).or_default() += n;
    }

    /// A message whose end was not known came to one.
    pub fn ended(&mut self, stream: i64, status: i64) {
        self.add(stream, None, SENT, -1);
        self.add(stream, Some(0), status, 1);
    }

    /// Writes the counts, within the transaction of the messages that they count.
    pub fn flush(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut add = connection.prepare_cached(
            "INSERT INTO tally (stream, final_at, status, n) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET n = n + excluded.n",
        )?;
        for ((stream, moment, status), n) in self.0.drain() {
            add.execute(params![stream, moment, status, n])?;
        }
        Ok(())
    }

    /// Forgets the counts of a transaction that failed.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// Folds the lines whose moment has passed.
pub fn fold(connection: &Connection, now: i64) -> rusqlite::Result<()> {
    let folded = connection
        .prepare_cached(
            "INSERT INTO tally (stream, final_at, status, n)
             SELECT stream, 0, status, sum(n) FROM tally
             WHERE final_at > 0 AND final_at <= ?1 GROUP BY stream, status
             ON CONFLICT DO UPDATE SET n = n + excluded.n",
        )?
        .execute([now])?;
    if folded > 0 {
        connection
            .prepare_cached("DELETE FROM tally WHERE final_at > 0 AND final_at <= ?1")?
            .execute([now])?;
    }
    Ok(())
}
