//! `textpeak listen` and `optouts …`

use clap::{Args, Subcommand};

use super::examples;
use crate::domain::{Phone, WebhookUrl};

#[derive(Debug, Args)]
pub(crate) struct ForwardArgs {
    /// Names or IDs of streams
    #[arg(required = true, value_name = "STREAM")]
    pub streams: Vec<String>,
    /// Hand each message to this address of this machine, signed as for a webhook
    #[arg(long, value_name = "URL")]
    pub forward_to: Option<WebhookUrl>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OptoutsCommand {
    /// List handsets that opted out
    #[command(visible_alias = "ls", after_help = examples::OPTOUTS_LIST)]
    List {
        /// Only this stream, by name or ID
        #[arg(long)]
        stream: Option<String>,
    },
    /// Refuse messages to handsets
    #[command(after_help = examples::OPTOUTS_ADD)]
    Add(OptoutArgs),
    /// Allow messages to handsets again
    #[command(visible_alias = "rm", after_help = examples::OPTOUTS_REMOVE)]
    Remove(OptoutArgs),
}

#[derive(Debug, Args)]
pub(crate) struct OptoutArgs {
    /// Name or ID of the stream
    pub stream: String,
    /// Phone numbers, starting with the country code
    #[arg(required = true, value_name = "NUMBER", value_parser = Phone::typed)]
    pub numbers: Vec<Phone>,
}
