//! `textpeak optouts …`

use serde_json::{Value, json};

use super::list::whole;
use super::listed::{Names, moment, stream_id};
use super::session::{Session, ask};
use crate::cli::OptoutArgs;
use crate::domain::quote;
use crate::render::{counted, table};
use crate::store::OptOut;

pub fn list(session: &Session, stream: Option<&str>) -> anyhow::Result<()> {
    let stream = stream_id(session, stream)?;
    let opt_outs = ask(session.store.opt_outs(stream))?;
    let names = Names::read(session)?;
    let terminal = session.terminal;
    if terminal.json() {
        let items = opt_outs.iter().map(|one| item(one, &names));
        return terminal.answer_json(&whole(items.collect()));
    }
    if opt_outs.is_empty() {
        terminal.note("No handset opted out.");
        return Ok(());
    }
    let times = session.times();
    let row = |one: &OptOut| {
        vec![
            names.of(&one.stream).to_owned(),
            one.handset.clone(),
            source(one).to_owned(),
            times.brief(one.at),
        ]
    };
    let rows: Vec<_> = opt_outs.iter().map(row).collect();
    let headers = ["Stream", "Number", "By", "Since"];
    terminal.answer(&table(&headers, &rows, terminal.width()))
}

fn source(one: &OptOut) -> &'static str {
    if one.by_reply { "reply" } else { "command" }
}

fn item(one: &OptOut, names: &Names) -> Value {
    json!({
        "stream": one.stream, "stream_name": names.of(&one.stream), "number": one.handset,
        "by": source(one), "since": moment(one.at),
    })
}

/// Opts handsets out, or in again.
pub fn set(session: &Session, args: &OptoutArgs, out: bool) -> anyhow::Result<()> {
    let stream = session.find(&args.stream)?;
    let mut changed = Vec::new();
    for number in &args.numbers {
        let set = session
            .store
            .set_opted_out(stream.id.clone(), number.to_string(), out);
        if ask(set)? {
            changed.push(number.to_string());
        }
    }
    let terminal = session.terminal;
    if terminal.json() {
        let key = if out { "added" } else { "removed" };
        return terminal.answer_json(&json!({ key: changed, "stream": stream.id }));
    }
    let verb = if out { "Added" } else { "Removed" };
    terminal.note(&format!(
        "{verb} {} of {}.",
        counted(changed.len(), "number"),
        quote(stream.name.as_str())
    ));
    Ok(())
}
