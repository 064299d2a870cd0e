//! `textpeak webhooks deliveries`

use jiff::Timestamp;

use super::super::list::whole;
use super::super::listed::{self, Names, ago, event_type, outcome};
use super::super::session::{Session, ask};
use crate::cli::DeliveriesArgs;
use crate::domain::DeliveryState;
use crate::render::{Cell, table};
use crate::store::{Delivery, DeliveryFilter, StoreError};

pub fn filter(session: &Session, args: &DeliveriesArgs) -> anyhow::Result<DeliveryFilter> {
    let now = Timestamp::now();
    Ok(DeliveryFilter {
        stream: listed::stream_id(session, args.stream.as_deref())?,
        state: args.state,
        since: args.since.map(|span| ago(now, span.as_duration())),
        message: None,
    })
}

pub fn deliveries(session: &Session, args: &DeliveriesArgs) -> anyhow::Result<()> {
    let filter = filter(session, args)?;
    let names = Names::read(session)?;
    let limit = if args.limit == 0 {
        usize::MAX
    } else {
        args.limit
    };
    let found = ask(async {
        let mut found = Vec::new();
        for delivery in session.store.deliveries(filter, limit).await? {
            let attempts = session.store.attempts(delivery.id).await?;
            found.push((delivery, attempts));
        }
        Ok::<_, StoreError>(found)
    })?;
    let terminal = session.terminal;
    if terminal.json() {
        let items = found
            .iter()
            .map(|(delivery, attempts)| listed::delivery(delivery, attempts, &names));
        return terminal.answer_json(&whole(items.collect()));
    }
    if found.is_empty() {
        terminal.note("No deliveries found.");
        return Ok(());
    }
    let times = session.times();
    let row = |(delivery, attempts): &(Delivery, Vec<_>)| {
        let next = match delivery.state {
            DeliveryState::Waiting => times.brief(delivery.next_at),
            DeliveryState::Delivered | DeliveryState::Dead => String::new(),
        };
        vec![
            delivery.id.to_string().into(),
            Cell::toned(delivery.state.name(), delivery.state),
            event_type(delivery).name().into(),
            names.of(&delivery.stream).into(),
            attempts.len().to_string().into(),
            attempts
                .last()
                .map(outcome)
                .or(delivery.details.clone())
                .unwrap_or_default()
                .into(),
            next.into(),
        ]
    };
    let rows: Vec<_> = found.iter().map(row).collect();
    let headers = [
        "Delivery", "State", "Event", "Stream", "Attempts", "Last", "Next",
    ];
    terminal.answer(&table(&headers, &rows, terminal.width()))
}
