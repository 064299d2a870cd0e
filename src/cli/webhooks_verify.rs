//! `textpeak webhooks verify` and `listen`

use std::path::PathBuf;

use clap::Args;

use crate::domain::Span;

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// File with the stream's webhook secret (`whsec_...`), - for standard input
    #[arg(long, value_name = "FILE")]
    pub secret_file: PathBuf,
    /// File with the headers, one a line, - for standard input; the request line may come first
    /// [default: a whole raw request on standard input]
    #[arg(long, value_name = "FILE")]
    pub headers: Option<PathBuf>,
    /// File with the raw body, or of a GET request the raw query string, - for standard input
    #[arg(long, value_name = "FILE", requires = "headers")]
    pub body: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ListenArgs {
    /// Port on 127.0.0.1; 0 takes any that is free
    #[arg(long, value_name = "N", default_value_t = 4690)]
    pub port: u16,
    /// Answer 500 to the first N requests
    #[arg(long, value_name = "N", conflicts_with = "answer")]
    pub fail: Option<u64>,
    /// Answer every request with this status [default: 200, or 401 when the signature is wrong]
    // Its name keeps completion from offering the statuses of streams.
    #[arg(id = "answer", long = "status", value_name = "CODE")]
    #[arg(value_parser = clap::value_parser!(u16).range(200..=599))]
    pub answer: Option<u16>,
    /// Wait so long before each answer
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "0s",
        hide_default_value = true
    )]
    pub delay: Span,
    /// Verify with the secret in this file, - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "stream")]
    pub secret_file: Option<PathBuf>,
    /// Verify with the secret of this stream, by name or id [default: the stream that the delivery
    /// names]
    #[arg(long)]
    pub stream: Option<String>,
}
