//! `textpeak reply` and `messages …`

use clap::{Args, Subcommand};

use super::examples;
use super::values::{self, Print};
use crate::domain::{Direction, MessageStatus, MessageText, Phone, SenderId, Span};

#[derive(Debug, Args)]
pub(crate) struct ReplyArgs {
    /// Name or id of the demo stream
    pub stream: String,
    /// The handset that answers: its number, country code first
    #[arg(long, value_name = "NUMBER", value_parser = Phone::typed)]
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
pub(crate) enum MessagesCommand {
    /// Sends, replies and webhook attempts, newest first
    #[command(visible_alias = "ls", after_help = examples::MESSAGES_LIST)]
    List {
        #[command(flatten)]
        filter: MessageFilterFlags,
        /// Most lines shown; 0 shows all
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
    },
    /// One message, with its delivery and every attempt
    #[command(after_help = examples::MESSAGES_SHOW)]
    Show {
        /// The message's id
        uuid: String,
    },
    /// Wait until a message comes; exit 6 when none does
    #[command(after_help = examples::MESSAGES_WAIT)]
    Wait(WaitArgs),
    /// Show messages and webhook attempts as they come, until Ctrl-C
    #[command(after_help = examples::MESSAGES_FOLLOW)]
    Follow {
        #[command(flatten)]
        filter: MessageFilterFlags,
    },
}

#[derive(Debug, Args)]
pub(crate) struct WaitArgs {
    #[command(flatten)]
    pub filter: MessageFilterFlags,
    /// A regular expression that its text has to match
    #[arg(long = "match", value_name = "REGEX")]
    pub pattern: Option<String>,
    /// How long to wait
    #[arg(long, value_name = "DURATION", default_value = "10s")]
    pub timeout: Span,
    /// What to print: text, match (the first group, or all that matched) or json
    #[arg(long, value_name = "WHAT", value_parser = values::print())]
    #[arg(hide_possible_values = true)]
    pub print: Option<Print>,
}

/// Which messages: all of these conditions hold.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which messages")]
pub(crate) struct MessageFilterFlags {
    /// Of this stream, by name or id
    #[arg(long)]
    pub stream: Option<String>,
    /// To this number or Sender ID
    #[arg(long, value_name = "NUMBER", value_parser = values::party)]
    pub to: Option<String>,
    /// From this number or Sender ID
    #[arg(long, value_name = "NUMBER", value_parser = values::party)]
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
