//! `textpeak send --from-file`

mod order;
mod outcome;
mod sending;

pub use order::{Order, run};
