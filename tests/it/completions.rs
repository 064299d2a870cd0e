//! Completion: what the scripts ask the program, and the scripts in the shells that they are for.

use std::fs;

use crate::support::{Run, TestEnv, finish};

#[cfg(unix)]
mod shells;

/// Names that a shell would act on, or that are hard to type.
const HARD: [&str; 11] = [
    "OTP Germany",
    "it's \"q\"",
    "$(touch x)",
    "'quoted'",
    "!! `touch x`; touch x",
    "a:b=c@d",
    "back\\slash *",
    "~root #1 {a,b}",
    "-- dash",
    "Köln 👩‍🚀 שלום",
    "sale! 50% \"",
];

/// A home with a stream of each name; ids in the order of the names.
fn home_with(names: &[&str]) -> (TestEnv, Vec<String>) {
    let env = TestEnv::new();
    let create = |name: &&str| {
        let name = format!("--name={name}");
        let made = env.json(&["streams", "create", &name, "--no-input"]);
        made["stream"]["id"].as_str().unwrap().to_owned()
    };
    let ids = names.iter().map(create).collect();
    (env, ids)
}

/// As a script would ask: the last word is the one at the cursor.
fn ask(env: &TestEnv, shell: &str, words: &[&str]) -> Run {
    let mut command = env.command();
    command.env("COMPLETE", shell).args(["--", "textpeak"]);
    finish(command.args(words))
}

/// The candidates, as the shell takes them that wants nothing said about them.
fn values(env: &TestEnv, words: &[&str]) -> Vec<String> {
    let run = ask(env, "elvish", words);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{words:?}");
    run.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn the_scripts_in_the_repository_are_those_that_the_program_prints() {
    let env = TestEnv::new();
    for (shell, file) in [
        ("bash", "textpeak.bash"),
        ("zsh", "_textpeak"),
        ("fish", "textpeak.fish"),
        ("powershell", "_textpeak.ps1"),
        ("elvish", "textpeak.elv"),
    ] {
        let path = format!("{}/completions/{file}", env!("CARGO_MANIFEST_DIR"));
        let printed = env.ok(&["completions", shell]);
        assert!(
            fs::read_to_string(&path).unwrap() == printed,
            "completions/{file} is not what the program carries: edit that file, then cargo build"
        );
        assert!(printed.contains(&format!("COMPLETE={shell} textpeak")) || shell == "powershell");
    }
}

#[test]
fn commands_flags_names_ids_tags_and_sender_ids_complete_with_a_few_words_about_each() {
    let env = TestEnv::new();
    let flags = [
        "--name=OTP Germany",
        "--tag=otp,berlin",
        "--add-sender=GLOBAL",
    ];
    env.ok_saying(
        &[&["streams", "create", "--no-input"], &flags[..]].concat(),
        "Note: handsets cannot answer GLOBAL;[..]",
    );
    let id = env.state()["streams"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(values(&env, &["streams", "del"]), ["delete"]);
    assert_eq!(values(&env, &["streams", "show", "--rev"]), ["--reveal"]);
    assert_eq!(values(&env, &["streams", "preview", "x", "se"]), ["send"]);
    assert_eq!(
        values(&env, &["streams", "edit", "--webhook-event", ""]),
        ["received", "status"]
    );
    assert_eq!(
        values(&env, &["streams", "create", "--webhook-method", "g"]),
        ["get"]
    );
    for command in [
        &["show"][..],
        &["preview"],
        &["resume"],
        &["delete"],
        &["token", "show"],
    ] {
        let ask = |typed| values(&env, &[&["streams"], command, &[typed]].concat());
        assert_eq!(ask(""), ["OTP Germany"], "{command:?}");
        assert_eq!(ask("OTP G"), ["OTP Germany"], "{command:?}");
        assert_eq!(ask(&id[..5]), [id.as_str()], "{command:?}");
    }
    let create =
        |typed: &[&str]| ask(&env, "zsh", &[&["streams", "create"], typed].concat()).stdout;
    assert_eq!(create(&["--tag", "ot"]), "otp:1 stream\n");
    assert_eq!(create(&["--tag", "otp,b"]), "otp,berlin:1 stream\n");
    assert_eq!(create(&["--tag=be"]), "--tag=berlin:1 stream\n");
    let asked = ["streams", "list", "--status", "r"];
    assert_eq!(values(&env, &asked), ["ready"]);
    let asked = ["streams", "edit", "x", "--remove-tag", "otp,b"];
    assert_eq!(values(&env, &asked), ["otp,berlin"]);
    assert_eq!(values(&env, &["tags", "rename", "b"]), ["berlin"]);
    assert_eq!(values(&env, &["senders", "remove", "G"]), ["GLOBAL"]);
    assert!(create(&["--sender", ""]).starts_with("GLOBAL:"));
    let shown = ask(&env, "zsh", &["streams", "show", "O"]).stdout;
    assert_eq!(shown, format!("OTP Germany:{id}\n"));
}

#[test]
fn what_belongs_to_webhooks_completes() {
    let (env, _) = home_with(&["here"]);
    assert_eq!(values(&env, &["webhooks", "ver"]), ["verify"]);
    let listen = ["webhooks", "listen"];
    let ask = |words: &[&str]| values(&env, &[&listen[..], words].concat());
    assert_eq!(ask(&["--stream", ""]), ["here"]);
    // A status of HTTP is no status of a stream.
    assert_eq!(ask(&["--status", ""]), Vec::<String>::new());
    assert_eq!(ask(&["--del"]), ["--delay"]);
}

#[test]
fn a_missing_or_broken_state_completes_to_nothing_and_nothing_is_created() {
    let env = TestEnv::new();
    let lines: [&[&str]; 4] = [
        &["streams", "show", ""],
        &["streams", "delete", "a", "st_"],
        &["streams", "create", "--tag", ""],
        &["streams", "create", "--sender", ""],
    ];
    let nothing = || lines.iter().all(|line| values(&env, line).is_empty());
    assert!(nothing() && !env.home().exists());
    fs::create_dir(env.home()).unwrap();
    let file = env.home().join("state.json");
    let stream = r#"{"version": 1, "streams": [{"id": 7, "name": "x"}]}"#;
    for broken in ["", "{", "\u{1}", "[]", r#"{"version": 9}"#, stream] {
        fs::write(&file, broken).unwrap();
        assert!(nothing(), "{broken}");
        assert_eq!(fs::read_to_string(&file).unwrap(), broken);
    }
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert!(nothing());
    assert_eq!(fs::read_dir(env.home()).unwrap().count(), 1);
}

#[test]
fn the_home_on_the_line_goes_before_the_one_of_the_environment() {
    let (env, _) = home_with(&["here"]);
    let other = env.folder().join("other home");
    let other = other.to_str().unwrap();
    env.ok(&[
        "--home",
        other,
        "streams",
        "create",
        "--name=there",
        "--no-input",
    ]);
    assert_eq!(values(&env, &["streams", "show", ""]), ["here"]);
    assert_eq!(
        values(&env, &["--home", other, "streams", "show", ""]),
        ["there"]
    );
    assert_eq!(
        values(&env, &["streams", "show", "--home", "~/other home", ""]),
        ["there"]
    );
    let joined = format!("--home={other}");
    assert_eq!(values(&env, &["streams", &joined, "show", ""]), ["there"]);
    let line = format!("textpeak --home='{other}' streams show th");
    let run = finish(
        env.command()
            .env("COMPLETE", "bash")
            .args(["--", &line, "th"]),
    );
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("there\n", ""));
}

#[test]
fn a_name_that_would_steer_the_terminal_or_be_a_flag_is_offered_by_its_id() {
    let (env, mut ids) = home_with(&["--help", "\u{202e}live", "bell"]);
    let file = env.home().join("state.json");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("\"bell\"", r#""b\u001b[2Jell\n""#)).unwrap();
    ids.reverse();
    assert_eq!(values(&env, &["streams", "show", ""]), ids);
    assert_eq!(values(&env, &["streams", "show", "--", "--h"]), ["--help"]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let line = ["textpeak streams show ", ""];
        let words = if shell == "bash" {
            &line[..]
        } else {
            &["streams", "show", ""]
        };
        let run = ask(&env, shell, words);
        let raw = |c: char| c == '\u{202e}' || c.is_control() && !"\n\t".contains(c);
        assert!(!run.stdout.contains(raw), "{shell}: {:?}", run.stdout);
        assert_eq!(run.stdout.lines().count(), 3, "{shell}: {:?}", run.stdout);
    }
}

#[test]
fn ten_thousand_streams_complete_without_being_read_one_by_one() {
    let env = TestEnv::new();
    fs::create_dir(env.home()).unwrap();
    // Whoever reads more of these than id and name finds that they are no streams.
    let streams: Vec<_> = (0..10_000)
        .map(|n| format!(r#"{{"id": "st_{n:012}", "name": "stream {n}", "tags": 7}}"#))
        .collect();
    let text = format!(r#"{{"version": 1, "streams": [{}]}}"#, streams.join(","));
    fs::write(env.home().join("state.json"), text).unwrap();
    assert_eq!(values(&env, &["streams", "show", ""]).len(), 50);
    assert_eq!(values(&env, &["streams", "show", "str"]).len(), 10_000);
    assert_eq!(values(&env, &["streams", "show", "stream 1234"]).len(), 1);
}

#[test]
fn a_variable_of_the_same_name_changes_no_ordinary_run() {
    let env = TestEnv::new();
    for value in ["1", "bash"] {
        let run = finish(
            env.command()
                .env("COMPLETE", value)
                .args(["senders", "list"]),
        );
        let usual = env.run(&["senders", "list"]);
        assert_eq!(
            (run.code, &*run.stdout, &*run.stderr),
            (usual.code, &*usual.stdout, &*usual.stderr),
            "{value}"
        );
    }
}

#[test]
fn numbers_of_recent_messages_complete_where_a_handset_is_meant() {
    let env = TestEnv::new();
    assert_eq!(values(&env, &["messages", "wait", "--to", ""]), [""; 0]);
    assert!(!env.home().exists());
    let create = ["streams", "create", "--name", "OTP", "--demo"];
    env.ok(&[&create[..], &["--add-sender", "12025550100"]].concat());
    for to in ["12025550143", "12025550144", "12025550143"] {
        env.ok_saying(
            &["send", "OTP", "--to", to, "--text", "Hi"],
            "1 segment, GSM-7, 2 of 160 characters",
        );
    }
    let newest_first = ["12025550143", "12025550144"];
    for words in [
        &["messages", "list", "--to"][..],
        &["messages", "list", "--from"],
        &["messages", "wait", "--from"],
        &["messages", "follow", "--to"],
        &["reply", "OTP", "--from"],
        &["send", "OTP", "--to"],
    ] {
        assert_eq!(values(&env, &[words, &[""]].concat()), newest_first);
    }
    let started = ["reply", "OTP", "--from", "1202555014"];
    assert_eq!(values(&env, &started), newest_first);
}

#[test]
fn a_long_catalogue_waits_until_something_is_typed() {
    let env = TestEnv::new();
    let senders: Vec<_> = (0..120).map(|n| format!("SENDER{n}")).collect();
    let add: Vec<_> = ["senders", "add"]
        .into_iter()
        .chain(senders.iter().map(String::as_str))
        .collect();
    env.json(&add);
    let offered = |typed| values(&env, &["streams", "list", "--sender", typed]);
    assert_eq!(offered("").len(), 50);
    assert_eq!(offered("SENDER1").len(), 31);
}
