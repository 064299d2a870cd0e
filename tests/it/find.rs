//! Finding streams, Sender IDs and tags, and looking after the last two.

use std::fs;

use serde_json::json;

use crate::support::TestEnv;

fn with_streams() -> TestEnv {
    let env = TestEnv::new();
    env.ok_saying(
        &["senders", "add", "GLOBAL", "12025550143"],
        "Added GLOBAL to the catalog.\nAdded 12025550143 to the catalog.",
    );
    env.ok_saying(
        &[
            "streams",
            "create",
            "--name",
            "b Germany",
            "--tag",
            "otp,de",
            "--demo",
            "--sender",
            "GLOBAL",
        ],
        "Note: GLOBAL can't receive replies.[..]",
    );
    env.ok(&["streams", "create", "--name", "C France", "--tag", "OTP,fr"]);
    env.ok_saying(
        &[
            "streams", "create", "--name", "a draft", "--draft", "--tag", "fr",
        ],
        "Saved as a draft.[..]",
    );
    env
}

fn names(env: &TestEnv, conditions: &[&str]) -> Vec<String> {
    let listed = env.json(&[&["streams", "list"], conditions].concat());
    assert_eq!(listed["total"], listed["items"].as_array().unwrap().len());
    listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn lists_are_filtered_by_all_conditions_at_once_and_sorted() {
    let env = with_streams();
    assert_eq!(names(&env, &[]), ["a draft", "C France", "b Germany"]);
    assert_eq!(
        names(&env, &["--sort", "name"]),
        ["a draft", "b Germany", "C France"]
    );
    assert_eq!(
        names(&env, &["--name", "R"]),
        ["a draft", "C France", "b Germany"]
    );
    assert_eq!(names(&env, &["--name", "GERM"]), ["b Germany"]);
    assert_eq!(names(&env, &["--tag", "otp"]), ["C France", "b Germany"]);
    assert_eq!(names(&env, &["--tag", "otp", "--tag", "fr"]), ["C France"]);
    assert_eq!(names(&env, &["--status", "draft"]), ["a draft"]);
    assert_eq!(names(&env, &["--demo"]), ["b Germany"]);
    assert_eq!(
        names(&env, &["--sender", "GLOBAL", "--status", "Ready"]),
        ["b Germany"]
    );
    let none = env.run(&["streams", "list", "--name", "zzz"]);
    assert_eq!(
        (none.code, none.stdout.as_str(), none.stderr.as_str()),
        (0, "", "No streams found.\n")
    );
    assert!(
        env.fails(2, &["streams", "list", "--status", "Gone"])
            .contains("“Gone” is not a status")
    );
}

#[test]
fn an_unknown_stream_suggests_the_nearest_names() {
    let env = with_streams();
    assert!(
        env.fails(3, &["streams", "show", "c frnace"])
            .contains("hint: Did you mean “C France”?")
    );
    assert!(
        env.fails(3, &["streams", "show", "xyz"])
            .contains("hint: textpeak streams list")
    );
}

#[test]
fn senders_in_use_stay_and_others_go() {
    let env = with_streams();
    let refused = env.fails(1, &["senders", "remove", "12025550143", "GLOBAL"]);
    assert!(
        refused.contains("GLOBAL is the default sender of “b Germany”"),
        "{refused}"
    );
    assert_eq!(env.json(&["senders", "list"])["total"], 2);
    env.fails(3, &["senders", "remove", "NOPE"]);
    assert_eq!(
        env.json(&["senders", "remove", "12025550143"])["removed"],
        json!(["12025550143"])
    );
    assert_eq!(env.json(&["senders", "list"])["total"], 1);
}

#[test]
fn an_import_keeps_the_good_lines_and_tells_the_bad_ones() {
    let env = with_streams();
    let path = env.folder().join("senders.csv");
    fs::write(
        &path,
        "country,sender_id\nDE,ACME\nFR,GLOBAL\nUK,12\nUS,ACME\n",
    )
    .unwrap();
    let run = env.run(&["senders", "import", path.to_str().unwrap()]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.stderr.contains("Line 4: “12” is not a Sender ID"),
        "{run:?}"
    );
    assert!(
        run.stderr.contains("Line 5: ACME is already on line 2"),
        "{run:?}"
    );
    assert!(
        run.stderr
            .contains("1 added, 1 already in the catalog, 2 skipped."),
        "{run:?}"
    );
    assert_eq!(env.json(&["senders", "list"])["total"], 3);
}

#[test]
fn a_hundred_thousand_senders_are_imported_from_a_pipe() {
    let env = TestEnv::new();
    let lines: String = (0..100_000).map(|n| format!("{}\n", 100_000 + n)).collect();
    let run = env.run_with_input(&["senders", "import", "-"], &lines);
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (0, "100000 added, 0 already in the catalog, 0 skipped.\n")
    );
    assert_eq!(
        env.run_with_input(&["senders", "import", "-"], &lines)
            .stderr,
        "0 added, 100000 already in the catalog, 0 skipped.\n"
    );
}

#[test]
fn tags_are_counted_and_renamed_everywhere() {
    let env = with_streams();
    assert_eq!(env.ok(&["tags", "list"]), "OTP\t2\nfr\t2\nde\t1\n");
    env.ok_saying(
        &["tags", "rename", "fr", "de"],
        "Renamed “fr” to “de” on 2 streams.",
    );
    env.ok_saying(
        &["tags", "rename", "otp", "de"],
        "Renamed “otp” to “de” on 2 streams.",
    );
    assert_eq!(
        env.json(&["streams", "show", "b Germany"])["tags"],
        json!(["de"])
    );
    assert_eq!(
        env.json(&["tags", "list"])["items"][0],
        json!({"tag": "de", "streams": 3})
    );
    env.fails(3, &["tags", "rename", "gone", "x"]);
    env.fails(2, &["tags", "rename", "de", "a,b"]);
}
