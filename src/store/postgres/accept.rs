//! Messages of requests, taken in: those of all requests that wait go into one transaction.

use std::collections::HashMap;

use deadpool_postgres::Transaction;
use jiff::Timestamp;
use uuid::Uuid;

use super::database::Database;
use super::events::{NewEvent, NewJob, queue, tell};
use super::fault::Fault;
use super::ids::Keys;
use super::row::status_number;
use super::screen;
use super::statement::{rows, run};
use super::tally::Tally;
use crate::domain::InternalId;
use crate::store::ids::{PLACE, id};
use crate::store::{Accepted, AcceptedBatch, JobKind, NewMessage, NewMessages};

/// What is said of a message that waits for its carrier for the first time.
const NOT_SUBMITTED: &str = "not submitted to the carrier yet";

/// Most keys that one message needs: its own, and one for its first event.
const KEYS: usize = 2;

/// What was accepted, and whether jobs were queued.
pub(super) async fn accept(
    tx: &Transaction<'_>,
    requests: &[&NewMessages],
) -> Result<(Vec<AcceptedBatch>, bool), Fault> {
    let messages: usize = requests.iter().map(|new| new.messages.len()).sum();
    let mut keys = Keys::take(tx, messages * KEYS + requests.len()).await?;
    let mut work = Work::default();
    let screened = screen::which(tx, requests).await?;
    let mut answers: Vec<Vec<Accepted>> = requests.iter().map(|_| Vec::new()).collect();
    let plain: Vec<_> = (0..requests.len()).filter(|at| !screened[*at]).collect();
    let rows: Vec<(&str, &NewMessage)> = plain.iter().flat_map(|at| of(requests[*at])).collect();
    let mut accepted = keep(tx, &mut keys, &rows).await?.into_iter();
    for at in plain {
        let new = requests[at];
        answers[at] = accepted.by_ref().take(new.messages.len()).collect();
        work.follow(new, &answers[at]);
    }
    for at in (0..requests.len()).filter(|at| screened[*at]) {
        answers[at] = screen::accept(tx, &mut keys, requests[at]).await?;
        work.follow(requests[at], &answers[at]);
    }
    let queued = work.write(tx, &mut keys).await?;
    let batch = |accepted| AcceptedBatch {
        id: keys.next().0,
        accepted,
    };
    Ok((answers.into_iter().map(batch).collect(), queued))
}

pub(super) fn of(new: &NewMessages) -> impl Iterator<Item = (&str, &NewMessage)> {
    let stream = new.stream.as_str();
    new.messages.iter().map(move |message| (stream, message))
}

/// An id of a request, which nothing is kept under.
pub(super) fn request_id(database: &Database) -> Result<Uuid, Fault> {
    let mut random = [0; 14];
    getrandom::fill(&mut random)?;
    let moment = u64::try_from(database.now().as_millisecond()).unwrap_or_default();
    let place = u32::from_be_bytes([0, random[10], random[11], random[12]]) >> (24 - PLACE);
    Ok(id(moment, place, std::array::from_fn(|at| random[at])))
}

/// Inserts messages, but for those whose internal id their stream has already.
pub(super) async fn keep(
    tx: &Transaction<'_>,
    keys: &mut Keys,
    given: &[(&str, &NewMessage)],
) -> Result<Vec<Accepted>, Fault> {
    if given.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<(Uuid, i64)> = given.iter().map(|_| keys.next()).collect();
    let all = insert(tx, keys.now(), &ids, given).await?;
    let mut accepted: Vec<Accepted> = ids.iter().map(|(uuid, _)| Accepted::New(*uuid)).collect();
    if all == given.len() {
        return Ok(accepted);
    }
    let seqs: Vec<i64> = ids.iter().map(|(_, seq)| *seq).collect();
    let find = "SELECT seq FROM message WHERE seq = ANY($1)";
    let kept = rows(tx, find, &[&seqs]).await?;
    let kept: std::collections::HashSet<i64> = kept.iter().map(|row| row.get(0)).collect();
    let others: Vec<usize> = (0..given.len())
        .filter(|at| !kept.contains(&seqs[*at]))
        .collect();
    let there: Vec<_> = others.iter().map(|at| given[*at]).collect();
    let before = before(tx, &there).await?;
    for at in others {
        let (stream, message) = given[at];
        accepted[at] = repeated(&before, stream, message).unwrap_or(Accepted::Taken);
    }
    Ok(accepted)
}

/// How many were inserted.
async fn insert(
    tx: &Transaction<'_>,
    now: i64,
    ids: &[(Uuid, i64)],
    given: &[(&str, &NewMessage)],
) -> Result<usize, Fault> {
    let insert = "WITH input AS (
                SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[],
                    $6::text[], $7::text[], $8::smallint[], $9::bigint[], $10::bigint[],
                    $11::text[]) AS input (seq, uuid, stream, internal_id, handset, sender, text,
                    outcome, sent_at, final_at, details)
             ), named AS (
                INSERT INTO internal_id (stream, internal_id, seq)
                SELECT stream, internal_id, seq FROM input WHERE internal_id IS NOT NULL
                ON CONFLICT DO NOTHING RETURNING seq
             )
             INSERT INTO message (seq, uuid, stream, direction, internal_id, handset, sender, text,
                at, outcome, sent_at, final_at, details)
             SELECT seq, uuid, stream, 0, internal_id, handset, sender, text, $12, outcome, sent_at,
                final_at, details
             FROM input WHERE internal_id IS NULL OR seq IN (SELECT seq FROM named)";
    let (uuids, seqs): (Vec<Uuid>, Vec<i64>) = ids.iter().copied().unzip();
    let texts = |text: fn(&NewMessage) -> &str| -> Vec<&str> {
        given.iter().map(|(_, message)| text(message)).collect()
    };
    let times = |time: fn(&NewMessage) -> Option<Timestamp>| -> Vec<Option<i64>> {
        let milliseconds = |message| time(message).map(Timestamp::as_millisecond);
        given
            .iter()
            .map(|(_, message)| milliseconds(message))
            .collect()
    };
    let streams: Vec<&str> = given.iter().map(|(stream, _)| *stream).collect();
    let internal: Vec<Option<&str>> = given
        .iter()
        .map(|(_, message)| message.internal_id.as_ref().map(InternalId::as_str))
        .collect();
    let outcomes: Vec<i16> = given
        .iter()
        .map(|(_, message)| status_number::<i16>(message.course.outcome))
        .collect();
    let details: Vec<Option<&str>> = given
        .iter()
        .map(|(_, message)| message.leaves.then_some(NOT_SUBMITTED))
        .collect();
    let inserted = run(
        tx,
        insert,
        &[
            &seqs,
            &uuids,
            &streams,
            &internal,
            &texts(|message| message.recipient.as_str()),
            &texts(|message| message.sender.as_str()),
            &texts(|message| message.text.as_str()),
            &outcomes,
            &times(|message| message.course.sent_at),
            &times(|message| message.course.final_at),
            &details,
            &now,
        ],
    )
    .await?;
    Ok(usize::try_from(inserted).unwrap_or(usize::MAX))
}

/// A message that has its internal id: recipient, sender, text.
pub(super) type Before = HashMap<(String, String), (Uuid, String, String, String)>;

/// The messages that have the internal ids of these.
pub(super) async fn before(
    tx: &Transaction<'_>,
    given: &[(&str, &NewMessage)],
) -> Result<Before, Fault> {
    let named = given
        .iter()
        .filter_map(|(stream, message)| Some((*stream, message.internal_id.as_ref()?.as_str())));
    let (streams, ids): (Vec<&str>, Vec<&str>) = named.unzip();
    if ids.is_empty() {
        return Ok(Before::new());
    }
    let find = "SELECT internal_id.stream, internal_id.internal_id, uuid, handset, sender, text
             FROM unnest($1::text[], $2::text[]) AS wanted (stream, id)
             JOIN internal_id ON internal_id.stream = wanted.stream
                AND internal_id.internal_id = wanted.id
             JOIN message ON message.seq = internal_id.seq";
    let rows = rows(tx, find, &[&streams, &ids]).await?;
    let entry = |row: &tokio_postgres::Row| {
        let key = (row.get(0), row.get(1));
        (key, (row.get(2), row.get(3), row.get(4), row.get(5)))
    };
    Ok(rows.iter().map(entry).collect())
}

/// What is said of a message whose internal id the stream may have already; `None` where it has not.
pub(super) fn repeated(before: &Before, stream: &str, message: &NewMessage) -> Option<Accepted> {
    let id = message.internal_id.as_ref()?;
    let (uuid, handset, sender, text) = before.get(&(stream.to_owned(), id.as_str().to_owned()))?;
    let same = handset == message.recipient.as_str()
        && sender == message.sender.as_str()
        && text == message.text.as_str();
    Some(if same {
        Accepted::Repeated(*uuid)
    } else {
        Accepted::Taken
    })
}

/// What comes of messages that are new.
#[derive(Default)]
struct Work<'a> {
    tally: Tally<'a>,
    events: Vec<NewEvent>,
    jobs: Vec<NewJob>,
}

impl<'a> Work<'a> {
    fn follow(&mut self, new: &'a NewMessages, accepted: &[Accepted]) {
        for (message, accepted) in new.messages.iter().zip(accepted) {
            if let Accepted::New(uuid) = accepted {
                self.follow_one(new, message, *uuid);
            }
        }
    }

    fn follow_one(&mut self, new: &'a NewMessages, message: &NewMessage, uuid: Uuid) {
        let (stream, course) = (new.stream.as_str(), &message.course);
        let handset = message.recipient.as_str();
        let seq = crate::store::ids::key_of(uuid);
        let end = course.final_at.map(Timestamp::as_millisecond);
        self.tally
            .add(stream, end, status_number::<i16>(course.outcome), 1);
        let job = |kind, next_at| NewJob {
            kind,
            stream: stream.to_owned(),
            handset: handset.to_owned(),
            key: seq,
            next_at,
        };
        if message.leaves {
            // Due from the moment at which it is kept.
            self.jobs.push(job(JobKind::Submit, 0));
        }
        let Some(url) = &new.notify else { return };
        let (first, turns) = course.told();
        if let Some((status, at)) = first {
            self.events.push(NewEvent {
                stream: stream.to_owned(),
                handset: handset.to_owned(),
                message: uuid,
                status: Some((status, None)),
                at: at.as_millisecond(),
                url: url.clone(),
            });
        }
        if let Some(at) = turns {
            self.jobs.push(job(JobKind::Turn, at.as_millisecond()));
        }
    }

    /// Whether jobs were queued.
    async fn write(mut self, tx: &Transaction<'_>, keys: &mut Keys) -> Result<bool, Fault> {
        for job in &mut self.jobs {
            job.next_at = if job.kind == JobKind::Submit {
                keys.now()
            } else {
                job.next_at
            };
        }
        self.tally.flush(tx).await?;
        queue(tx, &self.jobs).await?;
        tell(tx, keys, &self.events).await?;
        Ok(!self.jobs.is_empty() || !self.events.is_empty())
    }
}
