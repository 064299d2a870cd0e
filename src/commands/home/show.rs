//! `textpeak home show`

use serde_json::json;

use crate::commands::session::{Session, ask};
use crate::domain::escape;
use crate::render::{counted, fields};
use crate::store::AnyHome;

pub fn run(session: &Session) -> anyhow::Result<()> {
    let (home, terminal) = (&session.home, session.terminal);
    let schema = ask(home.schema())?;
    let catalogue = session.catalogue()?;
    let kept = ask(session.store.inventory())?;
    let gateways = ask(home.gateways())?;
    let engine = match home {
        AnyHome::Folder(_) => "folder",
        #[cfg(feature = "postgres")]
        AnyHome::Database(_) => "postgresql",
    };
    if terminal.json() {
        return terminal.answer_json(&json!({
            "home": home.to_string(), "engine": engine, "schema": schema,
            "streams": catalogue.entries().len(), "senders": catalogue.senders().len(),
            "routes": catalogue.routes().len(), "messages": kept.messages,
            "waiting": kept.waiting, "gateways": gateways,
        }));
    }
    let gateways = match (home, gateways) {
        (_, 0) => "none".to_owned(),
        (AnyHome::Folder(_), _) => "running".to_owned(),
        #[cfg(feature = "postgres")]
        (AnyHome::Database(_), n) => format!("{n} seen in the last minute"),
    };
    let engine = match home {
        AnyHome::Folder(_) => "folder (JSON and SQLite)",
        #[cfg(feature = "postgres")]
        AnyHome::Database(_) => "PostgreSQL",
    };
    let jobs = usize::try_from(kept.waiting).unwrap_or(usize::MAX);
    terminal.answer(&fields(&[
        ("Home", escape(&home.to_string()).into_owned()),
        ("Engine", engine.to_owned()),
        (
            "Schema",
            schema.map_or("none".to_owned(), |it| it.to_string()),
        ),
        ("Streams", catalogue.entries().len().to_string()),
        ("Sender IDs", catalogue.senders().len().to_string()),
        ("Routes", catalogue.routes().len().to_string()),
        ("Messages", kept.messages.to_string()),
        ("Waiting", counted(jobs, "job")),
        ("Gateways", gateways),
    ]))
}
