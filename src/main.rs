//! The `textpeak` program: its words in, its exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    textpeak::commands::run(&words).number().into()
}
