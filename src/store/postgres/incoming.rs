//! Messages of handsets: replies to a stream, and what carriers tell.

use deadpool_postgres::Transaction;
use jiff::Timestamp;
use uuid::Uuid;

use super::consent::set_consent;
use super::events::{NewEvent, tell};
use super::fault::Fault;
use super::ids::Keys;
use super::row::{self, RECEIVED, direction_number};
use super::statement::{row, run};
use super::tally::Tally;
use crate::domain::{Consent, Course, Direction, Message, SenderId, StreamId};
use crate::store::{Candidate, NewIncoming, NewReply, Received, TakenIn};

/// Most keys that one incoming message needs: its own, and one for its event.
const KEYS: usize = 2;

/// An incoming message whose stream is known.
struct Matched<'a> {
    stream: &'a StreamId,
    from: &'a str,
    /// Where it went to, if that was said.
    to: Option<&'a str>,
    /// Where it went to if nothing else says so.
    default_to: Option<&'a str>,
    text: &'a str,
    at: i64,
    consent: Option<Consent>,
    notify: Option<&'a str>,
    /// The route, and the carrier's id.
    heard: Option<(&'a str, Option<&'a str>)>,
}

pub(super) async fn receive(
    tx: &Transaction<'_>,
    reply: &NewReply,
) -> Result<Option<Received>, Fault> {
    let mut keys = Keys::take(tx, KEYS).await?;
    let matched = Matched {
        stream: &reply.stream,
        from: reply.from.as_str(),
        to: None,
        default_to: reply.to.as_ref().map(SenderId::as_str),
        text: reply.text.as_str(),
        at: keys.now(),
        consent: reply.consent,
        notify: reply.notify.as_deref(),
        heard: None,
    };
    keep(tx, &mut keys, &matched).await
}

pub(super) async fn take_in(
    tx: &Transaction<'_>,
    incoming: &[NewIncoming],
) -> Result<Vec<TakenIn>, Fault> {
    let mut keys = Keys::take(tx, incoming.len() * KEYS).await?;
    let mut taken = Vec::with_capacity(incoming.len());
    for new in incoming {
        taken.push(take_one_in(tx, &mut keys, new).await?);
    }
    Ok(taken)
}

async fn take_one_in(
    tx: &Transaction<'_>,
    keys: &mut Keys,
    new: &NewIncoming,
) -> Result<TakenIn, Fault> {
    if let Some(remote_id) = &new.remote_id {
        let know = "INSERT INTO remote_message (route, remote_id) VALUES ($1, $2)
                 ON CONFLICT DO NOTHING";
        if run(tx, know, &[&new.route, remote_id]).await? == 0 {
            return Ok(TakenIn::Known);
        }
    }
    let now = keys.now();
    let at = new.at.map_or(now, |at| at.as_millisecond().min(now));
    let Some(candidate) = choose(tx, new).await? else {
        return keep_unmatched(tx, keys, new, at)
            .await
            .map(TakenIn::Unmatched);
    };
    let matched = Matched {
        stream: &candidate.stream,
        from: &new.from,
        to: new.to.as_deref(),
        default_to: Some(candidate.sender.as_deref().unwrap_or_default()),
        text: &new.text,
        at,
        consent: new.consent,
        notify: candidate.notify.as_deref(),
        heard: Some((&new.route, new.remote_id.as_deref())),
    };
    // It always knows where it went to.
    let received = keep(tx, keys, &matched).await?;
    Ok(received.map_or(TakenIn::Known, |one| TakenIn::Matched(Box::new(one))))
}

/// The stream that a message is for.
async fn choose<'a>(
    tx: &Transaction<'_>,
    new: &'a NewIncoming,
) -> Result<Option<&'a Candidate>, Fault> {
    if let [only] = new.candidates.as_slice() {
        return Ok(Some(only));
    }
    let streams: Vec<&str> = new
        .candidates
        .iter()
        .map(|one| one.stream.as_str())
        .collect();
    let find =
        "SELECT stream FROM message WHERE handset = $1 AND stream = ANY($2) AND direction = 0
             AND at >= $3 ORDER BY seq DESC LIMIT 1";
    let since = new.since.as_millisecond();
    let found = row(tx, find, &[&new.from, &streams, &since]).await?;
    let stream = found.as_ref().map(|row| row.get::<_, &str>(0));
    let same = |one: &&Candidate| Some(one.stream.as_str()) == stream;
    Ok(new.candidates.iter().find(same))
}

async fn keep_unmatched(
    tx: &Transaction<'_>,
    keys: &mut Keys,
    new: &NewIncoming,
    at: i64,
) -> Result<Uuid, Fault> {
    let (uuid, seq) = keys.next();
    let keep = "INSERT INTO unmatched (seq, uuid, route, remote_id, handset, sender, text, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    run(
        tx,
        keep,
        &[
            &seq,
            &uuid,
            &new.route,
            &new.remote_id,
            &new.from,
            &new.to,
            &row::free(&new.text),
            &at,
        ],
    )
    .await?;
    Ok(uuid)
}

/// Gives a message of no stream to one.
pub(super) async fn assign(
    tx: &Transaction<'_>,
    uuid: Uuid,
    to: &Candidate,
    consent: Option<Consent>,
) -> Result<Option<Received>, Fault> {
    let mut keys = Keys::take(tx, KEYS).await?;
    let take = "DELETE FROM unmatched WHERE uuid = $1
             RETURNING route, remote_id, handset, sender, text, at";
    let Some(row) = row(tx, take, &[&uuid]).await? else {
        return Ok(None);
    };
    let matched = Matched {
        stream: &to.stream,
        from: row.get(2),
        to: row.get(3),
        default_to: Some(to.sender.as_deref().unwrap_or_default()),
        text: row.get(4),
        at: row.get(5),
        consent,
        notify: to.notify.as_deref(),
        heard: Some((row.get(0), row.get(1))),
    };
    keep(tx, &mut keys, &matched).await
}

/// Threaded to the last message that the handset got from the stream; `None` where it never got one
/// and nothing says where the message went to.
async fn keep(
    tx: &Transaction<'_>,
    keys: &mut Keys,
    new: &Matched<'_>,
) -> Result<Option<Received>, Fault> {
    let stream = new.stream.as_str();
    let last =
        "SELECT uuid, sender FROM message WHERE handset = $1 AND stream = $2 AND direction = 0
             ORDER BY seq DESC LIMIT 1";
    let last = row(tx, last, &[&new.from, &stream]).await?;
    let (in_reply_to, sender) = last.map(|row| (row.get(0), row.get(1))).unzip();
    let said = new.to.map(str::to_owned).or(sender);
    let Some(sender) = said.or_else(|| new.default_to.map(str::to_owned)) else {
        return Ok(None);
    };
    let (uuid, seq) = keys.next();
    let message = Message {
        uuid,
        stream: new.stream.clone(),
        direction: Direction::Incoming,
        internal_id: None,
        handset: new.from.to_owned(),
        sender,
        text: row::free(new.text).into_owned(),
        at: row::time(new.at),
        course: Course::waiting(),
        details: None,
        in_reply_to,
    };
    insert(tx, seq, &message, new.heard).await?;
    let mut tally = Tally::default();
    tally.add(stream, Some(0), RECEIVED, 1);
    tally.flush(tx).await?;
    if let Some(consent) = new.consent {
        let out = consent == Consent::OptsOut;
        set_consent(tx, keys.now(), stream, new.from, out, true).await?;
    }
    let event = new.notify.map(|url| NewEvent {
        stream: stream.to_owned(),
        handset: message.handset.clone(),
        message: uuid,
        status: None,
        at: new.at,
        url: url.to_owned(),
    });
    let event = tell(tx, keys, event.as_slice()).await?.pop();
    Ok(Some(Received { message, event }))
}

async fn insert(
    tx: &Transaction<'_>,
    seq: i64,
    message: &Message,
    heard: Option<(&str, Option<&str>)>,
) -> Result<(), Fault> {
    let insert =
        "INSERT INTO message (seq, uuid, stream, direction, handset, sender, text, at, outcome,
                in_reply_to, route, remote_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11)";
    let at = Timestamp::as_millisecond(message.at);
    run(
        tx,
        insert,
        &[
            &seq,
            &message.uuid,
            &message.stream.as_str(),
            &direction_number::<i16>(message.direction),
            &message.handset,
            &message.sender,
            &message.text,
            &at,
            &message.in_reply_to,
            &heard.map(|(route, _)| route),
            &heard.and_then(|(_, remote_id)| remote_id),
        ],
    )
    .await?;
    Ok(())
}
