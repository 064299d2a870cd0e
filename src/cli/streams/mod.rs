//! `textpeak streams …`

mod change;
mod document;
mod look;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::examples;
use crate::domain::GatewayUrl;

pub(crate) use change::{CloneArgs, CreateArgs, DeleteArgs, EditArgs};
pub(crate) use document::{ExportArgs, PlanArgs};
pub(crate) use look::{ListArgs, PreviewArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum StreamsCommand {
    /// Create a stream; a wizard asks for whatever the flags don't specify
    #[command(after_help = examples::CREATE)]
    Create(Box<CreateArgs>),
    /// Continue a draft where you left off
    #[command(after_help = examples::RESUME)]
    Resume {
        /// Name or ID of the draft; optional if there is only one
        #[arg(id = "draft_stream", value_name = "DRAFT")]
        draft: Option<String>,
        #[command(flatten)]
        gateway: GatewayFlag,
    },
    /// List streams, newest first
    #[command(visible_alias = "ls", after_help = examples::LIST)]
    List(ListArgs),
    /// Show a stream's details and request previews
    #[command(after_help = examples::SHOW)]
    Show {
        /// Name or ID of the stream
        stream: String,
        /// Show the token and the values of webhook headers
        #[arg(long)]
        reveal: bool,
        #[command(flatten)]
        gateway: GatewayFlag,
    },
    /// Show the exact send, status, and webhook requests
    #[command(after_help = examples::PREVIEW)]
    Preview(PreviewArgs),
    /// Show or rotate a stream's authorization token
    #[command(subcommand)]
    Token(TokenCommand),
    /// Edit a stream; without flags, a wizard shows the current answers
    #[command(after_help = examples::EDIT)]
    Edit(Box<EditArgs>),
    /// Copy a stream under a new name, with a new token
    #[command(after_help = examples::CLONE)]
    Clone(CloneArgs),
    /// Accept requests to disabled streams again
    #[command(after_help = examples::ENABLE)]
    Enable {
        /// Names or IDs of the streams
        #[arg(required = true, value_name = "STREAM")]
        streams: Vec<String>,
    },
    /// Pause streams; their requests are refused
    #[command(after_help = examples::DISABLE)]
    Disable {
        /// Names or IDs of the streams
        #[arg(required = true, value_name = "STREAM")]
        streams: Vec<String>,
    },
    /// Write streams to a document for plan and apply
    #[command(after_help = examples::EXPORT)]
    Export(ExportArgs),
    /// Show what apply would change; exit with 7 if there are changes
    #[command(after_help = examples::PLAN)]
    Plan(PlanArgs),
    /// Apply a document so that streams match it; all changes or none
    #[command(after_help = examples::APPLY)]
    Apply {
        #[command(flatten)]
        plan: PlanArgs,
        /// Skip confirmation
        #[arg(short, long)]
        yes: bool,
        /// Write new tokens to this new file (mode 0600) instead of stdout
        #[arg(long, value_name = "FILE")]
        tokens_out: Option<PathBuf>,
    },
    /// Print the JSON Schema of the document
    #[command(after_help = examples::SCHEMA)]
    Schema,
    /// Delete streams and their tokens
    #[command(visible_alias = "rm", after_help = examples::DELETE)]
    Delete(DeleteArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Print only the token
    #[command(after_help = examples::TOKEN_SHOW)]
    Show {
        /// Name or ID of the stream
        stream: String,
        /// Also copy to the clipboard through the terminal (OSC 52)
        #[arg(long)]
        copy: bool,
    },
    /// Issue a new token; the old one stops working immediately
    #[command(after_help = examples::TOKEN_ROTATE)]
    Rotate {
        /// Name or ID of the stream
        stream: String,
        /// Skip confirmation
        #[arg(short, long)]
        yes: bool,
        /// Also copy to the clipboard through the terminal (OSC 52)
        #[arg(long)]
        copy: bool,
    },
}

/// The address that requests name.
#[derive(Debug, Args)]
pub(crate) struct GatewayFlag {
    /// Address of the Streams API in the requests
    #[arg(long, value_name = "URL", env = "TEXTPEAK_GATEWAY", default_value_t)]
    pub gateway: GatewayUrl,
}
