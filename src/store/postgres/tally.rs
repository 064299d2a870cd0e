//! How many messages a stream has, by status, without counting rows: see table `tally`.

use std::collections::BTreeMap;

use deadpool_postgres::Transaction;

use super::fault::Fault;
use super::statement::run;

/// The moment of messages that are not known to become final.
const NEVER: i64 = i64::MAX;

/// The status of messages whose end is not known.
const SENT: i16 = 0;

/// Stream, moment, status. Sorted, as everything is that transactions write to.
#[derive(Debug, Default)]
pub(super) struct Tally<'a>(BTreeMap<(&'a str, i64, i16), i64>);

impl<'a> Tally<'a> {
    /// `n` may be negative.
    pub fn add(&mut self, stream: &'a str, final_at: Option<i64>, status: i16, n: i64) {
        let moment = final_at.unwrap_or(NEVER);
        *self.0.entry((stream, moment, status)).or_default() += n;
    }

    /// A message whose end was not known came to one.
    pub fn ended(&mut self, stream: &'a str, status: i16) {
        self.add(stream, None, SENT, -1);
        self.add(stream, Some(0), status, 1);
    }

    /// Writes the counts, within the transaction of the messages that they count.
    pub async fn flush(self, tx: &Transaction<'_>) -> Result<(), Fault> {
        if self.0.is_empty() {
            return Ok(());
        }
        let (mut streams, mut moments) = (Vec::new(), Vec::new());
        let (mut statuses, mut counts) = (Vec::new(), Vec::new());
        for ((stream, moment, status), n) in self.0 {
            streams.push(stream);
            moments.push(moment);
            statuses.push(status);
            counts.push(n);
        }
        let add = "INSERT INTO tally (stream, final_at, status, n)
                 SELECT * FROM unnest($1::text[], $2::bigint[], $3::smallint[], $4::bigint[])
                 ON CONFLICT (stream, final_at, status) DO UPDATE SET n = tally.n + excluded.n";
        run(tx, add, &[&streams, &moments, &statuses, &counts]).await?;
        Ok(())
    }
}

/// Folds the lines whose moment has passed, where there are more than a few.
pub(super) async fn fold(tx: &Transaction<'_>) -> Result<(), Fault> {
    let fold = "WITH passed AS (
                DELETE FROM tally WHERE final_at > 0 AND final_at <= (SELECT now_ms())
                RETURNING stream, status, n
             )
             INSERT INTO tally (stream, final_at, status, n)
             SELECT stream, 0, status, sum(n) FROM passed GROUP BY stream, status
             ORDER BY stream, status
             ON CONFLICT (stream, final_at, status) DO UPDATE SET n = tally.n + excluded.n";
    run(tx, fold, &[]).await?;
    Ok(())
}
