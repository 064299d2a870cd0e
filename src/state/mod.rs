//! The home folder: `state.json` with the streams and Sender IDs, `tokens.json` with the plain
//! tokens. Opening creates nothing; a change is locked, atomic and durable.

mod atomic;
mod document;
mod home;
mod key;
mod lock;
mod tokens;

pub use document::{Entry, State};
pub use home::{Change, Home, TextFile, read_text_input};
use tokens::Tokens;
