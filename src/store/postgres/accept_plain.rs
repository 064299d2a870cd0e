//! Messages that nobody is told of and that go nowhere: one statement keeps them, counts them, and is
//! its own transaction.

use jiff::Timestamp;
use uuid::Uuid;

use super::database::Database;
use super::fault::Fault;
use super::row::status_number;
use crate::domain::InternalId;
use crate::store::{Accepted, NewMessage, NewMessages};

/// Keeps all but those whose internal id their stream has already, and those of streams that some
/// handset opted out of: both are looked at by themselves. Ids follow from the keys that are taken,
/// as `crate::store::ids` has it.
const KEEP: &str = "
    WITH keys AS MATERIALIZED (SELECT take_made_keys($1) AS first, now_ms() AS now),
    input AS (
        SELECT first + place - 1 AS seq, now, given.* FROM keys,
            unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::smallint[],
                $8::bigint[], $9::bigint[], $10::bigint[]) WITH ORDINALITY
            AS given (stream, internal_id, handset, sender, text, outcome, sent_at, final_at, random,
                place)
        WHERE NOT EXISTS (SELECT 1 FROM opt_out WHERE opt_out.stream = given.stream)
    ),
    named AS (
        INSERT INTO internal_id (stream, internal_id, seq)
        SELECT stream, internal_id, seq FROM input WHERE internal_id IS NOT NULL
        ON CONFLICT DO NOTHING RETURNING seq
    ),
    kept AS (
        INSERT INTO message (seq, uuid, stream, direction, internal_id, handset, sender, text, at,
            outcome, sent_at, final_at)
        SELECT seq, (lpad(to_hex(seq >> 20), 12, '0') || '7' || lpad(to_hex((seq >> 8) & 4095), 3, '0')
                || to_hex(32768 | ((seq & 255) << 6) | (random & 63))
                || lpad(to_hex((random >> 6) & 281474976710655), 12, '0'))::uuid,
            stream, 0, internal_id, handset, sender, text, now, outcome, sent_at, final_at
        FROM input WHERE internal_id IS NULL OR seq IN (SELECT seq FROM named)
        RETURNING seq, uuid, stream, outcome, final_at
    ),
    counted AS (
        INSERT INTO tally (stream, final_at, status, n)
        SELECT stream, coalesce(final_at, 9223372036854775807), outcome, count(*) FROM kept
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (stream, final_at, status) DO UPDATE SET n = tally.n + excluded.n
    )
    SELECT seq - (SELECT first FROM keys), uuid FROM kept";

/// Whether a request asks for no more than to be kept.
pub(super) fn is_plain(new: &NewMessages) -> bool {
    let stays = |message: &NewMessage| !message.leaves;
    new.notify.is_none() && new.limit.is_none() && new.messages.iter().all(stays)
}

/// In the order of the messages; `None` for those that are to be looked at by themselves.
pub(super) async fn keep(
    database: &Database,
    rows: &[(&str, &NewMessage)],
) -> Result<Vec<Option<Accepted>>, Fault> {
    let random = random(rows.len())?;
    let texts = |text: fn(&NewMessage) -> &str| -> Vec<&str> {
        rows.iter().map(|(_, message)| text(message)).collect()
    };
    let times = |time: fn(&NewMessage) -> Option<Timestamp>| -> Vec<Option<i64>> {
        let milliseconds = |message| time(message).map(Timestamp::as_millisecond);
        rows.iter()
            .map(|(_, message)| milliseconds(message))
            .collect()
    };
    let internal = rows.iter().map(|(_, message)| {
        let id = message.internal_id.as_ref();
        id.map(InternalId::as_str)
    });
    let outcomes = rows.iter().map(|(_, message)| message.course.outcome);
    let kept = database
        .rows(
            KEEP,
            &[
                &i64::try_from(rows.len()).unwrap_or(i64::MAX),
                &rows.iter().map(|(stream, _)| *stream).collect::<Vec<_>>(),
                &internal.collect::<Vec<_>>(),
                &texts(|message| message.recipient.as_str()),
                &texts(|message| message.sender.as_str()),
                &texts(|message| message.text.as_str()),
                &outcomes.map(status_number::<i16>).collect::<Vec<_>>(),
                &times(|message| message.course.sent_at),
                &times(|message| message.course.final_at),
                &random,
            ],
        )
        .await?;
    let mut accepted = vec![None; rows.len()];
    for row in kept {
        let place = usize::try_from(row.get::<_, i64>(0)).unwrap_or(usize::MAX);
        if let Some(accepted) = accepted.get_mut(place) {
            *accepted = Some(Accepted::New(row.get::<_, Uuid>(1)));
        }
    }
    Ok(accepted)
}

/// As much chance as an id has beside its key, for so many.
fn random(count: usize) -> Result<Vec<i64>, Fault> {
    let mut bytes = vec![0; count * 8];
    getrandom::fill(&mut bytes)?;
    let number = |bytes: &[u8]| i64::from_ne_bytes(std::array::from_fn(|at| bytes[at]));
    Ok(bytes.chunks_exact(8).map(number).collect())
}
