//! `textpeak senders …` and `textpeak tags …`

use std::path::PathBuf;

use clap::Subcommand;

use super::examples;

#[derive(Debug, Subcommand)]
pub(crate) enum SendersCommand {
    /// List the catalog of Sender IDs
    #[command(visible_alias = "ls", after_help = examples::SENDERS_LIST)]
    List,
    /// Remove Sender IDs from the catalog; fails while a stream uses one
    #[command(visible_alias = "rm", after_help = examples::SENDERS_REMOVE)]
    Remove {
        /// Sender IDs
        #[arg(required = true, value_name = "SENDER", id = "sender")]
        senders: Vec<String>,
    },
    /// Add Sender IDs from a file: one per line, or CSV
    #[command(after_help = examples::SENDERS_IMPORT)]
    Import {
        /// File, or - for standard input; uses the column sender, id, name, or value, or else the
        /// first
        file: PathBuf,
    },
    /// Add Sender IDs to the catalog
    #[command(after_help = examples::SENDERS_ADD)]
    Add {
        /// Up to 11 letters, digits, spaces, and -_.& with at least one letter, or 3 to 15 digits
        #[arg(required = true, value_name = "SENDER")]
        senders: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum TagsCommand {
    /// List tags and the number of streams with each
    #[command(visible_alias = "ls", after_help = examples::TAGS_LIST)]
    List,
    /// Rename a tag on every stream that has it
    #[command(after_help = examples::TAGS_RENAME)]
    Rename {
        /// Current name of the tag
        #[arg(id = "tag", value_name = "OLD")]
        old: String,
        /// New name of the tag
        new: String,
    },
}
