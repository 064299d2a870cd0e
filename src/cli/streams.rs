//! `textpeak streams …`

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::draft::DraftFlags;
use super::{help, values};
use crate::api::{Format, Part, Request};
use crate::domain::GatewayUrl;

#[derive(Debug, Subcommand)]
pub(super) enum Streams {
    /// Create a stream: the wizard asks for what the flags leave out
    #[command(after_help = help::CREATE)]
    Create(Box<Create>),
    /// Go on with a draft, at the step where it was left
    #[command(after_help = help::RESUME)]
    Resume {
        /// Name or id of the draft
        #[arg(id = "draft_stream", value_name = "DRAFT")]
        draft: String,
        #[command(flatten)]
        gateway: Gateway,
    },
    /// The Streams API table, newest first
    #[command(visible_alias = "ls", after_help = help::LIST)]
    List {
        /// Most streams shown; 0 shows all
        #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
        limit: usize,
        /// Which page of that many
        #[arg(long, value_name = "N", default_value = "1", requires = "limit")]
        page: NonZeroUsize,
    },
    /// A stream's details and the previews of its requests
    #[command(after_help = help::SHOW)]
    Show {
        /// Name or id of the stream
        stream: String,
        /// Show the token and the values of webhook headers
        #[arg(long)]
        reveal: bool,
        #[command(flatten)]
        gateway: Gateway,
    },
    /// The send and the status request, exactly as they are executed
    #[command(after_help = help::PREVIEW)]
    Preview(Preview),
    /// A stream's authorization token
    #[command(subcommand)]
    Token(Token),
    /// Delete streams with their tokens
    #[command(visible_alias = "rm", after_help = help::DELETE)]
    Delete {
        /// Names or ids of the streams
        #[arg(required = true, value_name = "STREAM")]
        streams: Vec<String>,
        /// Delete without asking
        #[arg(short, long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct Create {
    #[command(flatten)]
    pub answers: DraftFlags,
    /// Take the answers from a JSON document, - for standard input; flags go before it
    #[arg(long, value_name = "FILE")]
    pub from_file: Option<PathBuf>,
    /// Save as a draft, complete or not
    #[arg(long)]
    pub draft: bool,
    /// Print what would be made, and make nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Copy the token to the terminal's clipboard (OSC 52)
    #[arg(long)]
    pub copy: bool,
    #[command(flatten)]
    pub gateway: Gateway,
}

#[derive(Debug, Args)]
pub(super) struct Preview {
    /// Name or id of the stream
    pub stream: String,
    /// Only this request
    #[arg(value_parser = values::request())]
    pub request: Option<Request>,
    /// How to write it down
    #[arg(long = "as", value_name = "FORMAT", default_value = "http", value_parser = values::format())]
    pub r#as: Format,
    /// Only this part of it
    #[arg(long, value_name = "PART", value_parser = values::part())]
    pub part: Option<Part>,
    /// Show the token
    #[arg(long)]
    pub reveal: bool,
    /// Copy it to the terminal's clipboard (OSC 52) as well
    #[arg(long)]
    pub copy: bool,
    #[command(flatten)]
    pub gateway: Gateway,
}

#[derive(Debug, Subcommand)]
pub(super) enum Token {
    /// Print the token, and nothing else
    #[command(after_help = help::TOKEN_SHOW)]
    Show {
        /// Name or id of the stream
        stream: String,
        /// Copy it to the terminal's clipboard (OSC 52) as well
        #[arg(long)]
        copy: bool,
    },
}

/// The address that requests name.
#[derive(Debug, Args)]
pub(super) struct Gateway {
    /// Address of the Streams API in the requests
    #[arg(long, value_name = "URL", env = "TEXTPEAK_GATEWAY", default_value_t)]
    pub gateway: GatewayUrl,
}
