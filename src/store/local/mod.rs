//! The store in a folder: `state.json` with the streams, Sender IDs and routes, `tokens.json` with the
//! secrets. Opening creates nothing; a change is locked, atomic and durable.

mod cache;
mod catalogue;
mod copy;
mod damage;
mod document;
mod home;
mod inspect;
mod lock;
mod messages;
mod serving;
mod stamp;
#[cfg(test)]
mod tests;
mod tokens;
mod write;

pub use catalogue::LocalStore;
pub use home::Home;
pub use serving::Serving;
