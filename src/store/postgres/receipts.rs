//! Receipts that carriers tell by themselves.

use std::collections::HashMap;

use deadpool_postgres::Transaction;

use super::ends::{End, end};
use super::events::{NewEvent, tell};
use super::fault::Fault;
use super::ids::Keys;
use super::row::{self, free, status_number};
use super::statement::{one, row, rows, run};
use super::store::PostgresStore;
use crate::domain::{MessageStatus, StreamId, canonical};
use crate::store::NewReceipt;

/// How long a receipt waits for its message, in milliseconds: the carrier has answered long before.
const HELD: i64 = 3_600_000;

/// Most keys that one receipt needs: its own where it waits, or its event's.
const KEYS: usize = 1;

/// A message that waits for its status.
struct Found {
    key: i64,
    stream: String,
    handset: String,
    message: uuid::Uuid,
}

impl PostgresStore {
    /// How many messages came to their end.
    pub(super) async fn learn_receipts(
        &self,
        receipts: &[NewReceipt],
        notify: &HashMap<StreamId, String>,
    ) -> Result<usize, Fault> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let mut keys = Keys::take(&tx, receipts.len() * KEYS).await?;
        let mut ended = 0;
        for receipt in receipts {
            let Some(found) = receipt_for(&tx, receipt).await? else {
                if receipt.hold {
                    hold(&tx, &mut keys, receipt).await?;
                }
                continue;
            };
            let stream = found.stream.parse().ok();
            let url = stream.and_then(|id: StreamId| notify.get(&id));
            let status = (receipt.status, receipt.details.clone());
            finish(&tx, &mut keys, found, status, url.map(String::as_str)).await?;
            ended += 1;
        }
        tx.commit().await?;
        if ended > 0 {
            self.database.has_queued();
        }
        Ok(ended)
    }
}

async fn finish(
    tx: &Transaction<'_>,
    keys: &mut Keys,
    found: Found,
    (status, details): (MessageStatus, Option<String>),
    url: Option<&str>,
) -> Result<(), Fault> {
    let now = keys.now();
    let told = url.map(|url| NewEvent {
        stream: found.stream.clone(),
        handset: found.handset,
        message: found.message,
        status: Some((
            status,
            details.as_deref().map(|text| free(text).into_owned()),
        )),
        at: now,
        url: url.to_owned(),
    });
    let ended = End {
        key: found.key,
        stream: found.stream,
        status,
        details,
    };
    end(tx, &[ended], now).await?;
    tell(tx, keys, told.as_slice()).await?;
    Ok(())
}

/// The message that a receipt speaks of: one that went to its handset, or the one with its likeliest
/// id, which may have gone to another number than its recipient's.
async fn receipt_for(tx: &Transaction<'_>, receipt: &NewReceipt) -> Result<Option<Found>, Fault> {
    let find = "SELECT job.key, job.stream, job.handset, message.uuid FROM job
             JOIN message ON message.seq = job.key
             WHERE lower(ltrim(replace(upstream, '-', ''), '0')) = $1
             AND upstream IS NOT NULL AND kind = 2 AND route = $2 ORDER BY job.key
             FOR UPDATE OF job";
    let mut other = None;
    for (place, id) in receipt.ids.iter().enumerate() {
        for row in rows(tx, find, &[id, &receipt.route]).await? {
            let found = Found {
                key: row.get(0),
                stream: row.get(1),
                handset: row.get(2),
                message: row.get(3),
            };
            let handset = receipt.handset.as_ref();
            if handset.is_none_or(|handset| *handset == found.handset) {
                return Ok(Some(found));
            }
            other = other.or(Some(found).filter(|_| place == 0));
        }
    }
    Ok(other)
}

async fn hold(tx: &Transaction<'_>, keys: &mut Keys, receipt: &NewReceipt) -> Result<(), Fault> {
    run(
        tx,
        "DELETE FROM receipt WHERE at < $1",
        &[&(keys.now() - HELD)],
    )
    .await?;
    let (_, number) = keys.next();
    let keep = "INSERT INTO receipt (route, id, number, place, handset, status, details, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    for (place, id) in receipt.ids.iter().enumerate() {
        run(
            tx,
            keep,
            &[
                &receipt.route,
                id,
                &number,
                &i64::try_from(place).unwrap_or(i64::MAX),
                &receipt.handset,
                &status_number::<i16>(receipt.status),
                &receipt.details.as_deref().map(free),
                &keys.now(),
            ],
        )
        .await?;
    }
    Ok(())
}

/// Messages that were taken just now: a receipt may have come before the answer that it follows. Each
/// is a key, the carrier's id, the route, and who is told.
pub(super) async fn settle_held(
    tx: &Transaction<'_>,
    keys: &mut Keys,
    taken: &[(i64, &str, &str, Option<&str>)],
) -> Result<(), Fault> {
    let waits = "SELECT EXISTS (SELECT 1 FROM receipt)";
    if !one(tx, waits, &[]).await?.get::<_, bool>(0) {
        return Ok(());
    }
    let find = "SELECT job.key, job.stream, job.handset, message.uuid FROM job
             JOIN message ON message.seq = job.key WHERE job.key = $1";
    for (key, upstream, route, url) in taken {
        let Some(row) = row(tx, find, &[key]).await? else {
            continue;
        };
        let found = Found {
            key: *key,
            stream: row.get(1),
            handset: row.get(2),
            message: row.get(3),
        };
        if let Some(status) = held(tx, route, upstream, &found.handset).await? {
            finish(tx, keys, found, status, *url).await?;
        }
    }
    Ok(())
}

/// What a receipt said of a message before its id was known here.
async fn held(
    tx: &Transaction<'_>,
    route: &str,
    upstream: &str,
    handset: &str,
) -> Result<Option<(MessageStatus, Option<String>)>, Fault> {
    let find = "SELECT number, status, details FROM receipt WHERE route = $1 AND id = $2
             AND (handset IS NULL OR handset = $3 OR place = 0)
             ORDER BY (handset = $3) IS TRUE DESC, place, number LIMIT 1";
    let id = canonical(upstream);
    let Some(row) = row(tx, find, &[&route, &id, &handset]).await? else {
        return Ok(None);
    };
    run(
        tx,
        "DELETE FROM receipt WHERE number = $1",
        &[&row.get::<_, i64>(0)],
    )
    .await?;
    Ok(Some((row::status(row.get::<_, i16>(1)), row.get(2))))
}
