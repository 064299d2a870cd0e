//! The program as its users meet it: real processes, real files, real terminals, real shells.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod completions;
mod create;
#[cfg(unix)]
mod faults;
#[cfg(unix)]
mod files;
mod help;
mod layers;
#[cfg(unix)]
mod look;
#[cfg(unix)]
mod readme;
mod support;
#[cfg(unix)]
mod wizard;
