//! What became of attempts to deliver events.

use deadpool_postgres::Transaction;

use super::fault::Fault;
use super::ids::Keys;
use super::row::free;
use super::statement::run;
use crate::store::{Attempt, Next};

pub(super) struct Attempted<'a> {
    /// The event's.
    pub key: i64,
    /// Whether the delivery is still claimed by whoever attempted it.
    pub ours: bool,
    pub attempt: &'a Attempt,
    pub next: Next,
}

/// Where the lease was over and somebody else has the delivery, only a success counts; so it is where
/// the webhook was switched off meanwhile.
pub(super) async fn attempted(
    tx: &Transaction<'_>,
    keys: &mut Keys,
    all: &[Attempted<'_>],
) -> Result<(), Fault> {
    if all.is_empty() {
        return Ok(());
    }
    keep(tx, keys, all).await?;
    let of = |wanted: fn(&Attempted<'_>) -> Option<i64>| -> (Vec<i64>, Vec<i64>) {
        all.iter()
            .filter_map(|one| Some((one.key, wanted(one)?)))
            .unzip()
    };
    let (again, due) = of(|one| match one.next {
        Next::At(at) if one.ours => Some(at.as_millisecond()),
        Next::At(_) | Next::Delivered | Next::Dead => None,
    });
    if !again.is_empty() {
        let wait = "UPDATE job SET next_at = done.next_at, lease_until = 0, owner = 0,
                    attempts = attempts + 1
                 FROM unnest($1::bigint[], $2::bigint[]) AS done (key, next_at)
                 WHERE job.key = done.key";
        run(tx, wait, &[&again, &due]).await?;
    }
    let at = |one: &Attempted<'_>| one.attempt.at.as_millisecond();
    let ended = all.iter().filter_map(|one| match one.next {
        Next::Delivered => Some((one.key, (at(one), 1_i16))),
        Next::Dead if one.ours => Some((one.key, (at(one), 2))),
        Next::Dead | Next::At(_) => None,
    });
    let (ended, how): (Vec<i64>, Vec<(i64, i16)>) = ended.unzip();
    let (ats, states): (Vec<i64>, Vec<i16>) = how.into_iter().unzip();
    if !ended.is_empty() {
        let finish = "WITH done AS (
                    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::smallint[])
                        AS done (key, at, state)
                 ), over AS (
                    DELETE FROM job USING done WHERE job.key = done.key
                    RETURNING job.key, job.attempts, job.details
                 )
                 UPDATE event SET state = done.state, next_at = done.at,
                    attempts = coalesce(over.attempts, event.attempts) + 1,
                    why = CASE WHEN done.state = 1 THEN NULL
                        ELSE coalesce(over.details, event.why) END
                 FROM done LEFT JOIN over ON over.key = done.key WHERE event.key = done.key";
        run(tx, finish, &[&ended, &ats, &states]).await?;
    }
    Ok(())
}

async fn keep(tx: &Transaction<'_>, keys: &mut Keys, all: &[Attempted<'_>]) -> Result<(), Fault> {
    let own: Vec<i64> = all.iter().map(|_| keys.next().1).collect();
    let events: Vec<i64> = all.iter().map(|one| one.key).collect();
    let ats: Vec<i64> = all
        .iter()
        .map(|one| one.attempt.at.as_millisecond())
        .collect();
    let lengths: Vec<i64> = all.iter().map(|one| one.attempt.elapsed).collect();
    let statuses: Vec<Option<i32>> = all
        .iter()
        .map(|one| one.attempt.status.map(i32::from))
        .collect();
    let errors: Vec<_> = all
        .iter()
        .map(|one| one.attempt.error.as_deref().map(free))
        .collect();
    let insert = "INSERT INTO attempt (key, event, at, elapsed, status, error)
             SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[],
                $5::integer[], $6::text[]) AS made (key, event, at, elapsed, status, error)
             WHERE EXISTS (SELECT 1 FROM event WHERE event.key = made.event)";
    run(
        tx,
        insert,
        &[&own, &events, &ats, &lengths, &statuses, &errors],
    )
    .await?;
    Ok(())
}
