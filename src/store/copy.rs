//! Everything that a home keeps, as rows that every engine writes and reads: for a copy into a home of
//! another one.

use std::sync::Arc;

use tokio::sync::mpsc;
use uuid::Uuid;

use super::{AnyHome, Catalogue, Secrets, StoreError};

/// One value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Null,
    Number(i64),
    Text(String),
    Id(Uuid),
}

/// What rows are of. Streams stand in them by their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Table {
    Message,
    /// With how its delivery is.
    Event,
    Attempt,
    /// What leaves later, but deliveries.
    Job,
    WebhookOff,
    Tally,
    Unmatched,
    Receipt,
    Heard,
    Listened,
    OptOut,
    SentInDay,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Number,
    Text,
    Id,
}

use Kind::{Id, Number, Text};

impl Table {
    pub const ALL: [Self; 12] = [
        Self::Message,
        Self::Event,
        Self::Attempt,
        Self::Job,
        Self::WebhookOff,
        Self::Tally,
        Self::Unmatched,
        Self::Receipt,
        Self::Heard,
        Self::Listened,
        Self::OptOut,
        Self::SentInDay,
    ];

    /// In JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::Message => "messages",
            Self::Event => "events",
            Self::Attempt => "attempts",
            Self::Job => "jobs",
            Self::WebhookOff => "webhooks_off",
            Self::Tally => "counts",
            Self::Unmatched => "unmatched",
            Self::Receipt => "receipts",
            Self::Heard => "heard",
            Self::Listened => "listened",
            Self::OptOut => "opt_outs",
            Self::SentInDay => "daily_counts",
        }
    }

    /// As people are told of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Message => "messages",
            Self::Event => "events",
            Self::Attempt => "attempts",
            Self::Job => "jobs",
            Self::WebhookOff => "paused webhooks",
            Self::Tally => "counts",
            Self::Unmatched => "unmatched messages",
            Self::Receipt => "receipts",
            Self::Heard => "places of routes",
            Self::Listened => "places of listeners",
            Self::OptOut => "opt-outs",
            Self::SentInDay => "daily counts",
        }
    }

    /// Its columns, in their order, and what stands in each.
    pub fn columns(self) -> &'static [(&'static str, Kind)] {
        match self {
            Self::Message => &[
                ("seq", Number),
                ("uuid", Id),
                ("stream", Text),
                ("direction", Number),
                ("internal_id", Text),
                ("handset", Text),
                ("sender", Text),
                ("text", Text),
                ("at", Number),
                ("outcome", Number),
                ("sent_at", Number),
                ("final_at", Number),
                ("details", Text),
                ("in_reply_to", Id),
                ("route", Text),
                ("remote_id", Text),
            ],
            Self::Event => &[
                ("key", Number),
                ("id", Id),
                ("message", Id),
                ("stream", Text),
                ("handset", Text),
                ("number", Number),
                ("status", Number),
                ("at", Number),
                ("details", Text),
                ("state", Number),
                ("next_at", Number),
                ("lease_until", Number),
                ("attempts", Number),
                ("why", Text),
            ],
            Self::Attempt => &[
                ("key", Number),
                ("event", Number),
                ("at", Number),
                ("elapsed", Number),
                ("status", Number),
                ("error", Text),
            ],
            Self::Job => &[
                ("key", Number),
                ("kind", Number),
                ("stream", Text),
                ("handset", Text),
                ("state", Number),
                ("next_at", Number),
                ("lease_until", Number),
                ("owner", Number),
                ("attempts", Number),
                ("upstream", Text),
                ("details", Text),
            ],
            Self::WebhookOff => &[("stream", Text), ("url", Text), ("at", Number)],
            Self::Tally => &[
                ("stream", Text),
                ("final_at", Number),
                ("status", Number),
                ("n", Number),
            ],
            Self::Unmatched => &[
                ("seq", Number),
                ("uuid", Id),
                ("route", Text),
                ("remote_id", Text),
                ("handset", Text),
                ("sender", Text),
                ("text", Text),
                ("at", Number),
            ],
            Self::Receipt => &[
                ("route", Text),
                ("id", Text),
                ("number", Number),
                ("place", Number),
                ("handset", Text),
                ("status", Number),
                ("details", Text),
                ("at", Number),
            ],
            Self::Heard => &[
                ("route", Text),
                ("until", Number),
                ("link", Text),
                ("link_at", Number),
            ],
            Self::Listened => &[("stream", Text), ("seq", Number)],
            Self::OptOut => &[
                ("stream", Text),
                ("handset", Text),
                ("at", Number),
                ("by_reply", Number),
            ],
            Self::SentInDay => &[("route", Text), ("day", Number), ("n", Number)],
        }
    }
}

pub type Row = Vec<Value>;

/// What is handed over: rows of one table, tables one after the other in the order of [`Table::ALL`], and
/// then the end. A copy whose end never came has failed.
#[derive(Debug)]
pub enum Portion {
    Rows(Table, Vec<Row>),
    End,
}

/// Most rows that are handed over at one time.
pub const CHUNK: usize = 1_000;

/// How many rows of each table there are.
pub type Counts = Vec<(Table, u64)>;

/// What an empty home gets.
#[derive(Debug)]
pub struct Load {
    pub catalogue: Arc<Catalogue>,
    pub secrets: Arc<Secrets>,
    pub rows: mpsc::Receiver<Portion>,
}

/// Copies everything into an empty home; `passed` is told of rows on their way. What the other home has
/// is counted at the end. Interrupted, it leaves nothing that counts.
pub async fn copy(
    from: &AnyHome,
    to: &AnyHome,
    mut passed: impl FnMut(usize),
) -> Result<Counts, StoreError> {
    if !to.is_empty().await? {
        let home = to.to_string();
        return Err(StoreError::NotEmpty { home });
    }
    let store = from.store();
    let (catalogue, secrets) = (store.snapshot().await?, store.secrets().await?);
    let (taker, mut taken) = mpsc::channel(4);
    let (giver, rows) = mpsc::channel(4);
    let pass = async move {
        while let Some(portion) = taken.recv().await {
            if let Portion::Rows(_, rows) = &portion {
                passed(rows.len());
            }
            if giver.send(portion).await.is_err() {
                break;
            }
        }
    };
    let load = Load {
        catalogue,
        secrets,
        rows,
    };
    let (exported, (), imported) = tokio::join!(from.export(taker), pass, to.import(load));
    // Where one side fails, the other one is only told that it does.
    match (exported, imported) {
        (Err(StoreError::Stopped) | Ok(()), Err(error)) | (Err(error), _) => {
            return Err(error);
        }
        (Ok(()), Ok(())) => {}
    }
    let (here, there) = (from.counts().await?, to.counts().await?);
    if here != there {
        let home = from.to_string();
        return Err(StoreError::ChangedMeanwhile { home });
    }
    Ok(there)
}
