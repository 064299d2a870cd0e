//! `textpeak serve`

use std::net::{Ipv4Addr, SocketAddr};

use clap::Args;

use super::values::{self, LogFormat};
use crate::domain::{AllowedIp, Invalid, RetryPolicy, Span, quote};

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Address and port; port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4680", value_parser = listen)]
    pub listen: SocketAddr,
    /// Believe the X-Forwarded-For of this proxy, an address or CIDR block
    #[arg(long = "trusted-proxy", value_name = "CIDR", value_delimiter = ',')]
    pub trusted_proxies: Vec<AllowedIp>,
    /// After how long a simulated message is delivered
    #[arg(long, value_name = "DURATION", default_value = "1s")]
    pub delivery_delay: Span,
    /// Beyond loopback, serve streams without an allow list to any address
    #[arg(long)]
    pub allow_any: bool,
    /// When a webhook delivery is tried again: local (1, 2, 5, 10, 30 s), service (for three days),
    /// none, or pauses like 1s,1m [default: local on loopback, service elsewhere]
    #[arg(long, value_name = "SCHEDULE")]
    retry: Option<RetryPolicy>,
    /// A line a request on stderr: text or json; -q writes faults alone
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = values::log())]
    pub log: LogFormat,
}

impl ServeArgs {
    /// The schedule that was asked for, else the one that suits the address.
    pub fn retry(&self) -> RetryPolicy {
        let by_address = if self.listen.ip().to_canonical().is_loopback() {
            RetryPolicy::Local
        } else {
            RetryPolicy::Service
        };
        self.retry.clone().unwrap_or(by_address)
    }
}

/// An address and a port; what is left out is this machine's loopback.
fn listen(text: &str) -> Result<SocketAddr, Invalid> {
    let port = text
        .strip_prefix("localhost:")
        .unwrap_or(text)
        .trim_start_matches(':');
    let here = port
        .parse()
        .map(|port: u16| (Ipv4Addr::LOCALHOST, port).into());
    here.or_else(|_| text.parse()).map_err(|_| {
        Invalid::new(format_args!(
            "{} is not an address to listen on: write it like 127.0.0.1:4680, or a port alone",
            quote(text)
        ))
    })
}
