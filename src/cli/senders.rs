//! `textpeak senders …`

use clap::Subcommand;

use super::help;

#[derive(Debug, Subcommand)]
pub(super) enum Senders {
    /// The catalogue of Sender IDs
    #[command(visible_alias = "ls", after_help = help::SENDERS_LIST)]
    List,
    /// Add Sender IDs to the catalogue
    #[command(after_help = help::SENDERS_ADD)]
    Add {
        /// Up to 11 letters, digits, spaces and -_.& with at least one letter, or 3 to 15 digits
        #[arg(required = true, value_name = "SENDER")]
        senders: Vec<String>,
    },
}
