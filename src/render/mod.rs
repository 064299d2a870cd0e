//! Values in, text out: tables, details, requests, command lines. Prints nothing, and knows the
//! width only because it is told.

mod cell;
mod chart;
mod column;
mod details;
mod lines;
mod plan;
mod request;
mod sample;
mod segments;
mod shell;
mod table;
mod times;
mod tone;

pub use cell::Cell;
pub use chart::chart;
pub use column::Column;
pub use details::{beside, details, fields, streams, summary};
pub use lines::Lines;
pub use plan::{Also, differences, plan, plan_with};
pub use request::{http, json, part, written};
pub use segments::{counted, forcing, segments};
pub use shell::{command_line, command_lines, shell_word};
pub use table::{ranked_table, table};
pub use times::{Times, time};
pub use tone::Tone;
