//! `textpeak send`, `status`, `reply`, `messages …` and `webhooks …`

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand};

use super::options::Print;
use super::{help, values};
use crate::domain::{
    DeliveryState, Direction, GatewayUrl, InternalId, Invalid, MessageStatus, MessageText, Phone,
    SenderId, Span,
};

#[derive(Debug, Args)]
pub(super) struct Send {
    /// Name or id of the stream
    pub stream: String,
    /// Whom it goes to: digits, country code first, without +
    #[arg(
        long,
        value_name = "NUMBER",
        required_unless_present = "from_file",
        requires = "text"
    )]
    pub to: Option<Phone>,
    /// What it says
    #[arg(long, requires = "to")]
    pub text: Option<MessageText>,
    /// Whom it comes from [default: the stream's default sender]
    #[arg(long, value_name = "ID")]
    pub sender: Option<SenderId>,
    /// Your own id of the message: the same one twice sends nothing twice [default: a random one]
    #[arg(long, value_name = "ID", requires = "to")]
    pub internal_id: Option<InternalId>,
    /// Print the request, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Wait until every status is final; exit 6 unless all are delivered
    #[arg(long)]
    pub wait: bool,
    /// How long to wait
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "60s",
        requires = "wait"
    )]
    pub timeout: Span,
    #[command(flatten)]
    pub bulk: Bulk,
    #[command(flatten)]
    pub gateway: Reach,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "In bulk")]
pub(super) struct Bulk {
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
pub(super) struct Status {
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
    pub gateway: Reach,
}

/// Which Streams API is called.
#[derive(Debug, Args)]
pub(super) struct Reach {
    /// Streams API to call [default: a gateway of its own, for the life of the command]
    #[arg(
        long = "gateway",
        value_name = "URL",
        env = "TEXTPEAK_GATEWAY",
        hide_env_values = true
    )]
    pub reach: Option<Elsewhere>,
    /// With a gateway of its own: after how long a simulated message is delivered
    #[arg(long, value_name = "DURATION", default_value = "1s")]
    pub delivery_delay: Span,
}

/// A gateway that was named; a variable that is set to nothing names none.
#[derive(Debug, Clone)]
pub(super) struct Elsewhere(pub Option<GatewayUrl>);

impl FromStr for Elsewhere {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        text.parse().map(Some).map(Self)
    }
}

impl From<Reach> for super::options::Reach {
    fn from(reach: Reach) -> Self {
        let Reach {
            reach,
            delivery_delay,
        } = reach;
        Self {
            gateway: reach.and_then(|Elsewhere(url)| url),
            delivery_delay,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct Reply {
    /// Name or id of the demo stream
    pub stream: String,
    /// The handset that answers: digits, country code first, without +
    #[arg(long, value_name = "NUMBER")]
    pub from: Phone,
    /// What it says
    #[arg(long)]
    pub text: MessageText,
    /// The Sender ID that it answers [default: that of the last message to this handset, else the
    /// stream's default sender]
    #[arg(long = "to", value_name = "ID")]
    pub to_sender: Option<SenderId>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Messages {
    /// Sends, replies and webhook attempts, newest first
    #[command(visible_alias = "ls", after_help = help::MESSAGES_LIST)]
    List {
        #[command(flatten)]
        which: Which,
        /// Most lines shown; 0 shows all
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
    },
    /// One message, with its delivery and every attempt
    #[command(after_help = help::MESSAGES_SHOW)]
    Show {
        /// The message's id
        uuid: String,
    },
    /// Wait until a message comes; exit 6 when none does
    #[command(after_help = help::MESSAGES_WAIT)]
    Wait {
        #[command(flatten)]
        which: Which,
        /// A regular expression that its text has to match
        #[arg(long = "match", value_name = "REGEX")]
        pattern: Option<String>,
        /// How long to wait
        #[arg(long, value_name = "DURATION", default_value = "10s")]
        timeout: Span,
        /// What to print: text, match (the first group, or all that matched) or json
        #[arg(long, value_name = "WHAT", value_parser = values::print())]
        #[arg(hide_possible_values = true)]
        print: Option<Print>,
    },
    /// Show messages and webhook attempts as they come, until Ctrl-C
    #[command(after_help = help::MESSAGES_FOLLOW)]
    Follow {
        #[command(flatten)]
        which: Which,
    },
}

/// Which messages: all of these conditions hold.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which messages")]
pub(super) struct Which {
    /// Of this stream, by name or id
    #[arg(long)]
    pub stream: Option<String>,
    /// To this number or Sender ID
    #[arg(long, value_name = "NUMBER")]
    pub to: Option<String>,
    /// From this number or Sender ID
    #[arg(long, value_name = "NUMBER")]
    pub from: Option<String>,
    /// outgoing or incoming
    #[arg(long)]
    pub direction: Option<Direction>,
    /// sent, delivered, undelivered, `sent_failed`, `no_routes` or rejected
    #[arg(long = "status", value_name = "STATUS")]
    pub message_status: Option<MessageStatus>,
    /// Not older than this
    #[arg(long, value_name = "DURATION")]
    pub since: Option<Span>,
}

impl From<Which> for super::options::Which {
    fn from(which: Which) -> Self {
        let Which {
            stream,
            to,
            from,
            direction,
            message_status,
            since,
        } = which;
        Self {
            stream,
            to,
            from,
            direction,
            status: message_status,
            since,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Webhooks {
    /// Call a stream's webhook with a dummy message, marked as a test
    #[command(after_help = help::WEBHOOKS_TEST)]
    Test {
        /// Name or id of the stream
        stream: String,
    },
    /// Deliveries of replies, newest first
    #[command(visible_alias = "ls", after_help = help::WEBHOOKS_DELIVERIES)]
    Deliveries {
        /// Of this stream, by name or id
        #[arg(long)]
        stream: Option<String>,
        /// waiting, delivered or dead
        #[arg(long, value_name = "STATE", value_parser = values::delivery_state())]
        #[arg(hide_possible_values = true)]
        state: Option<DeliveryState>,
        /// Of messages not older than this
        #[arg(long, value_name = "DURATION")]
        since: Option<Span>,
        /// Most deliveries shown; 0 shows all
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
    },
    /// Deliver again, with the same webhook-id
    #[command(after_help = help::WEBHOOKS_REDELIVER)]
    Redeliver {
        /// Ids of deliveries
        #[arg(value_name = "ID", required_unless_present_any = ["dead", "since"])]
        ids: Vec<String>,
        /// Every delivery that is dead
        #[arg(long, conflicts_with = "ids")]
        dead: bool,
        /// Every delivery that is not delivered, of messages not older than this
        #[arg(long, value_name = "DURATION", conflicts_with = "ids")]
        since: Option<Span>,
        /// Only of this stream, by name or id
        #[arg(long, conflicts_with = "ids")]
        stream: Option<String>,
    },
}
