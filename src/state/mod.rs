//! The home folder: `state.json` with the streams and Sender IDs, `tokens.json` with the plain
//! tokens. Opening creates nothing; a change is locked, atomic and durable.

mod damage;
mod document;
mod entry;
mod find;
mod home;
mod inspect;
mod key;
mod lock;
mod served;
mod tokens;

pub use crate::files::{
    NewFile, Results, input_name, is_same_file, read_lossy_input, read_text_input, replace_file,
};
pub use document::State;
pub use entry::Entry;
pub use home::{Change, Home, TextFile};
pub use served::{Serving, Stamp};
