//! A run of a program to its end.

use std::cell::Cell;
use std::fmt;
use std::ops::Deref;
use std::panic::Location;
use std::process::{Command, Output};

use snapbox::IntoData;

/// How lines begin that follow nearly every stream that a test makes: only a test that expects one
/// of them looks at them.
const ADVICE: [&str; 2] = ["Next: ", "Note: this stream has no route;"];

fn is_advice(line: &str) -> bool {
    ADVICE.iter().any(|start| line.starts_with(start))
}

fn without_advice(said: &str) -> String {
    let lines: Vec<_> = said.lines().filter(|line| !is_advice(line)).collect();
    lines.join("\n")
}

/// How a run ended.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: Stderr,
}

/// What a run said on stderr. A test that does not look at it claims that it is empty, and fails
/// where it is not.
pub struct Stderr {
    text: String,
    command: String,
    run_at: &'static Location<'static>,
    seen: Cell<bool>,
}

/// Runs a command to its end.
#[track_caller]
pub fn finish(command: &mut Command) -> Run {
    let output = command.output().unwrap();
    Run::new(command, output)
}

impl Run {
    #[track_caller]
    pub fn new(command: &Command, output: Output) -> Self {
        let words = command.get_args().map(|word| word.to_string_lossy());
        let words: Vec<_> = words.collect();
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: Stderr {
                text: String::from_utf8(output.stderr).unwrap(),
                command: words.join(" "),
                run_at: Location::caller(),
                seen: Cell::new(false),
            },
        }
    }

    /// It must have succeeded and said this on stderr, where `[..]` stands for what differs from run
    /// to run; its stdout.
    #[track_caller]
    pub fn ok_saying(self, stderr: &str) -> String {
        assert_eq!(self.code, 0, "“{}”: {self:?}", self.stderr.command);
        let said = if stderr.lines().any(is_advice) {
            self.stderr.to_string()
        } else {
            without_advice(&self.stderr)
        };
        snapbox::Assert::new().eq(said.trim_end(), stderr.into_data());
        self.stdout
    }
}

impl Stderr {
    pub fn as_str(&self) -> &str {
        self
    }
}

impl Deref for Stderr {
    type Target = str;

    fn deref(&self) -> &str {
        self.seen.set(true);
        &self.text
    }
}

impl Drop for Stderr {
    fn drop(&mut self) {
        // A test that fails already has its own reason to show.
        let checked = self.seen.get() || std::thread::panicking();
        assert!(
            checked || without_advice(&self.text).is_empty(),
            "“{}” of {} said on stderr what the test does not look at:\n{}",
            self.command,
            self.run_at,
            self.text
        );
    }
}

impl fmt::Debug for Stderr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl fmt::Display for Stderr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl PartialEq<&str> for Stderr {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl IntoData for Stderr {
    fn into_data(self) -> snapbox::Data {
        self.to_string().into_data()
    }
}

#[test]
fn what_a_run_says_on_stderr_is_looked_at_or_fails_the_test() {
    let env = super::TestEnv::new();
    let run = || env.run(&["streams", "show", "NOPE"]);
    let unseen = run();
    let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(unseen)));
    let why = failed.unwrap_err().downcast::<String>().unwrap();
    assert!(
        why.contains("“streams show NOPE”") && why.contains("no stream “NOPE”"),
        "{why}"
    );
    assert!(run().stderr.contains("no stream “NOPE”"));
}
