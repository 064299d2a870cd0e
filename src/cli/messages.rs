//! `textpeak reply` and `messages …`

use clap::{Args, Subcommand};

use super::examples;
use super::values::{self, Print};
use crate::domain::{Direction, MessageStatus, MessageText, Phone, SenderId, Span};

#[derive(Debug, Args)]
pub(crate) struct ReplyArgs {
    /// Name or ID of the demo stream
    pub stream: String,
    /// Number that replies, starting with the country code
    #[arg(long, value_name = "NUMBER", value_parser = Phone::typed)]
    pub from: Phone,
    /// Text of the message
    #[arg(long)]
    pub text: MessageText,
    /// Sender ID to reply to [default: the sender of the last message to this number, or else the
    /// stream's default sender]
    #[arg(long = "to", value_name = "ID")]
    pub to_sender: Option<SenderId>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MessagesCommand {
    /// List sent messages, replies, and webhook attempts, newest first
    #[command(visible_alias = "ls", after_help = examples::MESSAGES_LIST)]
    List {
        #[command(flatten)]
        filter: MessageFilterFlags,
        /// Maximum number of lines; 0 shows all
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
        /// Only incoming messages that matched no stream
        #[arg(long, conflicts_with_all = ["stream", "to", "from", "direction", "message_status", "since"])]
        unmatched: bool,
    },
    /// Give an incoming message that matched no stream to one
    #[command(after_help = examples::MESSAGES_ASSIGN)]
    Assign {
        /// Message ID
        uuid: String,
        /// Stream, by name or ID
        #[arg(long)]
        stream: String,
    },
    /// Show a message with its deliveries and every attempt
    #[command(after_help = examples::MESSAGES_SHOW)]
    Show {
        /// Message ID
        uuid: String,
    },
    /// Wait for a message; exit with 6 if none arrives
    #[command(after_help = examples::MESSAGES_WAIT)]
    Wait(WaitArgs),
    /// Show messages and webhook attempts in real time, until Ctrl-C
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
    /// Regular expression that the text must match
    #[arg(long = "match", value_name = "REGEX")]
    pub pattern: Option<String>,
    /// How long to wait
    #[arg(long, value_name = "DURATION", default_value = "10s")]
    pub timeout: Span,
    /// What to print: text, match (the first group or the whole match), or json
    #[arg(long, value_name = "WHAT", value_parser = values::print())]
    #[arg(hide_possible_values = true)]
    pub print: Option<Print>,
}

/// Which messages: all of these conditions hold.
#[derive(Debug, Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct MessageFilterFlags {
    /// Only this stream, by name or ID
    #[arg(long)]
    pub stream: Option<String>,
    /// Only messages to this number or Sender ID
    #[arg(long, value_name = "NUMBER", value_parser = values::party)]
    pub to: Option<String>,
    /// Only messages from this number or Sender ID
    #[arg(long, value_name = "NUMBER", value_parser = values::party)]
    pub from: Option<String>,
    /// Direction: outgoing or incoming
    #[arg(long)]
    pub direction: Option<Direction>,
    #[arg(help = "Status: sent, delivered, undelivered, sent_failed, no_routes, or rejected")]
    #[arg(long = "status", value_name = "STATUS")]
    pub message_status: Option<MessageStatus>,
    /// Only messages newer than this, like 1h
    #[arg(long, value_name = "DURATION")]
    pub since: Option<Span>,
}
