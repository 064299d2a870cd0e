//! What makes, changes and deletes streams.

use std::path::PathBuf;

use clap::Args;

use super::super::draft::DraftFlags;
use super::GatewayFlag;
use crate::domain::{Field, Removals};

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    #[command(flatten)]
    pub answers: DraftFlags,
    /// Read answers from a JSON or YAML document, or - for standard input; flags override it
    #[arg(long, value_name = "FILE")]
    pub from_file: Option<PathBuf>,
    /// Save as a draft, whether complete or not
    #[arg(long)]
    pub draft: bool,
    /// Print what would be created, without creating it
    #[arg(long)]
    pub dry_run: bool,
    /// Copy the token to the clipboard through the terminal (OSC 52)
    #[arg(long)]
    pub copy: bool,
    #[command(flatten)]
    pub gateway: GatewayFlag,
}

#[derive(Debug, Args)]
pub(crate) struct CloneArgs {
    /// Name or ID of the stream
    pub stream: String,
    #[arg(long, help = Field::Name.help())]
    pub name: String,
    #[command(flatten)]
    pub gateway: GatewayFlag,
}

#[derive(Debug, Args)]
pub(crate) struct EditArgs {
    /// Name or ID of the stream
    pub stream: String,
    #[command(flatten)]
    pub answers: DraftFlags,
    #[command(flatten)]
    pub removals: RemovalFlags,
    #[command(flatten)]
    pub gateway: GatewayFlag,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_field_names, reason = "each is the name of a flag")]
pub(crate) struct RemovalFlags {
    /// Remove an allowed IP
    #[arg(
        long,
        value_name = "IP",
        value_delimiter = ',',
        help_heading = "Remove"
    )]
    remove_ip: Vec<String>,
    /// Remove a tag
    #[arg(
        long,
        value_name = "TAG",
        value_delimiter = ',',
        help_heading = "Remove"
    )]
    remove_tag: Vec<String>,
    /// Remove a webhook header
    #[arg(long, value_name = "NAME", help_heading = "Remove")]
    remove_header: Vec<String>,
}

impl RemovalFlags {
    pub fn into_removals(self) -> Removals {
        Removals {
            ips: self.remove_ip,
            tags: self.remove_tag,
            headers: self.remove_header,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    /// Names or IDs of the streams
    #[arg(required = true, value_name = "STREAM")]
    pub streams: Vec<String>,
    /// Delete without confirmation
    #[arg(short, long)]
    pub yes: bool,
}
