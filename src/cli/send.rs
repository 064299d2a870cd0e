//! `textpeak send` and `status`, which call a Streams API

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use crate::domain::{GatewayUrl, InternalId, Invalid, MessageText, Phone, SenderId, Span};

#[derive(Debug, Args)]
pub(crate) struct SendArgs {
    /// Name or ID of the stream
    pub stream: String,
    /// Recipient: a number that starts with the country code
    #[arg(long, value_name = "NUMBER", value_parser = Phone::typed)]
    pub to: Option<Phone>,
    /// Text of the message
    #[arg(long)]
    pub text: Option<MessageText>,
    /// Sender ID [default: the stream's default sender]
    #[arg(long, value_name = "ID")]
    pub sender: Option<SenderId>,
    /// Your own ID for the message; repeating it doesn't send twice [default: random]
    #[arg(long, value_name = "ID", conflicts_with = "from_file")]
    pub internal_id: Option<InternalId>,
    /// Print the request without sending it
    #[arg(long)]
    pub dry_run: bool,
    /// Wait until every status is final; exit with 6 unless all are delivered
    #[arg(long)]
    wait: bool,
    /// How long to wait
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "60s",
        requires = "wait"
    )]
    timeout: Span,
    #[command(flatten)]
    pub bulk: BulkArgs,
    #[command(flatten)]
    pub gateway: GatewayOptions,
}

impl SendArgs {
    pub fn wait_limit(&self) -> Option<Span> {
        self.wait.then_some(self.timeout)
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Bulk sending")]
pub(crate) struct BulkArgs {
    #[arg(
        help = "Send the rows of a CSV or JSON Lines file, or - for standard input: to, text, \
                  sender, internal_id"
    )]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["to", "text"])]
    pub from_file: Option<PathBuf>,
    /// Send the valid rows even if others are invalid
    #[arg(long, requires = "from_file", conflicts_with = "to")]
    pub skip_invalid: bool,
    /// Write the result of each row as JSON Lines; pass it as --from-file to send the rest
    #[arg(
        long,
        value_name = "FILE",
        requires = "from_file",
        conflicts_with = "to"
    )]
    pub results: Option<PathBuf>,
    /// Batch name for generated IDs; a different name sends the same rows again
    #[arg(
        long,
        value_name = "NAME",
        default_value = "",
        hide_default_value = true
    )]
    #[arg(requires = "from_file", conflicts_with = "to")]
    pub campaign: String,
    /// Send the rows of a live stream without asking
    #[arg(long, requires = "from_file", conflicts_with = "to")]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Message IDs [default: the latest of --stream]
    #[arg(value_name = "UUID")]
    pub uuids: Vec<String>,
    /// Name or ID of the stream
    #[arg(long)]
    pub stream: Option<String>,
    /// Your own ID for a message
    #[arg(long, value_name = "ID", conflicts_with = "uuids")]
    pub internal_id: Option<String>,
    /// Number of latest messages
    #[arg(long, value_name = "N", default_value = "10", value_parser = clap::value_parser!(u16).range(1..=250))]
    pub limit: u16,
    #[command(flatten)]
    pub gateway: GatewayOptions,
}

/// Which Streams API is called.
#[derive(Debug, Args)]
pub(crate) struct GatewayOptions {
    /// Streams API to call [default: a temporary local gateway]
    #[arg(
        long = "gateway",
        value_name = "URL",
        env = "TEXTPEAK_GATEWAY",
        hide_env_values = true
    )]
    gateway: Option<NamedGateway>,
    /// Delay before a simulated message is delivered by the temporary gateway
    #[arg(long, value_name = "DURATION", default_value = "1s")]
    pub delivery_delay: Span,
}

impl GatewayOptions {
    pub fn url(&self) -> Option<&GatewayUrl> {
        self.gateway
            .as_ref()
            .and_then(|NamedGateway(url)| url.as_ref())
    }
}

/// A gateway that was named; a variable that is set to nothing names none.
#[derive(Debug, Clone)]
struct NamedGateway(Option<GatewayUrl>);

impl FromStr for NamedGateway {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        text.parse().map(Some).map(Self)
    }
}
