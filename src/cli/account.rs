//! `textpeak account …`

use clap::{ArgGroup, Args, Subcommand};

use super::examples;

#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Make streams of the hosted account live streams here, with their tokens and Sender IDs
    #[command(after_help = examples::ACCOUNT_PULL)]
    Pull(PullArgs),
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("which").args(["stream", "all"]).required(true)))]
pub(crate) struct PullArgs {
    /// Route that has the account key [default: the only such route]
    #[arg(long, value_name = "ROUTE", id = "route")]
    pub route: Option<String>,
    /// Stream of the account, by name or ID; repeatable
    #[arg(long = "stream", value_name = "STREAM", id = "stream")]
    pub streams: Vec<String>,
    /// All streams of the account
    #[arg(long)]
    pub all: bool,
    /// Show what would change; exit with 7 if there are changes
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
    /// Skip confirmation
    #[arg(short, long)]
    pub yes: bool,
}
