//! Sending a file: checked whole, sent once, and told row by row.

use std::fs;

use serde_json::{Value, json};

use crate::serve::demo;
use crate::support::TestEnv;

fn rows(n: usize) -> String {
    let row = |n: usize| format!("120255501{:02},\"Your code, {n}\"\n", 10 + n % 90);
    "to,text\n".to_owned() + &(0..n).map(row).collect::<String>()
}

fn home(file: &str, text: &str) -> (TestEnv, String) {
    let env = TestEnv::new();
    demo(&env, "OTP", &[]);
    let path = env.folder().join(file);
    fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (env, path)
}

fn count(env: &TestEnv) -> u64 {
    env.json(&["streams", "show", "OTP"])["statistics"]["outgoing"]
        .as_u64()
        .unwrap()
}

fn lines(path: &str) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn the_same_file_again_sends_nothing_twice() {
    let (env, file) = home("rows.csv", &rows(600));
    let send = ["send", "OTP", "--from-file", &file];
    let first = env.json(&send);
    assert_eq!(
        (&first["accepted"], &first["repeated"]),
        (&json!(600), &json!(0))
    );
    let again = env.json(&send);
    assert_eq!(
        (&again["accepted"], &again["repeated"]),
        (&json!(600), &json!(600))
    );
    assert_eq!(count(&env), 600);
    snapbox::assert_data_eq!(
        env.ok_saying(&send, "600 messages, 600 segments"),
        "accepted\t600\nalready accepted (skipped)\t600\n"
    );
    // Rows that came to it are sent; a campaign of its own sends all.
    fs::write(&file, rows(601)).unwrap();
    assert_eq!(env.json(&send)["repeated"], 600);
    assert_eq!(
        env.json(&[&send[..], &["--campaign", "May"]].concat())["repeated"],
        0
    );
    assert_eq!(count(&env), 601 + 601);
}

#[test]
fn one_bad_row_and_nothing_is_sent_unless_it_may_be_left_out() {
    let bad = rows(2) + "1,Hi\n12025550143,\n";
    let (env, file) = home("rows.csv", &bad);
    let send = ["send", "OTP", "--from-file", &file];
    let refused = env.fails(2, &send);
    for part in [
        "Line 4: to: “1” is not",
        "Line 5: text: The text is empty",
        "2 of 4 rows",
        "--skip-invalid",
    ] {
        assert!(refused.contains(part), "{part} in {refused}");
    }
    assert!(!env.home().join("messages.db").exists());
    let some = env.run(&[&send[..], &["--skip-invalid"]].concat());
    assert_eq!(
        (some.code, some.stdout.as_str()),
        (0, "accepted\t2\ninvalid\t2\n")
    );
    assert!(some.stderr.contains("Line 4: "), "{some:?}");
    let empty = env.run_with_input(&["send", "OTP", "--from-file", "-"], "");
    assert_eq!(empty.code, 2);
    assert!(
        empty.stderr.contains("Standard input contains no rows"),
        "{empty:?}"
    );
    assert!(
        env.fails(1, &["send", "OTP", "--from-file", "/nowhere"])
            .contains("Cannot read /nowhere")
    );
}

#[test]
fn results_are_an_input_for_what_failed() {
    // The second row's sender is not the stream's: the gateway refuses it.
    let text = "to,text,sender\n12025550143,Hi,\n12025550144,Hi,NOPE\n";
    let (env, file) = home("rows.csv", text);
    let results = env.folder().join("results.jsonl");
    let results = results.to_str().unwrap();
    let run = env.run(&["send", "OTP", "--from-file", &file, "--results", results]);
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (4, "2 messages, 2 segments\n")
    );
    assert!(
        run.stdout
            .contains("refused: sender \"NOPE\" is not allowed sender\t1"),
        "{run:?}"
    );
    let told = lines(results);
    assert!(told[0]["message_uuid"].is_string() && told[0]["error"].is_null());
    assert!(told[1]["message_uuid"].is_null() && told[1]["error"].is_string());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            fs::metadata(results).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    let mended = fs::read_to_string(results)
        .unwrap()
        .replace("NOPE", "12025550100");
    fs::write(results, mended).unwrap();
    let rest = env.json(&["send", "OTP", "--from-file", results, "--results", results]);
    assert_eq!(
        (&rest["accepted"], &rest["accepted_before"]),
        (&json!(1), &json!(1))
    );
    assert!(
        lines(results)
            .iter()
            .all(|line| line["message_uuid"].is_string())
    );
    assert_eq!(count(&env), 2);
    // Where they cannot be written nothing is sent.
    env.fails(
        1,
        &[
            "send",
            "OTP",
            "--from-file",
            &file,
            "--campaign",
            "x",
            "--results",
            "/nowhere/r",
        ],
    );
    assert_eq!(count(&env), 2);
}

#[test]
fn json_lines_and_standard_input_are_read_as_well() {
    let (env, _) = home("unused", "");
    let text = "{\"to\":\"12025550143\",\"text\":\"Hi\",\"internal_id\":\"a\"}\n{\"recipient_phone\":\"12025550144\",\"message_content\":\"Ho\"}\n";
    let run = env.run_with_input(
        &[
            "send",
            "OTP",
            "--from-file",
            "-",
            "--wait",
            "--delivery-delay",
            "0s",
            "-o",
            "json",
        ],
        text,
    );
    assert_eq!(run.code, 0, "{run:?}");
    let told: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(told["statuses"], json!({ "delivered": 2 }));
    assert_eq!(env.json(&["status", "--internal-id", "a"])["total"], 1);
    let dry = env.run_with_input(
        &["send", "OTP", "--from-file", "-", "--dry-run", "-o", "json"],
        text,
    );
    let requests: Value = serde_json::from_str(&dry.stdout).unwrap();
    assert_eq!(requests[0]["body"]["messages"][1]["message_content"], "Ho");
}

#[test]
fn a_run_that_is_killed_goes_on_without_sending_twice() {
    let (env, file) = home("rows.csv", &rows(5_000));
    for wait in [20, 60, 100] {
        let mut child = env.command();
        child.args(["send", "OTP", "--from-file", &file, "-q"]);
        let mut child = child.stdout(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    env.ok_saying(
        &["send", "OTP", "--from-file", &file],
        "5000 messages, 5000 segments",
    );
    assert_eq!(count(&env), 5_000);
}

#[test]
fn an_interrupt_keeps_the_results_so_far() {
    let (env, file) = home("rows.csv", &rows(250 * 40));
    let results = env.folder().join("results.jsonl");
    // A gateway that takes its time.
    let slow = crate::support::receiver::Hooks::start(|_, heard| {
        std::thread::sleep(std::time::Duration::from_millis(300));
        let sent = heard.json();
        let entry = |one: &Value| json!({ "internal_id": one["internal_id"], "message_uuid": "u" });
        let entries: Vec<_> = sent["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(entry)
            .collect();
        let body = json!({ "status": true, "messages": entries }).to_string();
        crate::support::receiver::Act::Answer(200, String::new(), body)
    });
    let mut child = env.command();
    let gateway = format!("http://{}", slow.address);
    child.args([
        "send",
        "OTP",
        "--from-file",
        &file,
        "--gateway",
        &gateway,
        "--results",
    ]);
    let mut child = child
        .arg(&results)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    crate::support::gateway::eventually("it sends", || slow.heard().len() >= 9);
    crate::support::gateway::signal(&child, "INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let told = lines(results.to_str().unwrap());
    let accepted = told
        .iter()
        .filter(|line| line["message_uuid"].is_string())
        .count();
    assert_eq!(told.len(), 10_000);
    assert!((2_000..10_000).contains(&accepted), "{accepted}");
    assert_eq!(
        accepted,
        slow.heard().len() * 250,
        "what was in flight was waited for"
    );
}

#[test]
fn a_row_that_would_be_cut_or_would_swallow_others_is_bad() {
    for (file, said) in [
        (
            "to,text\n12025550143,Hello, Bob, bring wine\n",
            "Line 2: 4 cells in 2 columns",
        ),
        (
            "12025550143,Hello,12025550100,1,more\n",
            "Line 1: 5 cells in 4 columns",
        ),
        (
            "to,text\n12025550145,\"Hi there\n12025550146,second\n12025550147,third\n",
            "Line 2: unclosed quotation mark",
        ),
    ] {
        let (env, path) = home("rows.csv", file);
        let refused = env.fails(2, &["send", "OTP", "--from-file", &path]);
        assert!(refused.contains(said), "{refused}");
        assert_eq!(count(&env), 0);
    }
    let quoted = "to,text\n12025550143,\"Hello, \"\"Bob\"\"\nand Eve\"\n";
    let (env, path) = home("rows.csv", quoted);
    env.ok_saying(
        &["send", "OTP", "--from-file", &path],
        "1 message, 1 segment",
    );
    let kept = env.json(&["messages", "list"])["items"][0]["text"].clone();
    assert_eq!(kept, "Hello, \"Bob\"\nand Eve");
}

#[test]
fn flags_of_a_file_are_refused_without_one_and_the_file_is_spared() {
    let (env, path) = home("rows.csv", &rows(2));
    let one = ["send", "OTP", "--to", "12025550143", "--text", "Hi"];
    for flag in [
        &["--results", "x.jsonl"][..],
        &["--skip-invalid"],
        &["--campaign", "a"],
    ] {
        env.fails(2, &[&one[..], flag].concat());
    }
    let refused = env.fails(
        2,
        &["send", "OTP", "--from-file", &path, "--results", &path],
    );
    assert!(refused.contains("would overwrite"), "{refused}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), rows(2));
    std::fs::write(&path, b"to,text\n12025550143,caf\xe9\n").unwrap();
    let refused = env.fails(2, &["send", "OTP", "--from-file", &path]);
    assert!(refused.contains("is not UTF-8 text"), "{refused}");
}
