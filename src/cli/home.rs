//! `textpeak home …`

use clap::{Args, Subcommand};

use super::examples;

#[derive(Debug, Subcommand)]
pub(crate) enum HomeCommand {
    /// Show where the home is, what it contains, and who serves it
    #[command(after_help = examples::HOME_SHOW)]
    Show,
    /// Create or upgrade the tables of a database
    #[command(after_help = examples::HOME_INIT)]
    Init,
    /// Copy everything into another, empty home
    #[command(after_help = examples::HOME_COPY)]
    Copy(CopyArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CopyArgs {
    /// Home to copy: a folder or a database URL
    #[arg(long, value_name = "HOME")]
    pub from: std::ffi::OsString,
    /// Empty home to copy to: a folder or a database URL
    #[arg(long, value_name = "HOME")]
    pub to: std::ffi::OsString,
}
