//! What finds streams and shows their requests.

use clap::Args;

use super::super::values;
use super::GatewayFlag;
use crate::api::{Format, Part, Request};
use crate::domain::{Order, SenderId, Status, StreamFilter, Tag};

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub filter: FilterFlags,
    /// Sort by created (newest first), name, or updated (last changed first)
    #[arg(long, value_name = "ORDER", default_value = "created", value_parser = values::order())]
    #[arg(hide_possible_values = true)]
    pub sort: Order,
    /// Maximum number of streams; 0 shows all
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub limit: usize,
    /// Page number
    #[arg(long, value_name = "N", default_value = "1", requires = "limit")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..))]
    pub page: u16,
}

impl ListArgs {
    /// The top of the table, as if nothing but `--limit` were said.
    pub fn newest(limit: usize) -> Self {
        Self {
            filter: FilterFlags::default(),
            sort: Order::Created,
            limit,
            page: 1,
        }
    }
}

/// Which streams: all of these conditions hold.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct FilterFlags {
    /// Part of the name; case doesn't matter
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Status: Draft, Ready, Sending, or Disabled
    #[arg(long)]
    status: Option<Status>,
    /// Tag; if repeated, streams must have all of them
    #[arg(long, value_delimiter = ',')]
    tag: Vec<Tag>,
    /// Only streams with Demo Sending
    #[arg(long)]
    demo: bool,
    /// Default sender
    #[arg(long, value_name = "ID")]
    sender: Option<SenderId>,
}

impl FilterFlags {
    pub fn into_filter(self) -> StreamFilter {
        StreamFilter {
            name: self.name,
            status: self.status,
            tags: self.tag,
            demo: self.demo.then_some(true),
            sender: self.sender,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct PreviewArgs {
    /// Name or ID of the stream
    pub stream: String,
    /// Only this request
    #[arg(value_parser = values::request())]
    pub request: Option<Request>,
    /// Output format
    #[arg(long = "as", value_name = "FORMAT", default_value = "http", value_parser = values::format())]
    pub r#as: Format,
    /// Only this part of the request
    #[arg(long, value_name = "PART", value_parser = values::part())]
    pub part: Option<Part>,
    /// Show the token
    #[arg(long)]
    pub reveal: bool,
    /// Also copy to the clipboard through the terminal (OSC 52)
    #[arg(long)]
    pub copy: bool,
    #[command(flatten)]
    pub gateway: GatewayFlag,
}
