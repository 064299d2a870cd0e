//! `textpeak routes …`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::examples;
use crate::domain::{GatewayUrl, HOSTED, RouteName, Span};

#[derive(Debug, Subcommand)]
pub(crate) enum RoutesCommand {
    /// List routes for live streams
    #[command(visible_alias = "ls", after_help = examples::ROUTES_LIST)]
    List,
    /// Add a route: another Streams API and a token it issued
    #[command(after_help = examples::ROUTES_ADD)]
    Add(AddRouteArgs),
    /// Check a route's token with its API, without sending a message
    #[command(after_help = examples::ROUTES_TEST)]
    Test {
        /// Route name [default: the only route]
        #[arg(id = "route", value_name = "ROUTE")]
        name: Option<String>,
    },
    /// Remove a route and its token
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
    /// Base URL of the API
    #[arg(long, value_name = "URL", default_value = HOSTED)]
    pub base_url: GatewayUrl,
    /// File that contains the token; - for standard input
    #[arg(long, value_name = "FILE")]
    pub token_file: PathBuf,
    /// Use only for this stream, by name or ID; repeatable [default: all live streams]
    #[arg(long = "stream", value_name = "STREAM")]
    pub streams: Vec<String>,
    /// How long a message waits while the API is down or throttling [default: 24h]
    #[arg(long, value_name = "DURATION")]
    pub expire: Option<Span>,
    /// Replace the existing route with this name
    #[arg(long)]
    pub replace: bool,
}
