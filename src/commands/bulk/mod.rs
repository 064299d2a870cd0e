//! `textpeak send --from-file`

mod confirm;
mod order;
mod outcome;
mod sending;

pub use order::{Order, run};
