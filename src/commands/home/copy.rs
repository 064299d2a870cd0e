//! `textpeak home copy`

use crate::cli::CopyArgs;
use crate::commands::session::Session;

pub fn run(_: &Session, _: &CopyArgs) -> anyhow::Result<()> {
    Ok(())
}
