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
    /// Create a stream: the wizard asks for what the flags leave out
    #[command(after_help = examples::CREATE)]
    Create(Box<CreateArgs>),
    /// Go on with a draft, at the step where it was left
    #[command(after_help = examples::RESUME)]
    Resume {
        /// Name or id of the draft; the only one where nothing is said
        #[arg(id = "draft_stream", value_name = "DRAFT")]
        draft: Option<String>,
        #[command(flatten)]
        gateway: GatewayFlag,
    },
    /// The Streams API table, newest first
    #[command(visible_alias = "ls", after_help = examples::LIST)]
    List(ListArgs),
    /// A stream's details and the previews of its requests
    #[command(after_help = examples::SHOW)]
    Show {
        /// Name or id of the stream
        stream: String,
        /// Show the token and the values of webhook headers
        #[arg(long)]
        reveal: bool,
        #[command(flatten)]
        gateway: GatewayFlag,
    },
    /// The send, status and webhook requests, exactly as they are executed
    #[command(after_help = examples::PREVIEW)]
    Preview(PreviewArgs),
    /// A stream's authorization token
    #[command(subcommand)]
    Token(TokenCommand),
    /// Change a stream; without flags the wizard asks, filled in with what is there
    #[command(after_help = examples::EDIT)]
    Edit(Box<EditArgs>),
    /// Make a stream like another one, with a token of its own
    #[command(after_help = examples::CLONE)]
    Clone(CloneArgs),
    /// Let disabled streams take requests again
    #[command(after_help = examples::ENABLE)]
    Enable {
        /// Names or ids of the streams
        #[arg(required = true, value_name = "STREAM")]
        streams: Vec<String>,
    },
    /// Pause streams: their requests are refused
    #[command(after_help = examples::DISABLE)]
    Disable {
        /// Names or ids of the streams
        #[arg(required = true, value_name = "STREAM")]
        streams: Vec<String>,
    },
    /// Write streams as a document for plan and apply
    #[command(after_help = examples::EXPORT)]
    Export(ExportArgs),
    /// Show what apply would do; exit 7 when there is something to do
    #[command(after_help = examples::PLAN)]
    Plan(PlanArgs),
    /// Make the streams those of a document: all of it or none
    #[command(after_help = examples::APPLY)]
    Apply {
        #[command(flatten)]
        plan: PlanArgs,
        /// Without asking
        #[arg(short, long)]
        yes: bool,
        /// Write new tokens to this new file (0600) instead of stdout
        #[arg(long, value_name = "FILE")]
        tokens_out: Option<PathBuf>,
    },
    /// Print the JSON Schema of the document
    #[command(after_help = examples::SCHEMA)]
    Schema,
    /// Delete streams with their tokens
    #[command(visible_alias = "rm", after_help = examples::DELETE)]
    Delete(DeleteArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Print the token, and nothing else
    #[command(after_help = examples::TOKEN_SHOW)]
    Show {
        /// Name or id of the stream
        stream: String,
        /// Copy it to the terminal's clipboard (OSC 52) as well
        #[arg(long)]
        copy: bool,
    },
    /// Issue a new token; the old one stops at once
    #[command(after_help = examples::TOKEN_ROTATE)]
    Rotate {
        /// Name or id of the stream
        stream: String,
        /// Without asking
        #[arg(short, long)]
        yes: bool,
        /// Copy it to the terminal's clipboard (OSC 52) as well
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
