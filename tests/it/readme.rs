//! The README does what it says: its commands run, in order, and its transcript is what they print.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use crate::support::{PROGRAM, TestEnv, finish, installed, need, settled};

/// Where `.ci/run` puts the package that the README's SMSC needs.
const SMPP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/smpp/node_modules/smpp");

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

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
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
                .env("NODE_PATH", Path::new(SMPP).parent().unwrap())
                .env_remove("CI"),
        )
    };
    // What a reader has free may be in use where tests run.
    let (gateway, hooks, listener) = (free_port(), free_port(), free_port());
    let smsc = free_port();
    let readme = readme()
        .replace("127.0.0.1:4680 ", &format!("127.0.0.1:{gateway} "))
        .replace("127.0.0.1:4680\n", &format!("127.0.0.1:{gateway}\n"))
        .replace(
            "127.0.0.1:4680/readyz",
            &format!("127.0.0.1:{gateway}/readyz"),
        )
        .replace("127.0.0.1:2775", &format!("127.0.0.1:{smsc}"))
        .replace("listen(2775", &format!("listen({smsc}"))
        .replace("8080", &hooks.to_string())
        .replace("4690", &listener.to_string());
    for block in blocks(&readme) {
        match block.language {
            // A script as a whole, where something goes on in the background.
            "bash" => {
                let needs =
                    ["curl", "python3"].map(|one| !block.text.contains(one) || installed(one));
                let needs_smpp = block.text.contains("node ");
                let is_there = !needs_smpp || need("smpp for Node.js", Path::new(SMPP).is_dir());
                if needs == [true, true] && is_there {
                    let run = run(&format!("set -e; {}", block.text));
                    assert_eq!(run.code, 0, "{}: {run:?}", block.text);
                }
            }
            "python" => fs::write(env.folder().join("receiver.py"), block.text).unwrap(),
            "js" => fs::write(env.folder().join("smsc.js"), block.text).unwrap(),
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
            // An event, as the block before it received some.
            "json" => {
                let reports = fs::read_to_string(env.folder().join("reports.txt")).unwrap();
                let last = reports.lines().last().unwrap();
                let received: serde_json::Value = serde_json::from_str(last).unwrap();
                let told: serde_json::Value = serde_json::from_str(block.text).unwrap();
                let names = |event: &serde_json::Value| {
                    let event = event.as_object().unwrap();
                    event.keys().cloned().collect::<Vec<_>>()
                };
                assert_eq!(names(&told), names(&received["event"]));
                assert_eq!(told["status"], received["event"]["status"]);
            }
            // Roles and what they may are tried where there are databases.
            "sql" => assert!(block.text.contains("GRANT"), "{}", block.text),
            other => assert_eq!(other, "text", "a block that nobody tests"),
        }
    }
}
