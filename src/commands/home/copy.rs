//! `textpeak home copy`

use std::ffi::OsStr;

use serde_json::{Map, json};

use crate::cli::CopyArgs;
use crate::commands::place;
use crate::commands::session::{Session, block_on};
use crate::domain::escape;
use crate::error::Failure;
use crate::store::{AnyHome, copy};

pub fn run(session: &Session, args: &CopyArgs) -> anyhow::Result<()> {
    let open = |home: &OsStr| place::open(Some(home.into()), &session.clock);
    let (from, to) = (open(&args.from)?, open(&args.to)?);
    let terminal = session.terminal;
    let counts = block_on(async {
        refuse_served(&from).await?;
        let all: u64 = from.counts().await?.iter().map(|(_, rows)| rows).sum();
        let bar = terminal.progress(usize::try_from(all).unwrap_or_default());
        Ok(copy(&from, &to, |rows| bar.advance(rows)).await?)
    })?;
    if terminal.json() {
        let rows: Map<_, _> = counts
            .iter()
            .map(|(table, rows)| (table.key().to_owned(), json!(rows)))
            .collect();
        return terminal.answer_json(&json!({
            "from": from.to_string(), "to": to.to_string(), "rows": rows,
        }));
    }
    let some = counts.iter().filter(|(_, rows)| *rows > 0);
    let rows: Vec<String> = some
        .map(|(table, rows)| format!("{rows} {}", table.name()))
        .collect();
    let rows = if rows.is_empty() {
        "no messages".to_owned()
    } else {
        rows.join(", ")
    };
    terminal.note(&format!(
        "Copied {} to {}: {rows}.",
        escape(&from.to_string()),
        escape(&to.to_string())
    ));
    Ok(())
}

/// What a gateway keeps while a copy is made would be missing in it.
async fn refuse_served(from: &AnyHome) -> anyhow::Result<()> {
    if from.is_served().await? {
        return Err(Failure::failed(format_args!(
            "a gateway serves {}",
            escape(&from.to_string())
        ))
        .hint("stop it, then start the copy again; one that was killed is forgotten in a minute")
        .into());
    }
    Ok(())
}
