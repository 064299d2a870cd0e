//! What a test needs of the machine that it runs on. Where it is missing, the test says so and is over.
//! `TEXTPEAK_TESTS=all` claims that everything that can be installed is there: then such a test fails.

use std::process::{Command, Stdio};

/// Whether something that can be installed is there.
#[track_caller]
pub fn need(what: &str, there: bool) -> bool {
    let all = std::env::var_os("TEXTPEAK_TESTS").is_some_and(|tests| tests == "all");
    assert!(there || !all, "TEXTPEAK_TESTS=all, but {what} is missing");
    if !there {
        println!("skipped: {what} is missing");
    }
    there
}

/// Whether the machine can do what no installation gives it: what only root may, what only some file
/// systems do, what the host of a container has to allow. Without it a test is over under `all` too.
pub fn ability(what: &str, there: bool) -> bool {
    if !there {
        println!("skipped: {what} is impossible for this user on this machine");
    }
    there
}

/// Whether a program that a test needs is on this machine.
#[track_caller]
pub fn installed(program: &str) -> bool {
    need(program, quietly(program, &["--version"]).is_some())
}

/// Whether a command comes to a good end, whatever it says.
pub fn succeeds(program: &str, words: &[&str]) -> bool {
    quietly(program, words) == Some(true)
}

/// Whether a command succeeds; `None` where there is no such program.
fn quietly(program: &str, words: &[&str]) -> Option<bool> {
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    Some(command.status().ok()?.success())
}
