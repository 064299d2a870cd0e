//! Secrets, looked for by value wherever the program leaves anything.

use std::fs;

use crate::serve::{demo, message};
use crate::support::TestEnv;
use crate::support::gateway::Served;
use crate::support::receiver::{Act, Hooks};

const HEADER: &str = "canary-header-value";
const ROUTE: &str = "canary-route-token";

/// What was found, and where.
#[derive(Default)]
struct Finds(Vec<(String, String)>);

impl Finds {
    fn add(&mut self, place: &str, text: impl Into<String>) {
        self.0.push((place.to_owned(), text.into()));
    }

    fn run(&mut self, env: &TestEnv, words: &[&str]) {
        for more in [&["-v"][..], &["-o", "json"]] {
            let run = env.run(&[words, more].concat());
            self.add(&format!("{words:?} {more:?}"), run.stdout + &run.stderr);
        }
    }
}

/// Everything that may say something of a stream, a route or a message.
fn looks(csv: &str, results: &str) -> Vec<Vec<String>> {
    let looks: [&[&str]; 22] = [
        &[
            "send",
            "OTP",
            "--to",
            "12025550143",
            "--text",
            "Your code is 4711",
        ][..],
        &[
            "send",
            "OTP",
            "--to",
            "12025550143",
            "--text",
            "Hi",
            "--gateway",
            "http://127.0.0.1:1",
        ],
        &[
            "send",
            "OTP",
            "--to",
            "12025550143",
            "--text",
            "Hi",
            "--dry-run",
        ],
        &["send", "OTP", "--from-file", csv, "--results", results],
        &["send", "live", "--to", "12025550143", "--text", "Hi"],
        &[
            "reply",
            "OTP",
            "--from",
            "12025550143",
            "--text",
            "Your code is 4711",
        ],
        &["webhooks", "test", "OTP"],
        &["webhooks", "deliveries"],
        &["webhooks", "redeliver", "--since", "1h"],
        &["routes", "list"],
        &["routes", "test"],
        &["messages", "list"],
        &["status", "--stream", "OTP"],
        &["status", "--stream", "live"],
        &["streams", "list"],
        &["streams", "show", "OTP"],
        &["streams", "preview", "OTP"],
        &["streams", "preview", "OTP", "webhook"],
        &["streams", "export"],
        &["streams", "edit", "OTP", "--tag", "x"],
        &["doctor"],
        &["--help"],
    ];
    let owned = |words: &&[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    looks.iter().map(owned).collect()
}

#[test]
fn no_secret_is_where_it_should_not_be() {
    let hooks = Hooks::start(|_, _| Act::status(500));
    let env = TestEnv::new();
    let url = hooks.url();
    let header = format!("X-Key: {HEADER}");
    let token = demo(
        &env,
        "OTP",
        &["--webhook-url", &url, "--webhook-header", &header],
    );
    env.ok(&[
        "streams",
        "create",
        "--name",
        "live",
        "--sender",
        "12025550100",
    ]);
    let upstream = format!("http://{}", hooks.address);
    let words = [
        "routes",
        "add",
        "--base-url",
        &upstream,
        "--token-file",
        "-",
    ];
    let added = env.run_with_input(&words, &format!("{ROUTE}\n"));
    added.ok_saying("Added.[..]");
    let secret = env.json(&["streams", "show", "OTP", "--reveal"])["webhook_secret"]
        .as_str()
        .unwrap()
        .to_owned();
    let gateway = Served::start(&env, &["-v", "--log", "json"]);
    gateway.send(&token, &[message("12025550143")]);
    gateway.send(&token.replace("tp_", "tp-"), &[message("12025550143")]);
    gateway.post(
        "/messages_status/",
        &token,
        &serde_json::json!({ "message_uuids": [token] }),
    );
    let mut finds = Finds::default();
    let results = env.folder().join("results.jsonl");
    let csv = env.folder().join("rows.csv");
    fs::write(&csv, "12025550143,Your code is 4711\n12025550102,Hi\n").unwrap();
    for words in looks(csv.to_str().unwrap(), results.to_str().unwrap()) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        finds.run(&env, &words);
    }
    for part in ["cmdline", "environ"] {
        let bytes = fs::read(format!("/proc/{}/{part}", gateway.id())).unwrap_or_default();
        finds.add(part, String::from_utf8_lossy(&bytes));
    }
    let (_, log) = gateway.stop();
    finds.add("the log", log.clone());
    // The home's own two files are where they belong; every other file is looked through.
    let mut files: Vec<_> = fs::read_dir(env.home())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.push(results);
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name != "tokens.json" {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            // The contract: header values are in the state file, and no other secret is.
            finds.add(
                &name,
                if name == "state.json" {
                    text.replace(HEADER, "")
                } else {
                    text
                },
            );
        }
    }
    let values = [&token[3..], &secret[6..], HEADER, ROUTE];
    for (place, text) in &finds.0 {
        for value in values {
            assert!(!text.contains(value), "{value} is in {place}: {text}");
        }
    }
    for value in ["12025550143", "4711"] {
        assert!(!log.contains(value), "{value} in {log}");
    }
    // What the search goes by is right: the secrets are where they are asked for.
    let revealed = env.ok(&["streams", "show", "OTP", "--reveal"]);
    let tokens = fs::read_to_string(env.home().join("tokens.json")).unwrap();
    for value in values {
        assert!(
            revealed.contains(value) || tokens.contains(value),
            "{value}"
        );
    }
}
