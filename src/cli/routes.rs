//! `textpeak routes …`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::examples;
use crate::domain::{GatewayUrl, HOSTED, RouteName, Span};

#[derive(Debug, Subcommand)]
pub(crate) enum RoutesCommand {
    /// The ways out for live streams
    #[command(visible_alias = "ls", after_help = examples::ROUTES_LIST)]
    List,
    /// Add a way out: another Streams API, and a token that it issued
    #[command(after_help = examples::ROUTES_ADD)]
    Add(AddRouteArgs),
    /// Ask a route's API whether it takes the token; sends no message
    #[command(after_help = examples::ROUTES_TEST)]
    Test {
        /// Its name [default: the only route]
        #[arg(id = "route", value_name = "ROUTE")]
        name: Option<String>,
    },
    /// Remove a route with its token
    #[command(visible_alias = "rm", after_help = examples::ROUTES_REMOVE)]
    Remove {
        /// Its name
        #[arg(id = "route", value_name = "ROUTE")]
        name: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AddRouteArgs {
    /// Its name: letters, digits and -_.
    #[arg(default_value = "default")]
    pub name: RouteName,
    /// Address of the API
    #[arg(long, value_name = "URL", default_value = HOSTED)]
    pub base_url: GatewayUrl,
    /// File with the token, - for standard input
    #[arg(long, value_name = "FILE")]
    pub token_file: PathBuf,
    /// Only for this stream, by name or id; again for more [default: every live stream]
    #[arg(long = "stream", value_name = "STREAM")]
    pub streams: Vec<String>,
    /// How long a message waits for an API that is away or throttles [default: 24h]
    #[arg(long, value_name = "DURATION")]
    pub expire: Option<Span>,
    /// Put it in the place of the route with its name
    #[arg(long)]
    pub replace: bool,
}
