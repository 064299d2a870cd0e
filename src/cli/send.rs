//! `textpeak send` and `status`, which call a Streams API

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use crate::domain::{GatewayUrl, InternalId, Invalid, MessageText, Phone, SenderId, Span};

#[derive(Debug, Args)]
pub(crate) struct SendArgs {
    /// Name or id of the stream
    pub stream: String,
    /// Whom it goes to: a number, country code first
    #[arg(long, value_name = "NUMBER", value_parser = Phone::typed)]
    pub to: Option<Phone>,
    /// What it says
    #[arg(long)]
    pub text: Option<MessageText>,
    /// Whom it comes from [default: the stream's default sender]
    #[arg(long, value_name = "ID")]
    pub sender: Option<SenderId>,
    /// Your own id of the message: the same one twice sends nothing twice [default: a random one]
    #[arg(long, value_name = "ID", conflicts_with = "from_file")]
    pub internal_id: Option<InternalId>,
    /// Print the request, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Wait until every status is final; exit 6 unless all are delivered
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
#[command(next_help_heading = "In bulk")]
pub(crate) struct BulkArgs {
    /// Send the rows of a CSV or JSON Lines file, - for standard input: to, text, sender,
    /// `internal_id`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["to", "text"])]
    pub from_file: Option<PathBuf>,
    /// Send the good rows although others are bad
    #[arg(long, requires = "from_file", conflicts_with = "to")]
    pub skip_invalid: bool,
    /// Write what became of each row as JSON Lines; given back as --from-file it sends the rest
    #[arg(
        long,
        value_name = "FILE",
        requires = "from_file",
        conflicts_with = "to"
    )]
    pub results: Option<PathBuf>,
    /// Part of the ids derived for rows without one: another name sends the same rows again
    #[arg(
        long,
        value_name = "NAME",
        default_value = "",
        hide_default_value = true
    )]
    #[arg(requires = "from_file", conflicts_with = "to")]
    pub campaign: String,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Ids of messages [default: the latest of --stream]
    #[arg(value_name = "UUID")]
    pub uuids: Vec<String>,
    /// Name or id of the stream
    #[arg(long)]
    pub stream: Option<String>,
    /// Your own id of a message
    #[arg(long, value_name = "ID", conflicts_with = "uuids")]
    pub internal_id: Option<String>,
    /// How many of the latest
    #[arg(long, value_name = "N", default_value = "10", value_parser = clap::value_parser!(u16).range(1..=250))]
    pub limit: u16,
    #[command(flatten)]
    pub gateway: GatewayOptions,
}

/// Which Streams API is called.
#[derive(Debug, Args)]
pub(crate) struct GatewayOptions {
    /// Streams API to call [default: a gateway of its own, for the life of the command]
    #[arg(
        long = "gateway",
        value_name = "URL",
        env = "TEXTPEAK_GATEWAY",
        hide_env_values = true
    )]
    gateway: Option<NamedGateway>,
    /// With a gateway of its own: after how long a simulated message is delivered
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
