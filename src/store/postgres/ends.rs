//! Messages that come to their end, and their jobs with them.

use deadpool_postgres::Transaction;

use super::fault::Fault;
use super::row::{free, status_number};
use super::statement::run;
use super::tally::Tally;
use crate::domain::MessageStatus;

pub(super) struct End {
    /// The message's, and its job's.
    pub key: i64,
    pub stream: String,
    pub status: MessageStatus,
    pub details: Option<String>,
}

pub(super) async fn end(tx: &Transaction<'_>, ends: &[End], now: i64) -> Result<(), Fault> {
    if ends.is_empty() {
        return Ok(());
    }
    let keys: Vec<i64> = ends.iter().map(|one| one.key).collect();
    let statuses: Vec<i16> = ends
        .iter()
        .map(|one| status_number::<i16>(one.status))
        .collect();
    let details: Vec<_> = ends
        .iter()
        .map(|one| one.details.as_deref().map(free))
        .collect();
    let forget = "DELETE FROM job WHERE key = ANY($1)";
    run(tx, forget, &[&keys]).await?;
    let set = "UPDATE message SET outcome = done.status, final_at = $4, details = done.details
             FROM unnest($1::bigint[], $2::smallint[], $3::text[]) AS done (key, status, details)
             WHERE seq = done.key";
    run(tx, set, &[&keys, &statuses, &details, &now]).await?;
    let mut tally = Tally::default();
    for one in ends {
        tally.ended(&one.stream, status_number::<i16>(one.status));
    }
    tally.flush(tx).await
}
