//! Events, and the jobs that carry them and messages out.

use std::collections::HashMap;

use deadpool_postgres::Transaction;
use uuid::Uuid;

use super::fault::Fault;
use super::ids::Keys;
use super::row::{kind_number, state_number, status_number};
use super::statement::{rows, run};
use crate::domain::{DeliveryState, MessageStatus};
use crate::store::JobKind;

/// Why a delivery is dead that was never attempted, or is not any more.
pub(super) const GONE: &str = "the webhook responded with 410 (Gone) and is turned off";

#[derive(Debug)]
pub(super) struct NewEvent {
    pub stream: String,
    pub handset: String,
    pub message: Uuid,
    /// `None` where the message was received.
    pub status: Option<(MessageStatus, Option<String>)>,
    pub at: i64,
    pub url: String,
}

#[derive(Debug)]
pub(super) struct NewJob {
    pub kind: JobKind,
    pub stream: String,
    pub handset: String,
    /// The event's, or the message's.
    pub key: i64,
    pub next_at: i64,
}

/// Keeps events and queues their deliveries, in their order; a delivery is dead at once where the
/// webhook is switched off at its URL. Takes a key for each. Each one's id, and whether its delivery
/// is due.
pub(super) async fn tell(
    tx: &Transaction<'_>,
    keys: &mut Keys,
    events: &[NewEvent],
) -> Result<Vec<(Uuid, bool)>, Fault> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let (mut numbers, off) = (numbers(tx, events).await?, switched_off(tx, events).await?);
    let mut told = Vec::with_capacity(events.len());
    let mut rows = Rows::default();
    let mut jobs = Vec::new();
    for event in events {
        let (id, key) = keys.next();
        let (stream, handset) = (event.stream.as_str(), event.handset.as_str());
        let number = numbers.entry((stream, handset)).or_default();
        *number += 1;
        let dead = off.contains(&(stream, event.url.as_str()));
        let state = if dead {
            DeliveryState::Dead
        } else {
            DeliveryState::Waiting
        };
        rows.keys.push(key);
        rows.ids.push(id);
        rows.messages.push(event.message);
        rows.streams.push(stream);
        rows.handsets.push(handset);
        rows.numbers.push(*number);
        let status = event.status.as_ref();
        rows.statuses
            .push(status.map(|(status, _)| status_number::<i16>(*status)));
        rows.ats.push(event.at);
        rows.details
            .push(status.and_then(|(_, details)| details.as_deref()));
        rows.states.push(state_number::<i16>(state));
        rows.whys.push(dead.then_some(GONE));
        if !dead {
            jobs.push(NewJob {
                kind: JobKind::Deliver,
                stream: event.stream.clone(),
                handset: event.handset.clone(),
                key,
                next_at: keys.now(),
            });
        }
        told.push((id, !dead));
    }
    rows.insert(tx).await?;
    queue(tx, &jobs).await?;
    Ok(told)
}

/// The last number that each conversation had before these events.
async fn numbers<'a>(
    tx: &Transaction<'_>,
    events: &'a [NewEvent],
) -> Result<HashMap<(&'a str, &'a str), i64>, Fault> {
    let mut numbers: HashMap<(&str, &str), i64> = HashMap::new();
    for event in events {
        *numbers.entry((&event.stream, &event.handset)).or_default() += 1;
    }
    let (streams, handsets): (Vec<&str>, Vec<&str>) = numbers.keys().copied().unzip();
    let counts: Vec<i64> = numbers.values().copied().collect();
    let count = "INSERT INTO conversation (stream, handset, number)
             SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
             ON CONFLICT (stream, handset) DO UPDATE SET number = conversation.number + excluded.number
             RETURNING stream, handset, number";
    let counted = rows(tx, count, &[&streams, &handsets, &counts]).await?;
    let last: HashMap<(&str, &str), i64> = counted
        .iter()
        .map(|row| ((row.get(0), row.get(1)), row.get(2)))
        .collect();
    for (conversation, number) in &mut numbers {
        let last = last.get(conversation).copied().unwrap_or_default();
        *number = last - *number;
    }
    Ok(numbers)
}

/// Which webhooks of these are not called at their URL.
async fn switched_off<'a>(
    tx: &Transaction<'_>,
    events: &'a [NewEvent],
) -> Result<Vec<(&'a str, &'a str)>, Fault> {
    let mut webhooks: Vec<(&str, &str)> = events
        .iter()
        .map(|event| (event.stream.as_str(), event.url.as_str()))
        .collect();
    webhooks.sort_unstable();
    webhooks.dedup();
    let (streams, urls): (Vec<&str>, Vec<&str>) = webhooks.iter().copied().unzip();
    let off = "SELECT stream, url FROM webhook_off
             WHERE (stream, url) IN (SELECT * FROM unnest($1::text[], $2::text[]))";
    let off = rows(tx, off, &[&streams, &urls]).await?;
    webhooks.retain(|webhook| off.iter().any(|row| (row.get(0), row.get(1)) == *webhook));
    Ok(webhooks)
}

/// Events, as columns.
#[derive(Default)]
struct Rows<'a> {
    keys: Vec<i64>,
    ids: Vec<Uuid>,
    messages: Vec<Uuid>,
    streams: Vec<&'a str>,
    handsets: Vec<&'a str>,
    numbers: Vec<i64>,
    statuses: Vec<Option<i16>>,
    ats: Vec<i64>,
    details: Vec<Option<&'a str>>,
    states: Vec<i16>,
    whys: Vec<Option<&'a str>>,
}

impl Rows<'_> {
    async fn insert(&self, tx: &Transaction<'_>) -> Result<(), Fault> {
        let insert =
            "INSERT INTO event (key, id, message, stream, handset, number, status, at, details,
                    state, why)
                 SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::text[], $5::text[],
                    $6::bigint[], $7::smallint[], $8::bigint[], $9::text[], $10::smallint[],
                    $11::text[])";
        run(
            tx,
            insert,
            &[
                &self.keys,
                &self.ids,
                &self.messages,
                &self.streams,
                &self.handsets,
                &self.numbers,
                &self.statuses,
                &self.ats,
                &self.details,
                &self.states,
                &self.whys,
            ],
        )
        .await?;
        Ok(())
    }
}

pub(super) async fn queue(tx: &Transaction<'_>, jobs: &[NewJob]) -> Result<(), Fault> {
    if jobs.is_empty() {
        return Ok(());
    }
    let keys: Vec<i64> = jobs.iter().map(|job| job.key).collect();
    let kinds: Vec<i16> = jobs
        .iter()
        .map(|job| kind_number::<i16>(job.kind))
        .collect();
    let streams: Vec<&str> = jobs.iter().map(|job| job.stream.as_str()).collect();
    let handsets: Vec<&str> = jobs.iter().map(|job| job.handset.as_str()).collect();
    let due: Vec<i64> = jobs.iter().map(|job| job.next_at).collect();
    let insert = "INSERT INTO job (key, kind, stream, handset, next_at)
             SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::text[], $4::text[],
                $5::bigint[])";
    run(tx, insert, &[&keys, &kinds, &streams, &handsets, &due]).await?;
    Ok(())
}
