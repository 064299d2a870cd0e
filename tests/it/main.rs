//! The program as its users meet it: real processes, real files, real terminals, real shells.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod completions;
mod create;
mod faults;
mod files;
mod help;
mod layers;
mod look;
mod readme;
mod support;
#[cfg(unix)]
mod wizard;
