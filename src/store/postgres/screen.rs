//! Which messages are refused although they are right: their handset wants no more of them, or a
//! day's limit is reached. Within the transaction that accepts them, so that it holds exactly.

use std::collections::{HashMap, HashSet};

use deadpool_postgres::Transaction;

use super::accept::{before, keep, repeated};
use super::fault::Fault;
use super::ids::Keys;
use super::statement::{row, rows, run};
use crate::store::{Accepted, DailyLimit, NewMessage, NewMessages};

/// In milliseconds.
const DAY: i64 = 86_400_000;

/// Of which requests messages may be refused.
pub(super) async fn which(
    tx: &Transaction<'_>,
    requests: &[&NewMessages],
) -> Result<Vec<bool>, Fault> {
    let mut streams: Vec<&str> = requests.iter().map(|new| new.stream.as_str()).collect();
    streams.sort_unstable();
    streams.dedup();
    let find = "SELECT stream FROM unnest($1::text[]) AS asked (stream)
             WHERE EXISTS (SELECT 1 FROM opt_out WHERE opt_out.stream = asked.stream)";
    let found = rows(tx, find, &[&streams]).await?;
    let with_opt_outs: HashSet<&str> = found.iter().map(|row| row.get(0)).collect();
    let screened =
        |new: &&NewMessages| new.limit.is_some() || with_opt_outs.contains(new.stream.as_str());
    Ok(requests.iter().map(screened).collect())
}

/// What is accepted of a request counts for what comes after it; what was accepted before is told
/// again whoever is refused now.
pub(super) async fn accept(
    tx: &Transaction<'_>,
    keys: &mut Keys,
    new: &NewMessages,
) -> Result<Vec<Accepted>, Fault> {
    let stream = new.stream.as_str();
    let rows: Vec<(&str, &NewMessage)> = new.messages.iter().map(|one| (stream, one)).collect();
    let before = before(tx, &rows).await?;
    let opted_out = opted_out(tx, stream, &new.messages).await?;
    let mut left = match &new.limit {
        Some(limit) => left(tx, limit, keys.now()).await?,
        None => usize::MAX,
    };
    let mut first: HashMap<&str, usize> = HashMap::new();
    let (mut chosen, mut answers) = (Vec::new(), Vec::with_capacity(rows.len()));
    for (at, message) in new.messages.iter().enumerate() {
        let refused = if opted_out.contains(message.recipient.as_str()) {
            Some(Accepted::OptedOut)
        } else {
            (left == 0).then_some(Accepted::OverLimit)
        };
        let id = message
            .internal_id
            .as_ref()
            .map(crate::domain::InternalId::as_str);
        let told = repeated(&before, stream, message);
        let earlier = id.and_then(|id| first.get(id).copied());
        answers.push(match (told, earlier, refused) {
            (Some(Accepted::Taken), _, Some(refused)) | (None, None, Some(refused)) => {
                Answer::Is(refused)
            }
            (Some(told), ..) => Answer::Is(told),
            (None, Some(earlier), refused) => {
                match (same(&new.messages[earlier], message), refused) {
                    (true, _) => Answer::Repeats(earlier),
                    (false, refused) => Answer::Is(refused.unwrap_or(Accepted::Taken)),
                }
            }
            (None, None, None) => {
                left -= 1;
                first.extend(id.map(|id| (id, at)));
                chosen.push(rows[at]);
                Answer::Chosen(chosen.len() - 1)
            }
        });
    }
    let kept = keep(tx, keys, &chosen).await?;
    if let Some(limit) = &new.limit {
        count_day(tx, limit, keys.now(), kept.len()).await?;
    }
    Ok(answers
        .iter()
        .map(|answer| answer.told(&answers, &kept))
        .collect())
}

enum Answer {
    Is(Accepted),
    /// As the message at this place of the request.
    Repeats(usize),
    /// The one at this place of those that are kept.
    Chosen(usize),
}

impl Answer {
    fn told(&self, all: &[Self], kept: &[Accepted]) -> Accepted {
        match self {
            Self::Is(accepted) => *accepted,
            Self::Chosen(at) => kept[*at],
            Self::Repeats(at) => match all[*at].told(all, kept) {
                Accepted::New(uuid) => Accepted::Repeated(uuid),
                other @ (Accepted::Repeated(_)
                | Accepted::Taken
                | Accepted::OptedOut
                | Accepted::OverLimit) => other,
            },
        }
    }
}

fn same(one: &NewMessage, other: &NewMessage) -> bool {
    one.recipient == other.recipient && one.sender == other.sender && one.text == other.text
}

async fn opted_out(
    tx: &Transaction<'_>,
    stream: &str,
    messages: &[NewMessage],
) -> Result<HashSet<String>, Fault> {
    let handsets: Vec<&str> = messages.iter().map(|one| one.recipient.as_str()).collect();
    let find = "SELECT handset FROM opt_out WHERE stream = $1 AND handset = ANY($2)";
    let found = rows(tx, find, &[&stream, &handsets]).await?;
    Ok(found.iter().map(|row| row.get(0)).collect())
}

async fn left(tx: &Transaction<'_>, limit: &DailyLimit, now: i64) -> Result<usize, Fault> {
    let find = "SELECT n FROM sent_in_day WHERE route = $1 AND day = $2";
    let row = row(tx, find, &[&limit.route, &now.div_euclid(DAY)]).await?;
    let accepted: i64 = row.map_or(0, |row| row.get(0));
    let left = i64::from(limit.most).saturating_sub(accepted);
    Ok(usize::try_from(left).unwrap_or_default())
}

/// Yesterday's count is of no use any more.
async fn count_day(
    tx: &Transaction<'_>,
    limit: &DailyLimit,
    now: i64,
    accepted: usize,
) -> Result<(), Fault> {
    if accepted == 0 {
        return Ok(());
    }
    let day = now.div_euclid(DAY);
    run(
        tx,
        "DELETE FROM sent_in_day WHERE route = $1 AND day < $2::bigint - 1",
        &[&limit.route, &day],
    )
    .await?;
    run(
        tx,
        "INSERT INTO sent_in_day (route, day, n) VALUES ($1, $2, $3)
         ON CONFLICT (route, day) DO UPDATE SET n = sent_in_day.n + excluded.n",
        &[
            &limit.route,
            &day,
            &i64::try_from(accepted).unwrap_or(i64::MAX),
        ],
    )
    .await?;
    Ok(())
}
