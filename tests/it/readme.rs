//! The README does what it says: its commands run, in order, and its transcript is what they print.

use std::fs;

use crate::support::{PROGRAM, TestEnv, finish, installed, settled};

/// A fenced block: its language and its lines.
struct Block<'a> {
    language: &'a str,
    text: &'a str,
}

fn blocks(markdown: &str) -> Vec<Block<'_>> {
    let fenced = markdown.split("\n```").skip(1).step_by(2);
    let block = |text| {
        let (language, text) = str::split_once(text, '\n').unwrap();
        Block { language, text }
    };
    fenced.map(block).collect()
}

fn readme() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap()
}

#[test]
fn the_quick_start_is_two_commands() {
    let readme = readme();
    let quick_start = readme.split("## Quick start").nth(1).unwrap();
    let blocks = blocks(quick_start);
    assert!(
        blocks[0].text.starts_with("cargo run -- streams create "),
        "{}",
        blocks[0].text
    );
    assert_eq!(blocks[1].text, "cargo test");
}

#[test]
fn every_command_runs_and_the_transcript_is_what_it_prints() {
    if !installed("bash") {
        return;
    }
    let env = TestEnv::new();
    let bin = env.folder().join("bin");
    fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(PROGRAM, bin.join("textpeak")).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let run = |line: &str| {
        let mut shell = std::process::Command::new("bash");
        shell
            .args(["-c", &format!("exec 2>&1; {line}")])
            .current_dir(env.folder());
        finish(
            shell
                .env("PATH", &path)
                .env("TEXTPEAK_HOME", env.home())
                .env("TZ", "UTC")
                .env_remove("CI"),
        )
    };
    let readme = readme();
    for block in blocks(&readme) {
        match block.language {
            "sh" => {
                for line in block.text.lines().filter(|line| *line != "cargo test") {
                    let run = run(&line.replacen("cargo run --", "textpeak", 1));
                    assert_eq!(run.code, 0, "{line}: {run:?}");
                }
            }
            "console" => {
                let mut printed = String::new();
                for line in block
                    .text
                    .lines()
                    .filter_map(|line| line.strip_prefix("$ "))
                {
                    printed += &format!("$ {line}\n{}", settled(&run(line).stdout));
                }
                snapbox::assert_data_eq!(
                    printed,
                    snapbox::Data::from(format!("{}\n", block.text)).raw()
                );
            }
            // What is applied elsewhere in the README is read here.
            "yaml" => {
                let run = env.run_with_input(&["streams", "plan", "-f", "-"], block.text);
                assert!([0, 7].contains(&run.code), "{run:?}");
            }
            other => assert_eq!(other, "text", "a block that nobody tests"),
        }
    }
}
