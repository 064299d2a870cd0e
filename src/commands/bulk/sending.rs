//! Batches of rows on their way, several at one time.

use std::collections::BTreeMap;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::super::send::{follow, say_what_is_left};
use super::super::session::{Session, block_on};
use super::super::wire::{Wire, token_of};
use super::order::Order;
use super::outcome::{Ending, Fate};
use crate::api::{MOST_MESSAGES, MessageBody, SendBody, SendReport};
use crate::document::Row;
use crate::domain::{Span, Token};
use crate::error::{Code, Failure};

/// Requests in flight at one time.
const IN_FLIGHT: usize = 8;

/// How long messages of a live stream are waited for until they are submitted.
const SUBMIT: Duration = Duration::from_secs(60);

/// The rows as bodies of requests.
pub fn bodies(rows: &[Row]) -> impl Iterator<Item = SendBody> {
    rows.chunks(MOST_MESSAGES).map(|rows| SendBody {
        messages: rows.iter().map(body).collect(),
    })
}

fn body(row: &Row) -> MessageBody {
    MessageBody {
        internal_id: row
            .internal_id
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        sender: row.sender.as_ref().map(ToString::to_string),
        recipient_phone: row.to.to_string(),
        message_content: row.text.to_string(),
    }
}

/// Sends them; how that ended.
pub fn send_all(session: &Session, order: &Order<'_>, rows: &[Row]) -> anyhow::Result<Ending> {
    let token = Arc::new(token_of(session, order.stream)?);
    block_on(async {
        let wire = Arc::new(Wire::connect(session, order.gateway, !order.stream.demo).await?);
        let mut ending = Ending {
            fates: vec![Fate::Left; rows.len()],
            repeated: 0,
            stopped: None,
            statuses: None,
        };
        let mut interrupt = pin!(tokio::signal::ctrl_c());
        submit(
            session,
            &wire,
            &token,
            rows,
            &mut ending,
            interrupt.as_mut(),
        )
        .await?;
        let accepted = |fate: &Fate| match fate {
            Fate::Accepted(uuid) => Some(uuid.clone()),
            Fate::Refused(_) | Fate::Unknown(_) | Fate::Left => None,
        };
        let uuids: Vec<_> = ending.fates.iter().filter_map(accepted).collect();
        let finish = async {
            let give_up = Instant::now() + order.wait.map_or(SUBMIT, Span::as_duration);
            if !order.stream.demo {
                say_what_is_left(session, wire.unsubmitted(&uuids, give_up).await?);
            }
            match (order.wait, &ending.stopped) {
                (Some(_), None) => follow(&wire, &token, &uuids, give_up).await.map(Some),
                _ => anyhow::Ok(None),
            }
        };
        let last = tokio::select! {
            // What was accepted is told and kept all the same.
            last = finish => last.unwrap_or_else(|error| {
                ending.stopped.get_or_insert(Failure::from(&error));
                None
            }),
            _ = &mut interrupt, if ending.stopped.is_none() => {
                ending.stopped = Some(cancelled());
                None
            }
        };
        ending.statuses = last.map(|last| {
            let mut statuses = BTreeMap::new();
            for report in last {
                *statuses.entry(report.status).or_default() += 1;
            }
            statuses
        });
        if let Ok(wire) = Arc::try_unwrap(wire) {
            wire.close().await;
        }
        Ok(ending)
    })
}

/// Sends batches until all are answered, one fails, or Ctrl-C.
async fn submit(
    session: &Session,
    wire: &Arc<Wire>,
    token: &Arc<Token>,
    rows: &[Row],
    ending: &mut Ending,
    mut interrupt: Pin<&mut impl Future>,
) -> anyhow::Result<()> {
    let bar = session.terminal.progress(rows.len());
    let mut batches = bodies(rows).enumerate();
    let mut in_flight = JoinSet::new();
    loop {
        while ending.stopped.is_none() && in_flight.len() < IN_FLIGHT {
            let Some((at, body)) = batches.next() else {
                break;
            };
            let (wire, token) = (Arc::clone(wire), Arc::clone(token));
            in_flight.spawn(async move { (at, wire.send(&token, &body).await) });
        }
        let answered = tokio::select! {
            answered = in_flight.join_next() => answered,
            // What is in flight is waited for; nothing else is sent.
            _ = &mut interrupt, if ending.stopped.is_none() => {
                ending.stopped = Some(cancelled());
                continue;
            }
        };
        let Some(answered) = answered else { break };
        let (at, sent) = answered?;
        let start = at * MOST_MESSAGES;
        let part = &mut ending.fates[start..rows.len().min(start + MOST_MESSAGES)];
        match sent {
            Ok((reports, repeated)) => {
                ending.repeated += repeated;
                settle(part, &rows[start..], reports);
            }
            Err(error) => {
                if error.may_have_been_taken() {
                    part.fill(Fate::Unknown(error.to_string()));
                }
                ending.stopped.get_or_insert_with(|| wire.failure(&error));
            }
        }
        bar.advance(MOST_MESSAGES.min(rows.len() - start));
    }
    Ok(())
}

fn cancelled() -> Failure {
    Failure::new(Code::Cancelled, "interrupted")
        .hint("run the same command to resume; accepted messages aren't sent again")
}

/// Puts each report with its row: by the caller's own id where it was echoed, else by its place.
fn settle(fates: &mut [Fate], rows: &[Row], reports: Vec<SendReport>) {
    let ids: BTreeMap<String, usize> = rows
        .iter()
        .take(fates.len())
        .enumerate()
        .filter_map(|(at, row)| Some((row.internal_id.as_ref()?.to_string(), at)))
        .collect();
    for fate in fates.iter_mut() {
        *fate = Fate::Unknown("it is not in the response".to_owned());
    }
    for (at, report) in reports.into_iter().enumerate() {
        let echoed = report.internal_id.as_ref().and_then(|id| ids.get(id));
        let at = echoed.copied().unwrap_or(at);
        if let Some(fate) = fates.get_mut(at) {
            *fate = match report.outcome {
                Ok(uuid) => Fate::Accepted(uuid),
                Err(why) => Fate::Refused(why),
            };
        }
    }
}
