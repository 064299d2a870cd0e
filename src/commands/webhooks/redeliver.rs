//! `textpeak webhooks redeliver`

use std::sync::Arc;

use serde_json::json;

use super::super::listed;
use super::super::session::{Session, ask, block_on};
use super::deliveries::filter;
use crate::cli::RedeliverArgs;
use crate::domain::quote;
use crate::error::Failure;
use crate::service::log::Log;
use crate::service::streams::CurrentStreams;
use crate::service::{attempt_all, requeue, undelivered};
use crate::store::{Delivery, DeliveryFilter};

pub fn redeliver(session: &Session, args: &RedeliverArgs) -> anyhow::Result<()> {
    let wanted = if args.ids.is_empty() {
        let filter = filter(session, &args.deliveries())?;
        ask(undelivered(&*session.store, filter))?
    } else {
        named(session, &args.ids)?
    };
    let (queued, delivered) = block_on(async {
        if wanted.is_empty() {
            return Ok((0, Some(0)));
        }
        let store = session.shared_store();
        let queued = requeue(&*store, &wanted).await?;
        if session.home.is_served().await? {
            return Ok((queued, None));
        }
        let streams = CurrentStreams::open(Arc::clone(&store), Log::nowhere()).await?;
        let delivered = attempt_all(store, Arc::new(streams), &wanted).await?;
        Ok((queued, Some(delivered)))
    })?;
    let terminal = session.terminal;
    if terminal.json() {
        return terminal.answer_json(&json!({ "queued": queued, "delivered": delivered }));
    }
    terminal.note(&match delivered {
        _ if queued == 0 && args.dead => "No dead deliveries.".to_owned(),
        _ if queued == 0 => "No deliveries to repeat.".to_owned(),
        None => format!("{queued} queued. The running gateway delivers them."),
        Some(delivered) if delivered == queued => format!("{delivered} delivered."),
        Some(delivered) => {
            format!("{delivered} of {queued} delivered. textpeak serve delivers the rest.")
        }
    });
    Ok(())
}

/// By ids of deliveries or of messages.
fn named(session: &Session, ids: &[String]) -> anyhow::Result<Vec<Delivery>> {
    let mut wanted = Vec::new();
    for id in ids {
        let uuid = listed::uuid(id)?;
        let found = if let Some(delivery) = ask(session.store.delivery(uuid))? {
            vec![delivery]
        } else {
            let filter = DeliveryFilter {
                message: Some(uuid),
                ..DeliveryFilter::default()
            };
            ask(session.store.deliveries(filter, usize::MAX))?
        };
        if found.is_empty() {
            return Err(
                Failure::not_found(format_args!("delivery {} not found", quote(id)))
                    .hint(session.paste(&["webhooks", "deliveries"]))
                    .into(),
            );
        }
        wanted.extend(found);
    }
    Ok(wanted)
}
