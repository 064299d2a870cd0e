//! `textpeak streams list`

use serde_json::{Value, json};

use super::session::{Session, zone};
use crate::cli::ListOptions;
use crate::domain::{Reader, Stream, StreamJson};
use crate::error::Failure;
use crate::render;

pub fn run(session: &Session, options: &ListOptions) -> anyhow::Result<()> {
    let file = session.home.read()?;
    let state = file.state()?;
    let total = state.entries().len();
    let limit = if options.limit == 0 {
        total
    } else {
        options.limit
    };
    let page = options.page.get();
    let shown = state
        .entries()
        .iter()
        .skip(limit.saturating_mul(page - 1))
        .take(limit);
    let streams = shown
        .map(|entry| state.stream(entry))
        .collect::<Result<Vec<Stream>, Failure>>()?;
    let terminal = session.terminal;
    if terminal.json() {
        let items: Vec<_> = streams
            .iter()
            .map(|stream| StreamJson(stream, Reader::Anyone))
            .collect();
        return terminal.answer_json(&List { items, total, page });
    }
    if total == 0 {
        terminal.note(&format!(
            "No streams yet. To create one: {}",
            session.paste(&["streams", "create"])
        ));
        return Ok(());
    }
    terminal.answer(&render::streams(&streams, &zone(), terminal.width()))?;
    if terminal.width().is_some() {
        let pages = total.div_ceil(limit.max(1));
        terminal.note(&format!(
            "{} of {total} streams · page {page} of {pages}",
            streams.len()
        ));
    }
    Ok(())
}

/// The top of the table.
pub fn newest(session: &Session, limit: usize) -> anyhow::Result<()> {
    run(
        session,
        &ListOptions {
            limit,
            page: std::num::NonZeroUsize::MIN,
        },
    )
}

/// A list as JSON: a stretch of the items, how many there are, and which stretch it is.
#[derive(serde::Serialize)]
pub struct List<T> {
    /// The stretch.
    pub items: Vec<T>,
    /// Items in all.
    pub total: usize,
    /// From 1.
    pub page: usize,
}

/// A whole list as one page.
pub fn whole(items: Vec<Value>) -> Value {
    let total = items.len();
    json!(List {
        items,
        total,
        page: 1
    })
}
