//! `textpeak senders …` and `textpeak tags …`

use std::path::PathBuf;

use clap::Subcommand;

use super::examples;

#[derive(Debug, Subcommand)]
pub(crate) enum SendersCommand {
    /// The catalogue of Sender IDs
    #[command(visible_alias = "ls", after_help = examples::SENDERS_LIST)]
    List,
    /// Take Sender IDs out of the catalogue; refused while a stream uses one
    #[command(visible_alias = "rm", after_help = examples::SENDERS_REMOVE)]
    Remove {
        /// Sender IDs
        #[arg(required = true, value_name = "SENDER", id = "sender")]
        senders: Vec<String>,
    },
    /// Add the Sender IDs of a file: one a line, or CSV
    #[command(after_help = examples::SENDERS_IMPORT)]
    Import {
        /// The file, - for standard input; the column named sender, id, name or value, else the first
        file: PathBuf,
    },
    /// Add Sender IDs to the catalogue
    #[command(after_help = examples::SENDERS_ADD)]
    Add {
        /// Up to 11 letters, digits, spaces and -_.& with at least one letter, or 3 to 15 digits
        #[arg(required = true, value_name = "SENDER")]
        senders: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum TagsCommand {
    /// The tags in use, and how many streams have each
    #[command(visible_alias = "ls", after_help = examples::TAGS_LIST)]
    List,
    /// Rename a tag on every stream that has it
    #[command(after_help = examples::TAGS_RENAME)]
    Rename {
        /// The tag
        #[arg(id = "tag", value_name = "OLD")]
        old: String,
        /// What it is to be called
        new: String,
    },
}
