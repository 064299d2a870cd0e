//! Escape sequences, control and bidirectional characters from every input: kept as they are, never
//! sent to a terminal.

use serde_json::json;

use crate::serve::demo;
use crate::support::TestEnv;
use crate::support::gateway::{Served, eventually};
use crate::support::receiver::{Act, Hooks};

/// What somebody may write into a text: colours, titles, clipboards, reversed and hidden letters.
const EVIL: [&str; 6] = [
    "\u{1b}[31mred\u{1b}[2J",
    "\u{1b}]52;c;ZXZpbA==\u{7}",
    "a\u{202e}b\u{2066}c\u{200f}",
    "\u{9b}31m \u{85}",
    "\r\n\u{8}\u{7f}",
    "x\u{200b}\u{feff}y",
];

fn is_raw(c: char) -> bool {
    let shown = matches!(c, '\n' | '\t');
    c.is_control() && !shown
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

fn clean(what: &str, text: &str) {
    if let Some(c) = text.chars().find(|c| is_raw(*c)) {
        panic!("{what} sends U+{:04X}: {text:?}", u32::from(c));
    }
}

/// Everything that is shown of a home, for people and for programs.
fn looks_are_clean(env: &TestEnv, uuids: &[String]) {
    let mut looks: Vec<Vec<&str>> = [
        "streams list",
        "streams show OTP",
        "streams preview OTP",
        "streams preview OTP webhook",
        "streams export",
        "tags list",
        "senders list",
        "messages list",
        "messages list --since 1h",
        "webhooks deliveries",
        "status --stream OTP",
        "routes list",
        "doctor",
        "messages wait --from 12025550143 --match nothing --timeout 1ms",
    ]
    .iter()
    .map(|words| words.split(' ').collect())
    .collect();
    for uuid in uuids {
        looks.push(vec!["messages", "show", uuid]);
        looks.push(vec!["status", uuid]);
    }
    for look in looks {
        for more in [&[][..], &["-o", "json"], &["-v"], &["--color", "always"]] {
            let words = [&look[..], more].concat();
            let run = env.run(&words);
            let coloured = more.contains(&"always");
            for text in [run.stdout, run.stderr.to_string()] {
                // Our own colours begin with the escape that nobody else's may.
                let text = if coloured {
                    assert!(!text.contains("\u{1b}[31mred"), "{text:?}");
                    text.replace("\u{1b}[", "")
                } else {
                    text
                };
                clean(&format!("{words:?}"), &text);
            }
        }
    }
}

#[test]
fn what_people_write_is_kept_and_shown_escaped() {
    let hooks = Hooks::start(|n, _| Act::Answer(500, String::new(), EVIL[n % 6].to_owned()));
    let env = TestEnv::new();
    let token = demo(
        &env,
        "OTP",
        &[
            "--webhook-url",
            &hooks.url(),
            "--description",
            EVIL[2],
            "--tag",
            "a\u{202e}b",
        ],
    );
    demo(&env, "\u{202e}live", &[]);
    let gateway = Served::start(&env, &["--retry", "none"]);
    let mut uuids = Vec::new();
    for text in EVIL {
        let message = json!({
            "internal_id": "a\u{202e}b".repeat(uuids.len() + 1),
            "recipient_phone": "12025550143", "message_content": text,
        });
        let sent = gateway.send(
            &token,
            &[
                message,
                json!({ "recipient_phone": text, "message_content": text }),
            ],
        );
        let entries = sent.json()["messages"].clone();
        uuids.push(entries[0]["message_uuid"].as_str().unwrap().to_owned());
        let run = env.run(&["reply", "OTP", "--from", "12025550143", "--text", text]);
        assert_eq!(run.code, 0, "{run:?}");
        clean("reply", &(run.stdout + &run.stderr));
        let test = env.run(&["webhooks", "test", "OTP"]);
        clean("webhooks test", &(test.stdout + &test.stderr));
        gateway.call(
            "GET",
            &format!("/{}", text.replace(['\r', '\n', ' '], "")),
            "X-Forwarded-For: \u{1b}[31m\r\n",
            b"",
        );
    }
    for (uuid, text) in uuids.iter().zip(EVIL) {
        assert_eq!(env.json(&["messages", "show", uuid])["text"], text);
    }
    looks_are_clean(&env, &uuids);
    let (_, log) = gateway.stop();
    clean("the log", &log);
}

#[test]
fn what_another_api_answers_is_shown_escaped() {
    let upstream = Hooks::start(|n, heard| {
        let evil = EVIL[n % 6];
        let body = if heard.line.contains("messages_status") {
            json!({ "status": false, "message": evil, "errors": [evil] })
        } else {
            let sent = heard.json();
            let entry = |one: &serde_json::Value| json!({ "internal_id": one["internal_id"], "error": evil, "details": evil });
            json!({ "status": false, "messages": sent["messages"].as_array().unwrap().iter().map(entry).collect::<Vec<_>>() })
        };
        Act::Answer(
            200,
            format!("Retry-After: 1\r\nX-Evil: {}\r\n", "\u{202e}"),
            body.to_string(),
        )
    });
    let env = TestEnv::new();
    env.ok(&[
        "streams",
        "create",
        "--name",
        "OTP",
        "--add-sender",
        "12025550100",
    ]);
    let url = format!("http://{}", upstream.address);
    let added = env.run_with_input(
        &["routes", "add", "--base-url", &url, "--token-file", "-"],
        "canary-token\n",
    );
    added.ok_saying("Added.[..]");
    let mut uuids = Vec::new();
    for _ in EVIL {
        let sent = env.run(&["send", "OTP", "--to", "12025550143", "--text", "Hi"]);
        clean("send", &(sent.stdout.clone() + &sent.stderr));
        uuids.push(sent.stdout.trim().to_owned());
        let tested = env.run(&["routes", "test"]);
        assert_eq!(tested.code, 4, "{tested:?}");
        clean("routes test", &(tested.stdout + &tested.stderr));
        let direct = env.run(&[
            "send",
            "OTP",
            "--to",
            "12025550143",
            "--text",
            "Hi",
            "--gateway",
            &url,
        ]);
        assert_eq!(direct.code, 4, "{direct:?}");
        clean("send elsewhere", &(direct.stdout + &direct.stderr));
        let asked = env.run(&["status", "--stream", "OTP", "--gateway", &url]);
        clean("status elsewhere", &(asked.stdout + &asked.stderr));
    }
    eventually("all are refused", || {
        env.json(&["messages", "list", "--status", "rejected"])["total"] == EVIL.len()
    });
    looks_are_clean(&env, &uuids);
}

#[test]
fn a_message_is_kept_byte_for_byte() {
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let gateway = Served::start(&env, &[]);
    for text in [
        "שלום \u{202e}",
        "e\u{301} é",
        "👩‍🚀",
        "a\r\nb\tc",
        "^{}\\[~]|€",
        "\u{1b}[2J",
        "' OR 1=1 --",
        "\u{feff}x",
    ] {
        let sent = gateway.send(
            &token,
            &[json!({ "recipient_phone": "12025550143", "message_content": text })],
        );
        let uuid = sent.json()["messages"][0]["message_uuid"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(env.json(&["messages", "show", &uuid])["text"], text);
    }
}
