//! Two-way SMS streams in the terminal: a wizard, flags, request previews and tokens.
//!
//! Arrows point one way; siblings in braces do not know each other.
//!
//! ```text
//! main → commands → { cli  wizard  render  document  gateway  receiver } → { files  terminal  error } → service → { store  carrier  client } → { api  smpp } → domain
//! ```
//!
//! - [`domain`]: what things are, with one parsing rule each;
//! - [`api`]: requests of the Streams API as plain data; [`smpp`]: SMPP as bytes;
//! - [`store`]: where streams and messages live, whatever engine keeps them;
//! - [`service`]: what can be done with them, and the workers of what leaves later;
//! - [`carrier`]: what hands messages on; [`client`]: the one HTTP client;
//! - [`terminal`]: stdout and stderr; [`error`]: how a failure becomes words and a number;
//! - [`cli`]: flags; [`wizard`]: prompts; [`render`]: values as text;
//! - [`document`]: streams as code, as text; [`files`]: what a person names as input or output;
//! - [`gateway`]: the server of the Streams API;
//! - [`receiver`]: a webhook receiver on loopback;
//! - [`commands`]: one verb per file.

pub mod api;
mod atomic;
pub mod carrier;
pub mod cli;
pub mod client;
pub mod commands;
pub mod document;
pub mod domain;
pub mod error;
pub mod files;
pub mod gateway;
pub mod receiver;
pub mod render;
pub mod service;
pub mod smpp;
pub mod store;
pub mod terminal;
pub mod wizard;
