//! Everything that can go wrong around the program: kills, power cuts, full and broken disks, damaged
//! files, clocks that jump, others at work at the same time. Each test counts what must hold, and the
//! methods are tried on writers that are known to be bad.
//!
//! `TEXTPEAK_FAULTS=10 cargo test faults::` goes ten times as far.

mod bad_writer;
mod bystanders;
mod clock;
#[cfg(target_os = "linux")]
mod cut;
mod damage;
#[cfg(target_os = "linux")]
mod disk;
mod events;
#[cfg(feature = "postgres")]
mod gateways;
mod journal;
#[cfg(target_os = "linux")]
mod power;
mod state;
#[cfg(target_os = "linux")]
mod trace;

use crate::support::TestEnv;

/// How far the tests go, as a multiple of what they do in the suite.
pub fn effort() -> usize {
    std::env::var("TEXTPEAK_FAULTS").map_or(1, |n| n.parse().unwrap())
}

/// A writer that is known to be bad: this very program of tests, in another role.
pub fn bad_writer(env: &TestEnv, words: &[&str]) -> std::process::Command {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args(BAD_WRITER).env("BAD_WRITER", words.join("\n"));
    command.current_dir(env.folder());
    command
}

const BAD_WRITER: [&str; 5] = [
    "--ignored",
    "--exact",
    "--nocapture",
    "--quiet",
    "faults::bad_writer::works",
];
