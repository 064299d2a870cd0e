//! `textpeak streams export` and `schema`

use std::ffi::OsStr;
use std::path::Path;

use super::session::Session;
use crate::cli::ExportArgs;
use crate::document::{self, SCHEMA};
use crate::domain::Syntax;
use crate::files::replace_file;

pub fn run(session: &Session, args: ExportArgs) -> anyhow::Result<()> {
    let ExportArgs {
        filter,
        file: target,
        format: syntax,
    } = args;
    let filter = filter.into_filter();
    let mut streams = session.catalogue()?.streams()?;
    streams.retain(|stream| filter.matches(stream));
    let by_name = target.as_ref().and_then(|path| path.extension()) == Some(OsStr::new("json"));
    let default = if by_name || session.terminal.json() {
        Syntax::Json
    } else {
        Syntax::Yaml
    };
    let text = document::write(&streams, syntax.unwrap_or(default))?;
    match target.as_ref().filter(|path| *path != Path::new("-")) {
        None => session.terminal.answer(&text)?,
        Some(path) => {
            replace_file(path, &text)?;
            session.terminal.note(&format!(
                "Wrote {} streams to {}.",
                streams.len(),
                path.display()
            ));
        }
    }
    Ok(())
}

pub fn schema(session: &Session) -> anyhow::Result<()> {
    session.terminal.answer(SCHEMA)
}
