//! `textpeak routes …`

use std::num::{NonZeroU16, NonZeroU32};
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::examples;
use super::streams::GatewayFlag;
use crate::domain::{
    Bind, GatewayUrl, HOSTED, HOSTED_ACCOUNT, IncomingField, LongTexts, NumberPrefix, Phone,
    RouteName, SmppAddress, Span,
};

#[derive(Debug, Subcommand)]
pub(crate) enum RoutesCommand {
    /// List routes for live streams
    #[command(visible_alias = "ls", after_help = examples::ROUTES_LIST)]
    List,
    /// Show a route, and the address that incoming messages can be sent to
    #[command(after_help = examples::ROUTES_SHOW)]
    Show {
        /// Route name [default: the only route]
        #[arg(id = "route", value_name = "ROUTE")]
        name: Option<String>,
        #[command(flatten)]
        gateway: GatewayFlag,
    },
    /// Add a route: another Streams API and a token it issued, or an SMPP account
    #[command(after_help = examples::ROUTES_ADD)]
    Add(Box<AddRouteArgs>),
    /// Change a route
    #[command(after_help = examples::ROUTES_EDIT)]
    Edit(Box<EditRouteArgs>),
    /// Check a route's token or password, without sending a message
    #[command(after_help = examples::ROUTES_TEST)]
    Test {
        /// Route name [default: the only route]
        #[arg(id = "route", value_name = "ROUTE")]
        name: Option<String>,
    },
    /// Remove a route with its token or password
    #[command(visible_alias = "rm", after_help = examples::ROUTES_REMOVE)]
    Remove {
        /// Route name
        #[arg(id = "route", value_name = "ROUTE")]
        name: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AddRouteArgs {
    /// Route name: letters, digits, and -_.
    #[arg(default_value = "default")]
    pub name: RouteName,
    /// Replace the existing route with this name
    #[arg(long)]
    pub replace: bool,
    #[command(flatten)]
    pub settings: RouteArgs,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct EditRouteArgs {
    /// Route name
    #[arg(id = "route", value_name = "ROUTE")]
    pub name: String,
    /// Use for all live streams
    #[arg(long, conflicts_with = "streams")]
    pub all_streams: bool,
    /// Stop asking the hosted account
    #[arg(long, conflicts_with = "account_key_file")]
    pub no_account: bool,
    /// Send to every number
    #[arg(long, conflicts_with = "only_to")]
    pub no_only_to: bool,
    /// Send to the recipients themselves
    #[arg(long, conflicts_with = "redirect_to")]
    pub no_redirect: bool,
    /// Remove the daily limit
    #[arg(long, conflicts_with = "daily_limit")]
    pub no_daily_limit: bool,
    #[command(flatten)]
    pub settings: RouteArgs,
}

/// What a route can be told, when it is added and later.
#[derive(Debug, Default, Args)]
pub(crate) struct RouteArgs {
    /// Use only for this stream, by name or ID; repeatable [default: all live streams]
    #[arg(long = "stream", value_name = "STREAM")]
    pub streams: Vec<String>,
    /// How long a message waits while the carrier is down or throttling [default: 24h]
    #[arg(long, value_name = "DURATION")]
    pub expire: Option<Span>,
    #[command(flatten)]
    pub rails: RailArgs,
    #[command(flatten)]
    pub http: HttpArgs,
    #[command(flatten)]
    pub smpp: SmppArgs,
}

#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct RailArgs {
    /// Send only to numbers that begin with one of these digits, like 1202
    #[arg(long, value_name = "PREFIX", value_delimiter = ',')]
    pub only_to: Vec<NumberPrefix>,
    /// Send every message to this number instead of its recipient, as on a staging system
    #[arg(long, value_name = "NUMBER", value_parser = Phone::typed)]
    pub redirect_to: Option<Phone>,
    /// Accept at most this many messages a day (UTC)
    #[arg(long, value_name = "N")]
    pub daily_limit: Option<NonZeroU32>,
}

#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Streams API")]
pub(crate) struct HttpArgs {
    #[arg(help = format!("Base URL of the API [default: {HOSTED}]"))]
    #[arg(long, value_name = "URL", conflicts_with = "smpp")]
    pub base_url: Option<GatewayUrl>,
    /// File that contains the token; - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "smpp")]
    pub token_file: Option<PathBuf>,
    /// File that contains a key of the hosted account, which is asked for incoming messages and
    /// statuses
    #[arg(long, value_name = "FILE", conflicts_with = "smpp")]
    pub account_key_file: Option<PathBuf>,
    #[arg(help = format!("Base URL of the account API [default: {HOSTED_ACCOUNT}]"))]
    #[arg(long, value_name = "URL", conflicts_with = "smpp")]
    pub account_url: Option<GatewayUrl>,
    /// How often the account is asked [default: 5s]
    #[arg(long, value_name = "DURATION", conflicts_with = "smpp")]
    pub poll: Option<Span>,
    /// What an incoming message calls a field, like text=body; repeatable
    #[arg(
        long = "incoming-field",
        value_name = "OURS=THEIRS",
        conflicts_with = "smpp"
    )]
    pub incoming_fields: Vec<IncomingField>,
}

#[derive(Debug, Default, Args)]
#[command(next_help_heading = "SMPP")]
pub(crate) struct SmppArgs {
    /// Address of an SMSC [default port: 2775]
    #[arg(long, value_name = "HOST[:PORT]")]
    pub smpp: Option<SmppAddress>,
    /// System ID of the SMPP account
    #[arg(long, value_name = "ID")]
    pub system_id: Option<String>,
    /// File that contains the SMPP password; - for standard input
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// System type, where the carrier asks for one
    #[arg(long, value_name = "TYPE")]
    pub system_type: Option<String>,
    /// Connect with TLS
    #[arg(long)]
    pub tls: bool,
    /// Bind mode: transceiver or transmitter+receiver [default: transceiver]
    #[arg(long, value_name = "MODE")]
    pub bind: Option<Bind>,
    /// Most parts that wait for an answer [default: 10]
    #[arg(long, value_name = "N")]
    pub window: Option<NonZeroU16>,
    /// Most parts a second [default: 50]
    #[arg(long, value_name = "N")]
    pub rate: Option<NonZeroU16>,
    /// Type of number of the sender [default: by its form]
    #[arg(long, value_name = "N")]
    pub source_ton: Option<u8>,
    /// Numbering plan of the sender [default: by its form]
    #[arg(long, value_name = "N")]
    pub source_npi: Option<u8>,
    /// Type of number of the recipient [default: 1]
    #[arg(long, value_name = "N")]
    pub dest_ton: Option<u8>,
    /// Numbering plan of the recipient [default: 1]
    #[arg(long, value_name = "N")]
    pub dest_npi: Option<u8>,
    /// What the carrier's default data coding is: 0 GSM-7, 1 ASCII, 3 Latin-1 [default: 0]
    #[arg(long, value_name = "N", value_parser = clap::builder::PossibleValuesParser::new(["0", "1", "3"]))]
    #[arg(hide_possible_values = true)]
    pub data_coding_default: Option<String>,
    /// How long texts are sent: udh (in parts) or payload [default: udh]
    #[arg(long, value_name = "WAY")]
    pub long_texts: Option<LongTexts>,
}

impl SmppArgs {
    /// Whether something is said that means nothing without an SMPP account.
    pub fn are_given(&self) -> bool {
        let Self {
            smpp,
            system_id,
            password_file,
            system_type,
            tls,
            bind,
            window,
            rate,
            source_ton,
            source_npi,
            dest_ton,
            dest_npi,
            data_coding_default,
            long_texts,
        } = self;
        let numbers = [source_ton, source_npi, dest_ton, dest_npi];
        smpp.is_some()
            || system_id.is_some()
            || password_file.is_some()
            || system_type.is_some()
            || *tls
            || bind.is_some()
            || window.is_some()
            || rate.is_some()
            || numbers.iter().any(|one| one.is_some())
            || data_coding_default.is_some()
            || long_texts.is_some()
    }
}

impl HttpArgs {
    /// Whether something is said that means nothing for an SMPP account.
    pub fn are_given(&self) -> bool {
        self.base_url.is_some()
            || self.token_file.is_some()
            || self.account_key_file.is_some()
            || self.account_url.is_some()
            || self.poll.is_some()
            || !self.incoming_fields.is_empty()
    }
}
