//! `textpeak serve`

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Args;

use super::values::{self, LogFormat};
use crate::domain::{AllowedIp, Invalid, RetryPolicy, Span, quote};

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Address and port; port 0 picks any free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4680", value_parser = listen)]
    pub listen: SocketAddr,
    /// Also serve SMPP 3.4 on this address and port [default: 127.0.0.1:2775]; callers bind with a
    /// stream's ID or name and its SMPP password, which streams show --reveal prints
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, value_parser = listen,
        default_missing_value = "127.0.0.1:2775")]
    pub smpp: Option<SocketAddr>,
    /// Serve SMPP over TLS only, with the certificate chain in this PEM file
    #[arg(long, value_name = "FILE", requires_all = ["smpp", "smpp_tls_key"])]
    pub smpp_tls_cert: Option<PathBuf>,
    /// Private key of the certificate, in a PEM file
    #[arg(long, value_name = "FILE", requires = "smpp_tls_cert")]
    pub smpp_tls_key: Option<PathBuf>,
    /// Trust X-Forwarded-For from this proxy, an address or CIDR block
    #[arg(long = "trusted-proxy", value_name = "CIDR", value_delimiter = ',')]
    pub trusted_proxies: Vec<AllowedIp>,
    /// Delay before a simulated message is delivered
    #[arg(long, value_name = "DURATION", default_value = "1s")]
    pub delivery_delay: Span,
    /// Serve streams without an IP allow list on addresses other than loopback
    #[arg(long)]
    pub allow_any: bool,
    /// Retry schedule of webhook deliveries: local (1, 2, 5, 10, 30 s), service (for three days),
    /// none, or delays like 1s,1m [default: local on loopback, service elsewhere]
    #[arg(long, value_name = "SCHEDULE")]
    retry: Option<RetryPolicy>,
    /// One log line per request on stderr, as text or json; -q logs errors only
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
            "{} is not an address to listen on: use a form like 127.0.0.1:4680, or only a port",
            quote(text)
        ))
    })
}
