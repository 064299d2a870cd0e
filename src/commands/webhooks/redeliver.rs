//! `textpeak webhooks redeliver`

use jiff::Timestamp;
use serde_json::json;

use super::super::listed;
use super::super::session::Session;
use super::super::wire::block_on;
use super::deliveries::filter;
use crate::cli::RedeliverArgs;
use crate::domain::{DeliveryState, Retry, quote};
use crate::error::Failure;
use crate::gateway::{Courier, Streams};
use crate::journal::{Delivery, Journal, Next};

pub fn redeliver(session: &Session, args: &RedeliverArgs) -> anyhow::Result<()> {
    let wanted = if args.ids.is_empty() {
        let all = match listed::journal(session)? {
            Some(journal) => {
                journal.deliveries(&filter(session, &args.deliveries())?, usize::MAX)?
            }
            None => Vec::new(),
        };
        all.into_iter()
            .filter(|delivery| delivery.state != DeliveryState::Delivered)
            .collect()
    } else {
        named(session, &args.ids)?
    };
    let path = session.home.prepare_journal()?;
    let (queued, delivered) = block_on(async {
        let journal = Journal::open(&path)?;
        let queued = queue(&journal, &wanted).await?;
        let delivered = if session.home.is_served() {
            None
        } else {
            Some(attempt_all(session, &journal, &wanted).await?)
        };
        Ok((queued, delivered))
    })?;
    let terminal = session.terminal;
    if terminal.json() {
        return terminal.answer_json(&json!({ "queued": queued, "delivered": delivered }));
    }
    terminal.note(&match delivered {
        None => format!("{queued} queued: the gateway of this home delivers them."),
        Some(delivered) if delivered == queued => format!("{delivered} delivered."),
        Some(delivered) => {
            format!("{delivered} of {queued} delivered; textpeak serve goes on with the others.")
        }
    });
    Ok(())
}

fn named(session: &Session, ids: &[String]) -> anyhow::Result<Vec<Delivery>> {
    let journal = listed::journal(session)?;
    let find = |id: &String| -> anyhow::Result<Delivery> {
        let uuid = listed::uuid(id)?;
        let found = journal
            .as_ref()
            .map(|journal| journal.delivery(uuid))
            .transpose()?;
        let unknown = || {
            Failure::not_found(format_args!("no delivery {}", quote(id)))
                .hint(session.paste(&["webhooks", "deliveries"]))
        };
        Ok(found.flatten().ok_or_else(unknown)?)
    };
    ids.iter().map(find).collect()
}

/// Queues them, due at once, and switches their webhooks on.
async fn queue(journal: &Journal, wanted: &[Delivery]) -> anyhow::Result<usize> {
    let ids: Vec<_> = wanted.iter().map(|delivery| delivery.id).collect();
    let mut streams: Vec<_> = wanted
        .iter()
        .map(|delivery| delivery.stream.clone())
        .collect();
    streams.dedup();
    let now = Timestamp::now();
    let queued = journal
        .write(move |writer| {
            for stream in &streams {
                writer.switch_on(stream)?;
            }
            writer.requeue(&ids, now)
        })
        .await?;
    Ok(queued)
}

/// One attempt each, oldest first; how many were taken.
async fn attempt_all(
    session: &Session,
    journal: &Journal,
    wanted: &[Delivery],
) -> anyhow::Result<usize> {
    let streams = Streams::read(&session.home)?;
    let courier = Courier::new(session.home.clone(), journal.clone(), Retry::Local);
    let mut delivered = 0;
    for delivery in wanted.iter().rev() {
        let attempted = courier.attempt_now(delivery.id, &streams).await?;
        let next = attempted.map(|attempted| attempted.next);
        delivered += usize::from(next == Some(Next::Delivered));
    }
    Ok(delivered)
}
