//! `textpeak streams list`

use std::cell::RefCell;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use serde::ser::{Error as _, Serialize, SerializeSeq as _, Serializer};
use serde_json::{Value, json};

use super::session::{Session, ask};
use crate::cli::ListArgs;
use crate::domain::{Order, Reader, Status, Stream, StreamJson};
use crate::error::Failure;
use crate::render;
use crate::store::{Catalogue, StoreError};

/// Streams that are handed from the thread that reads to the one that writes, and how often ahead.
const PORTION: usize = 128;
const AHEAD: usize = 8;

pub fn run(session: &Session, args: ListArgs) -> anyhow::Result<()> {
    let filter = args.filter.into_filter();
    let catalogue = session.catalogue()?;
    let page = usize::from(args.page);
    let terminal = session.terminal;
    if terminal.json() && filter.is_open() && args.sort == Order::Created {
        let stretch = stretch(catalogue.entries().len(), args.limit, page);
        return answer_in_order(session, &catalogue, stretch, page);
    }
    let sending = sending(session)?;
    let (streams, total) = if filter.is_open() && args.sort == Order::Created {
        // Only the streams that are shown are read.
        let total = catalogue.entries().len();
        let stretch = stretch(total, args.limit, page);
        let shown = catalogue.entries().skip(stretch.start).take(stretch.len());
        (
            shown
                .map(|entry| Ok(seen(catalogue.stream(&entry)?, &sending)))
                .collect::<Result<Vec<Stream>, Failure>>()?,
            total,
        )
    } else {
        let streams = catalogue.streams()?.into_iter();
        let mut streams: Vec<_> = streams.map(|stream| seen(stream, &sending)).collect();
        streams.retain(|stream| filter.matches(stream));
        args.sort.sort(&mut streams);
        let stretch = stretch(streams.len(), args.limit, page);
        (streams[stretch].to_vec(), streams.len())
    };
    if terminal.json() {
        let items: Vec<_> = streams
            .iter()
            .map(|stream| StreamJson(stream, Reader::Anyone))
            .collect();
        return terminal.answer_json(&List { items, total, page });
    }
    if total == 0 && catalogue.entries().len() > 0 {
        terminal.note("No streams found.");
        return Ok(());
    }
    if total == 0 {
        terminal.note(&format!(
            "No streams yet. To create one: {}",
            session.paste(&["streams", "create"])
        ));
        return Ok(());
    }
    terminal.answer(&render::streams(
        &streams,
        &session.times(),
        terminal.width(),
    ))?;
    if terminal.width().is_some() {
        let pages = if args.limit == 0 {
            1
        } else {
            total.div_ceil(args.limit)
        };
        terminal.note(&format!(
            "{} of {total} streams · page {page} of {pages}",
            streams.len()
        ));
    }
    Ok(())
}

/// Streams are read on a thread beside the one that writes them, some ahead: all of them together would
/// take more memory than the catalogue.
fn answer_in_order(
    session: &Session,
    catalogue: &Catalogue,
    stretch: Range<usize>,
    page: usize,
) -> anyhow::Result<()> {
    let sending = sending(session)?;
    let total = catalogue.entries().len();
    thread::scope(|scope| {
        let (read, portions) = sync_channel(AHEAD);
        let length = stretch.len();
        scope.spawn(move || read_portions(catalogue, stretch, &read));
        let items = Shown {
            portions,
            length,
            sending: &sending,
            fault: RefCell::default(),
        };
        let list = List { items, total, page };
        let answered = session.terminal.answer_json(&list);
        match list.items.fault.into_inner() {
            Some(fault) => Err(Failure::from(fault).into()),
            None => answered,
        }
    })
}

type Portion = Result<Vec<Stream>, StoreError>;

/// Until the end, an error, or nobody reads on.
fn read_portions(catalogue: &Catalogue, stretch: Range<usize>, read: &SyncSender<Portion>) {
    let mut entries = catalogue.entries().skip(stretch.start).take(stretch.len());
    loop {
        let portion = entries.by_ref().take(PORTION);
        let portion: Portion = portion.map(|entry| catalogue.stream(&entry)).collect();
        let is_last = portion.as_ref().map_or(true, Vec::is_empty);
        if read.send(portion).is_err() || is_last {
            return;
        }
    }
}

struct Shown<'a> {
    portions: Receiver<Portion>,
    length: usize,
    sending: &'a HashSet<String>,
    /// Why there is no whole list.
    fault: RefCell<Option<StoreError>>,
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut list = out.serialize_seq(Some(self.length))?;
        for portion in &self.portions {
            let streams = portion.map_err(|error| {
                let sentence = error.to_string();
                *self.fault.borrow_mut() = Some(error);
                S::Error::custom(sentence)
            })?;
            for stream in streams {
                let stream = seen(stream, self.sending);
                list.serialize_element(&StreamJson(&stream, Reader::Anyone))?;
            }
        }
        list.end()
    }
}

fn sending(session: &Session) -> Result<HashSet<String>, StoreError> {
    ask(session.store.sending())
}

/// A stream as it is seen: one that is Ready and has messages on their way is Sending.
fn seen(stream: Stream, sending: &HashSet<String>) -> Stream {
    if stream.status == Status::Ready && sending.contains(stream.id.as_str()) {
        let status = Status::Sending;
        return Stream { status, ..stream };
    }
    stream
}

/// One page of a list; a limit of 0 is all of it.
fn stretch(all: usize, limit: usize, page: usize) -> Range<usize> {
    let limit = if limit == 0 { all } else { limit };
    let start = limit.saturating_mul(page - 1).min(all);
    start..start.saturating_add(limit).min(all)
}

pub fn newest(session: &Session, limit: usize) -> anyhow::Result<()> {
    run(session, ListArgs::newest(limit))
}

/// One page of a list, as JSON.
#[derive(serde::Serialize)]
pub struct List<T> {
    pub items: T,
    /// Of all pages.
    pub total: usize,
    /// From 1.
    pub page: usize,
}

pub fn whole(items: Vec<Value>) -> Value {
    let total = items.len();
    json!(List {
        items,
        total,
        page: 1
    })
}
