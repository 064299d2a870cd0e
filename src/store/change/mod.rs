//! Changes of the catalogue, made in memory before an engine writes what came of them.

mod apply;
mod entry_text;
mod pending;

pub(super) use apply::{SecretChanges, make};
pub(super) use entry_text::{nested, pretty};
pub(super) use pending::{Pending, Run};
