//! Handsets that want no more messages of a stream.

use deadpool_postgres::Transaction;

use super::fault::Fault;
use super::row;
use super::statement::run;
use super::store::PostgresStore;
use crate::domain::StreamId;
use crate::store::OptOut;

/// Whether that changed something.
pub(super) async fn set_consent(
    tx: &Transaction<'_>,
    now: i64,
    stream: &str,
    handset: &str,
    out: bool,
    by_reply: bool,
) -> Result<bool, Fault> {
    let changed = if out {
        let keep = "INSERT INTO opt_out (stream, handset, at, by_reply) VALUES ($1, $2, $3, $4)
                 ON CONFLICT DO NOTHING";
        run(tx, keep, &[&stream, &handset, &now, &by_reply]).await?
    } else {
        let forget = "DELETE FROM opt_out WHERE stream = $1 AND handset = $2";
        run(tx, forget, &[&stream, &handset]).await?
    };
    Ok(changed > 0)
}

impl PostgresStore {
    pub(super) async fn read_opt_outs(
        &self,
        stream: Option<&StreamId>,
    ) -> Result<Vec<OptOut>, Fault> {
        let list = "SELECT stream, handset, at, by_reply FROM opt_out
                 WHERE $1::text IS NULL OR stream = $1 ORDER BY stream, handset";
        let rows = self
            .database
            .rows(list, &[&stream.map(StreamId::as_str)])
            .await?;
        let read = |row: &tokio_postgres::Row| {
            Ok(OptOut {
                stream: row::stream_id(row.get(0))?,
                handset: row.get(1),
                at: row::time(row.get(2)),
                by_reply: row.get(3),
            })
        };
        rows.iter().map(read).collect()
    }
}
