//! `textpeak webhooks verify` and `listen`

use std::path::PathBuf;

use clap::Args;

use crate::domain::Span;

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[arg(help = "File that contains the webhook secret (whsec_...); - for standard input")]
    #[arg(long, value_name = "FILE")]
    pub secret_file: PathBuf,
    /// File that contains the headers, one per line, optionally after the request line; - for
    /// standard input
    /// [default: a complete raw request on standard input]
    #[arg(long, value_name = "FILE")]
    pub headers: Option<PathBuf>,
    /// File that contains the raw body, or the raw query string of a GET request; - for standard
    /// input
    #[arg(long, value_name = "FILE", requires = "headers")]
    pub body: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ListenArgs {
    /// Port on 127.0.0.1; 0 picks any free port
    #[arg(long, value_name = "N", default_value_t = 4690)]
    pub port: u16,
    /// Respond with 500 to the first N requests
    #[arg(long, value_name = "N", conflicts_with = "answer")]
    pub fail: Option<u64>,
    /// Respond to every request with this status [default: 200, or 401 for a wrong signature]
    // Its name keeps completion from offering the statuses of streams.
    #[arg(id = "answer", long = "status", value_name = "CODE")]
    #[arg(value_parser = clap::value_parser!(u16).range(200..=599))]
    pub answer: Option<u16>,
    /// Wait this long before each response
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "0s",
        hide_default_value = true
    )]
    pub delay: Span,
    /// Verify with the secret in this file; - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "stream")]
    pub secret_file: Option<PathBuf>,
    /// Verify with the secret of this stream, by name or ID [default: the stream that the delivery
    /// names]
    #[arg(long)]
    pub stream: Option<String>,
}
