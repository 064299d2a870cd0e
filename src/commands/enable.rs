//! `textpeak streams enable` and `disable`

use super::session::{Session, now};
use crate::domain::{Reader, Status, Stream, StreamJson, quote};
use crate::error::Failure;

pub fn run(session: &Session, wanted: &[String], enabled: bool) -> anyhow::Result<()> {
    let status = if enabled {
        Status::Ready
    } else {
        Status::Disabled
    };
    // Nothing is written for the sake of streams that are so already.
    let file = session.home.read()?;
    let state = file.state()?;
    let found = state.find_all(wanted)?;
    if let Some(draft) = found.iter().find(|stream| stream.status == Status::Draft) {
        let name = draft.name.as_str();
        return Err(Failure::usage(format_args!(
            "{} is a draft: it has to be created first",
            quote(name)
        ))
        .hint(session.paste(&["streams", "resume", name]))
        .into());
    }
    let changed = if found.iter().all(|stream| stream.status == status) {
        found.into_iter().map(|stream| (stream, false)).collect()
    } else {
        session.home.change(|change| {
            let set = |stream: &Stream| -> anyhow::Result<(Stream, bool)> {
                let before = change.state.find(stream.id.as_str())?;
                let differs = before.status != status;
                let after = Stream {
                    status,
                    updated_at: now(),
                    ..before.clone()
                };
                if differs {
                    change.state.put(after.clone());
                }
                Ok((if differs { after } else { before }, differs))
            };
            found.iter().map(set).collect::<anyhow::Result<Vec<_>>>()
        })?
    };
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
        let already = if *differs { "is" } else { "was already" };
        session.terminal.note(&format!(
            "{} {already} {}.",
            quote(stream.name.as_str()),
            status.name()
        ));
    }
    Ok(())
}
