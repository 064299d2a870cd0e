//! The files of the home: what is in them, who may read them, what happens when they are damaged.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::TestEnv;

fn with_streams() -> TestEnv {
    let env = TestEnv::new();
    for name in ["one", "two"] {
        env.ok(&[
            "streams",
            "create",
            "--name",
            name,
            "--webhook-url",
            "https://example.com",
            "--webhook-header",
            "X-K: v",
        ]);
    }
    env
}

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn files_are_for_their_owner_whatever_the_umask() {
    let env = TestEnv::new();
    let script = format!(
        "umask 000; {} streams create --name a",
        crate::support::PROGRAM
    );
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", &script])
        .env("TEXTPEAK_HOME", env.home());
    assert_eq!(crate::support::finish(&mut command).code, 0);
    assert_eq!(mode(&env.home()), 0o700);
    for entry in fs::read_dir(env.home()).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
}

#[test]
fn the_state_file_keeps_no_token_but_its_digest_and_last_four() {
    let env = with_streams();
    let token = env
        .ok(&["streams", "token", "show", "one"])
        .trim()
        .to_owned();
    let text = fs::read_to_string(env.home().join("state.json")).unwrap();
    assert!(!text.contains("tp_"), "{text}");
    let stream = &env.state()["streams"][1];
    assert_eq!(stream["token_hint"].as_str().unwrap(), &token[35..]);
    let digest = ring::digest::digest(&ring::digest::SHA256, token.as_bytes());
    let hex = format!("{digest:?}").to_lowercase();
    assert_eq!(
        format!("sha256:{}", stream["token_sha256"].as_str().unwrap()),
        hex
    );
}

#[test]
fn the_state_file_is_read_by_people_and_the_rest_of_it_stays_as_they_left_it() {
    let env = with_streams();
    let path = env.home().join("state.json");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with(
        "{\n  \"version\": 3,\n  \"senders\": [],\n  \"streams\": [\n    {\n      \"id\": \"st_"
    ));
    // A person adds a key of their own and lays the stream out differently.
    let edited = text.replacen(
        "\"name\": \"one\",",
        "\"name\":\"one\", \"owner\":   \"Ada\",",
        1,
    );
    fs::write(&path, &edited).unwrap();
    env.ok(&["streams", "create", "--name", "three"]);
    let after = fs::read_to_string(&path).unwrap();
    assert!(
        after.contains("\"name\":\"one\", \"owner\":   \"Ada\","),
        "{after}"
    );
    assert_eq!(env.json(&["streams", "list"])["total"], 3);
    env.ok_saying(
        &["streams", "delete", "two", "--yes"],
        "Deleted “two” and its token.",
    );
    env.ok_saying(
        &["streams", "delete", "three", "--yes"],
        "Deleted “three” and its token.",
    );
    env.ok_saying(
        &["streams", "delete", "one", "--yes"],
        "Deleted “one” and its token.",
    );
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        "{\n  \"version\": 3,\n  \"senders\": [],\n  \"streams\": []\n}\n"
    );
}

#[test]
fn a_damaged_state_file_is_named_with_the_line_and_left_alone() {
    let env = with_streams();
    let path = env.home().join("state.json");
    let good = fs::read_to_string(&path).unwrap();
    let line_of = |text: &str, part: &str| text[..text.find(part).unwrap()].lines().count();
    let bad_status = good.replacen("\"status\": \"Ready\"", "\"status\": \"Redy\"", 1);
    let expected = format!(
        "line {}: “Redy” is not a status",
        line_of(&bad_status, "Redy")
    );
    let cases = [
        (bad_status.clone(), expected.as_str()),
        (good[..good.len() / 2].to_owned(), "is damaged at line"),
        ("garbage".to_owned(), "is damaged at line 1"),
        (String::new(), "it is empty"),
        (
            good.replacen("\"version\": 3", "\"version\": 4", 1),
            "has version 4; this textpeak supports version 3",
        ),
        (
            "{\"version\": 99, \"all\": \"new\"}".to_owned(),
            "has version 99",
        ),
        (
            good.replacen("\"senders\"", "\"sendres\"", 1),
            "unknown field `sendres`",
        ),
        (
            good.replacen("\"id\"", "\"ident\"", 1),
            "missing field `id`",
        ),
        ("[".repeat(100_000), "is damaged at line 1"),
        (format!("\u{feff}{good}"), "is damaged at line 1"),
    ];
    for (text, expected) in cases {
        fs::write(&path, &text).unwrap();
        for words in [
            &["streams", "list"][..],
            &["streams", "create", "--name", "new"],
            &["senders", "add", "NEW"],
        ] {
            // What lies in one stream is found by whoever reads that stream.
            if text == bad_status && words[1] != "list" {
                continue;
            }
            let stderr = env.fails(1, words);
            assert!(
                stderr.contains(expected)
                    && stderr.contains("state.json")
                    && stderr.contains("hint: "),
                "{stderr}"
            );
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
    fs::write(&path, b"{\"version\": 2, \xff}").unwrap();
    assert!(env.fails(1, &["streams", "list"]).contains("state.json"));
}

#[test]
fn every_prefix_of_a_state_file_is_refused_and_none_panics() {
    let env = TestEnv::new();
    env.ok(&["streams", "create", "--name", "one"]);
    let path = env.home().join("state.json");
    let good = fs::read(&path).unwrap();
    for cut in 1..good.len() - 2 {
        if let Ok(text) = std::str::from_utf8(&good[..cut]) {
            assert!(textpeak::store::LocalStore::parse(text).is_err(), "{text}");
        }
    }
    for cut in (1..good.len() - 2).step_by(47) {
        fs::write(&path, &good[..cut]).unwrap();
        let stderr = env.fails(1, &["streams", "create", "--name", "two"]);
        assert!(
            stderr.contains("is damaged") && !stderr.contains("panicked"),
            "{stderr}"
        );
        assert_eq!(fs::read(&path).unwrap(), &good[..cut]);
    }
}

#[test]
fn a_damaged_token_file_is_named_and_nothing_of_it_repeated() {
    let env = with_streams();
    let path = env.home().join("tokens.json");
    let text = fs::read_to_string(&path)
        .unwrap()
        .replace("\"version\": 1,", "\"version\": 1");
    fs::write(&path, &text).unwrap();
    let before = env.state();
    for words in [
        &["streams", "token", "show", "one"][..],
        &["streams", "create", "--name", "x"],
    ] {
        let stderr = env.fails(1, words);
        assert!(
            stderr.contains("tokens.json is damaged at line 3") && !stderr.contains("tp_"),
            "{stderr}"
        );
    }
    assert_eq!(env.state(), before);
}

#[test]
fn a_home_that_cannot_be_is_a_clear_error() {
    let env = TestEnv::new();
    fs::write(env.folder().join("file"), "").unwrap();
    for home in [
        env.folder().join("file"),
        env.folder().join("file/below"),
        "/proc/textpeak".into(),
    ] {
        let run = env.run(&[
            "streams",
            "create",
            "--name",
            "a",
            "--home",
            home.to_str().unwrap(),
        ]);
        assert_eq!(run.code, 1, "{run:?}");
        assert!(run.stderr.contains(home.to_str().unwrap()), "{run:?}");
    }
    fs::create_dir_all(env.home().join("state.json")).unwrap();
    assert!(env.fails(1, &["streams", "list"]).contains("state.json"));
}

#[test]
fn a_link_to_the_state_file_is_kept_and_its_target_replaced() {
    let env = with_streams();
    let (path, target) = (
        env.home().join("state.json"),
        env.folder().join("elsewhere.json"),
    );
    fs::rename(&path, &target).unwrap();
    std::os::unix::fs::symlink(&target, &path).unwrap();
    env.ok(&["streams", "create", "--name", "three"]);
    assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
    assert!(fs::read_to_string(&target).unwrap().contains("three"));
}

#[test]
fn the_home_is_the_flag_then_the_environment_then_the_platform() {
    let env = TestEnv::new();
    let flag = env.folder().join("by flag");
    env.ok(&[
        "--home",
        flag.to_str().unwrap(),
        "streams",
        "create",
        "--name",
        "a",
    ]);
    assert!(flag.join("state.json").exists() && !env.home().exists());
    let mut command = env.command();
    command
        .env_remove("TEXTPEAK_HOME")
        .env("XDG_DATA_HOME", env.folder().join("data"));
    let run = crate::support::finish(command.args(["streams", "create", "--name", "a"]));
    assert_eq!(run.code, 0, "{run:?}");
    assert!(env.folder().join("data/textpeak/state.json").exists() || cfg!(target_os = "macos"));
}
