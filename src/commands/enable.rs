//! `textpeak streams enable` and `disable`

use super::failures::refused;
use super::session::{Session, ask};
use crate::domain::{Reader, Status, StreamJson, quote};
use crate::service::set_enabled;

pub fn run(session: &Session, wanted: &[String], enabled: bool) -> anyhow::Result<()> {
    let status = if enabled {
        Status::Ready
    } else {
        Status::Disabled
    };
    let changed = ask(set_enabled(
        &*session.store,
        &session.clock,
        wanted,
        enabled,
    ))
    .map_err(|error| refused(session, "enable", error))?;
    if session.terminal.json() {
        let items: Vec<_> = changed
            .iter()
            .map(|(stream, _)| StreamJson(stream, Reader::Anyone))
            .collect();
        return session
            .terminal
            .answer_json(&serde_json::json!({ "items": items }));
    }
    for (stream, differs) in &changed {
        let already = if *differs { "is" } else { "is already" };
        session.terminal.note(&format!(
            "{} {already} {}.",
            quote(stream.name.as_str()),
            status.name()
        ));
    }
    Ok(())
}
