//! `textpeak webhooks enable` and `disable`

use serde_json::json;

use super::super::session::{Session, ask};
use super::test::no_webhook;
use crate::domain::quote;

pub fn set_enabled(session: &Session, wanted: &str, enabled: bool) -> anyhow::Result<()> {
    let stream = session.find(wanted)?;
    if stream.webhook.is_none() {
        return Err(no_webhook(session, &stream).into());
    }
    let changed = ask(session
        .store
        .set_webhook_enabled(stream.id.clone(), enabled))?;
    if session.terminal.json() {
        return session.terminal.answer_json(&json!({
            "stream": stream.id, "webhook_enabled": enabled, "changed": changed,
        }));
    }
    let name = quote(stream.name.as_str());
    session.terminal.note(&match (enabled, changed) {
        (true, true) => {
            format!("Enabled the webhook of {name}. Waiting events are delivered now.")
        }
        (false, true) => format!(
            "Disabled the webhook of {name}. Events wait until you enable it: {}",
            session.paste(&["webhooks", "enable", stream.name.as_str()])
        ),
        (true, false) => format!("The webhook of {name} is already enabled."),
        (false, false) => format!("The webhook of {name} is already disabled."),
    });
    Ok(())
}
