//! `textpeak home init`

use serde_json::json;

use crate::commands::session::Session;
#[cfg(feature = "postgres")]
use crate::commands::session::ask;
use crate::store::AnyHome;

pub fn run(session: &Session) -> anyhow::Result<()> {
    let (before, now): (Option<i32>, Option<i32>) = match &session.home {
        AnyHome::Folder(_) => (None, None),
        #[cfg(feature = "postgres")]
        AnyHome::Database(store) => {
            let (before, now) = ask(store.init())?;
            (before, Some(now))
        }
    };
    let terminal = session.terminal;
    if terminal.json() {
        return terminal.answer_json(&json!({
            "home": session.home.to_string(), "schema": now, "schema_before": before,
        }));
    }
    terminal.note(&match (before, now) {
        (_, None) => {
            "A folder needs no tables. Its files are created when they are needed.".to_owned()
        }
        (None, Some(now)) => format!("Created the tables, version {now}."),
        (Some(before), Some(now)) if before == now => {
            format!("The tables have version {now} already. Nothing to do.")
        }
        (Some(before), Some(now)) => format!("Upgraded the tables from version {before} to {now}."),
    });
    Ok(())
}
