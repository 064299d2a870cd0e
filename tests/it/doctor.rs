//! `doctor` finds what is wrong with a home, and mends what is safe to mend.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::TestEnv;

fn findings(env: &TestEnv, code: i32, fix: bool) -> Vec<String> {
    let mut words = vec!["-o", "json", "doctor"];
    if fix {
        words.push("--fix");
    }
    let run = env.run(&words);
    assert_eq!(run.code, code, "{run:?}");
    let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let line = |f: &serde_json::Value| {
        format!(
            "{} {} {}",
            f["fixed"],
            f["problem"].as_str().unwrap(),
            f["remedy"].as_str().unwrap()
        )
    };
    answer["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(line)
        .collect()
}

#[test]
fn a_home_without_faults_is_clean_and_so_is_none_at_all() {
    let env = TestEnv::new();
    assert_eq!(findings(&env, 0, false), [""; 0]);
    assert!(!env.home().exists());
    env.ok(&[
        "streams",
        "create",
        "--name",
        "a",
        "--webhook-url",
        "http://127.0.0.1:8080/in",
    ]);
    assert_eq!(findings(&env, 0, false), [""; 0]);
    assert!(env.ok(&["doctor"]).ends_with("No problems found.\n"));
}

#[test]
fn open_modes_and_orphan_tokens_are_mended() {
    let env = TestEnv::new();
    env.ok(&["streams", "create", "--name", "a"]);
    fs::set_permissions(env.home(), fs::Permissions::from_mode(0o755)).unwrap();
    let tokens = env.home().join("tokens.json");
    fs::set_permissions(&tokens, fs::Permissions::from_mode(0o644)).unwrap();
    let text = fs::read_to_string(&tokens).unwrap();
    fs::write(
        &tokens,
        text.replacen(
            "{\n    \"st_",
            "{\n    \"st_000000000000\": \"tp_x\",\n    \"st_",
            1,
        ),
    )
    .unwrap();
    let found = findings(&env, 1, false);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        found[0].contains("chmod 700")
            && found[1].contains("chmod 600")
            && found[2].contains("tokens that belong to no stream: 1")
    );
    assert!(
        findings(&env, 0, true)
            .iter()
            .all(|finding| finding.starts_with("true"))
    );
    assert_eq!(findings(&env, 0, false), [""; 0]);
    assert_eq!(fs::read_to_string(&tokens).unwrap(), text);
}

#[test]
fn what_only_a_person_can_mend_is_found_with_its_remedy() {
    let env = TestEnv::new();
    env.ok(&[
        "streams",
        "create",
        "--name",
        "plain",
        "--webhook-url",
        "http://example.com/in",
    ]);
    env.ok_saying(
        &[
            "streams",
            "create",
            "--name",
            "lost",
            "--add-sender",
            "GLOBAL",
        ],
        "Note: GLOBAL can't receive replies.[..]",
    );
    let state = env.home().join("state.json");
    let text = fs::read_to_string(&state).unwrap();
    fs::write(&state, text.replacen("\"GLOBAL\"\n", "\"OTHER\"\n", 1)).unwrap();
    fs::write(
        env.home().join("tokens.json"),
        "{\"version\": 1, \"tokens\": {}}",
    )
    .unwrap();
    let found = findings(&env, 1, true);
    for part in [
        "the token of “lost” is not stored textpeak streams token rotate lost",
        "the default sender GLOBAL of “lost” is not in the catalog textpeak senders add GLOBAL",
        "replies to “plain” are sent unencrypted",
        "--webhook-url https://example.com/in",
    ] {
        assert!(
            found.iter().any(|finding| finding.contains(part)),
            "{part} in {found:?}"
        );
    }
    fs::write(&state, "{").unwrap();
    assert!(findings(&env, 1, true)[0].contains("state.json is damaged"));
    assert_eq!(fs::read_to_string(&state).unwrap(), "{");
}

#[test]
fn a_home_that_is_no_folder_is_found_and_left_alone() {
    let env = TestEnv::new();
    fs::write(env.home(), "mine").unwrap();
    let before = fs::metadata(env.home()).unwrap().permissions().mode();
    let found = findings(&env, 1, true);
    assert!(found[0].contains("not a folder"), "{found:?}");
    assert_eq!(
        fs::metadata(env.home()).unwrap().permissions().mode(),
        before
    );
}
