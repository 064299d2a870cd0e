//! What reads and writes streams as a document.

use std::path::PathBuf;

use clap::Args;

use super::super::values;
use super::look::FilterFlags;
use crate::domain::Syntax;

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub filter: FilterFlags,
    /// Write to this file instead of stdout
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Format: yaml or json [default: from the file name, or else yaml]
    #[arg(long, value_name = "SYNTAX", value_parser = values::syntax())]
    pub format: Option<Syntax>,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// Document file, or - for standard input
    #[arg(short, long, value_name = "FILE")]
    pub file: PathBuf,
    /// Delete streams that aren't in the document
    #[arg(long)]
    pub prune: bool,
}
