//! `textpeak streams …`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::draft::DraftFlags;
use super::{help, values};
use crate::api::{Format, Part, Request};
use crate::domain::{Field, GatewayUrl, Order, SenderId, Status, StreamFilter, Syntax, Tag};

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
        #[command(flatten)]
        filter: Filter,
        /// Order: created (newest first), name, or updated (last changed first)
        #[arg(long, value_name = "ORDER", default_value = "created", value_parser = values::order())]
        #[arg(hide_possible_values = true)]
        sort: Order,
        /// Most streams shown; 0 shows all
        #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
        limit: usize,
        /// Which page of that many
        #[arg(long, value_name = "N", default_value = "1", requires = "limit")]
        #[arg(value_parser = clap::value_parser!(u16).range(1..))]
        page: u16,
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
    /// The send, status and webhook requests, exactly as they are executed
    #[command(after_help = help::PREVIEW)]
    Preview(Preview),
    /// A stream's authorization token
    #[command(subcommand)]
    Token(Token),
    /// Change a stream; without flags the wizard asks, filled in with what is there
    #[command(after_help = help::EDIT)]
    Edit(Box<Edit>),
    /// Make a stream like another one, with a token of its own
    #[command(after_help = help::CLONE)]
    Clone {
        /// Name or id of the stream
        stream: String,
        #[arg(long, help = Field::Name.help())]
        name: String,
        #[command(flatten)]
        gateway: Gateway,
    },
    /// Let disabled streams take requests again
    #[command(after_help = help::ENABLE)]
    Enable {
        /// Names or ids of the streams
        #[arg(required = true, value_name = "STREAM")]
        streams: Vec<String>,
    },
    /// Pause streams: their requests are refused
    #[command(after_help = help::DISABLE)]
    Disable {
        /// Names or ids of the streams
        #[arg(required = true, value_name = "STREAM")]
        streams: Vec<String>,
    },
    /// Write streams as a document for plan and apply
    #[command(after_help = help::EXPORT)]
    Export {
        #[command(flatten)]
        filter: Filter,
        /// Write to this file instead of stdout
        #[arg(short, long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// yaml or json [default: by the file's name, else yaml]
        #[arg(long, value_name = "SYNTAX", value_parser = values::syntax())]
        format: Option<Syntax>,
    },
    /// Show what apply would do; exit 7 when there is something to do
    #[command(after_help = help::PLAN)]
    Plan(Plan),
    /// Make the streams those of a document: all of it or none
    #[command(after_help = help::APPLY)]
    Apply {
        #[command(flatten)]
        plan: Plan,
        /// Without asking
        #[arg(short, long)]
        yes: bool,
        /// Write new tokens to this new file (0600) instead of stdout
        #[arg(long, value_name = "FILE")]
        tokens_out: Option<PathBuf>,
    },
    /// Print the JSON Schema of the document
    #[command(after_help = help::SCHEMA)]
    Schema,
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
    /// Issue a new token; the old one stops at once
    #[command(after_help = help::TOKEN_ROTATE)]
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

/// Which streams: all of these conditions hold.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which streams")]
pub(super) struct Filter {
    /// Part of the name, in any case
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Draft, Ready, Sending or Disabled
    #[arg(long)]
    status: Option<Status>,
    /// A tag; several mean all of them
    #[arg(long, value_delimiter = ',')]
    tag: Vec<Tag>,
    /// Only those with Demo Sending
    #[arg(long)]
    demo: bool,
    /// The default sender
    #[arg(long, value_name = "ID")]
    sender: Option<SenderId>,
}

impl From<Filter> for StreamFilter {
    fn from(filter: Filter) -> Self {
        let Filter {
            name,
            status,
            tag,
            demo,
            sender,
        } = filter;
        Self {
            name,
            status,
            tags: tag,
            demo: demo.then_some(true),
            sender,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct Edit {
    /// Name or id of the stream
    pub stream: String,
    #[command(flatten)]
    pub answers: DraftFlags,
    /// Take an allowed IP out
    #[arg(
        long,
        value_name = "IP",
        value_delimiter = ',',
        help_heading = "Take out"
    )]
    pub remove_ip: Vec<String>,
    /// Take a tag out
    #[arg(
        long,
        value_name = "TAG",
        value_delimiter = ',',
        help_heading = "Take out"
    )]
    pub remove_tag: Vec<String>,
    /// Take a webhook header out
    #[arg(long, value_name = "NAME", help_heading = "Take out")]
    pub remove_header: Vec<String>,
    #[command(flatten)]
    pub gateway: Gateway,
}

#[derive(Debug, Args)]
pub(super) struct Plan {
    /// The document, - for standard input
    #[arg(short, long, value_name = "FILE")]
    pub file: PathBuf,
    /// Delete the streams that the document does not have
    #[arg(long)]
    pub prune: bool,
}

/// The address that requests name.
#[derive(Debug, Args)]
pub(super) struct Gateway {
    /// Address of the Streams API in the requests
    #[arg(long, value_name = "URL", env = "TEXTPEAK_GATEWAY", default_value_t)]
    pub gateway: GatewayUrl,
}
