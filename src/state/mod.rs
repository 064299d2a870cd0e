//! The home folder: `state.json` with the streams and Sender IDs, `tokens.json` with the plain
//! tokens. Opening creates nothing; a change is locked, atomic and durable.

mod atomic;
mod damage;
mod document;
mod entry;
mod find;
mod home;
mod inspect;
mod key;
mod lock;
mod outside;
mod results;
mod served;
mod tokens;

pub use document::State;
pub use entry::Entry;
pub use home::{Change, Home, TextFile};
pub use outside::{
    NewFile, input_name, is_same_file, read_limited_input, read_lossy_input, read_text_input,
    replace_file,
};
pub use results::Results;
pub use served::{Serving, Stamp};
