//! What people see on a terminal that a pipe does not get: colors, moments as they speak of them,
//! and columns by what matters.

use crate::serve::demo;
use crate::support::TestEnv;
use crate::wizard::tty::{Ended, Tty};

/// A home with a demo stream called OTP and a message of it.
fn home() -> TestEnv {
    let env = TestEnv::new();
    demo(&env, "OTP", &[]);
    let words = ["send", "OTP", "--to", "12025550105", "--text"];
    env.json(&[&words[..], &["Your code is 4711"]].concat());
    env
}

fn seen(env: &TestEnv, words: &[&str], columns: u16) -> Ended {
    let ended = Tty::sized(env, words, columns).finish();
    assert_eq!(ended.code, 0, "{}", ended.screen);
    ended
}

#[test]
fn statuses_are_colored_on_a_terminal_unless_it_is_plain() {
    let env = home();
    env.ok(&["streams", "create", "--name", "Off"]);
    env.json(&["streams", "disable", "Off"]);
    let raw = seen(&env, &["streams", "list"], 100).raw;
    assert!(raw.contains("\x1b[33mSending\x1b[0m"), "{raw:?}");
    assert!(raw.contains("\x1b[2mDisabled\x1b[0m"), "{raw:?}");
    let raw = seen(&env, &["messages", "list"], 100).raw;
    assert!(raw.contains("\x1b[33msent\x1b[0m"), "{raw:?}");
    let never = seen(&env, &["messages", "list", "--color", "never"], 100).raw;
    let no_color = Tty::with(&env, &["messages", "list"], 100, &[("NO_COLOR", "1")]).finish();
    for raw in [never, no_color.raw] {
        assert!(raw.contains(" sent ") && !raw.contains("\x1b["), "{raw:?}");
    }
    let always = env.ok(&["messages", "list", "--color", "always"]);
    assert!(always.contains("\tsent\t"), "{always:?}");
}

/// Whether the text tells of a moment by its distance.
fn is_relative(text: &str) -> bool {
    text.contains(" s ago")
        || text
            .split_whitespace()
            .any(|word| word.trim_matches(['(', ')']) == "now")
}

#[test]
fn moments_are_relative_on_a_terminal_and_absolute_in_a_pipe() {
    let env = home();
    let uuid = env.json(&["messages", "list"])["items"][0]["message_uuid"].clone();
    let uuid = uuid.as_str().unwrap();
    for words in [&["streams", "list"][..], &["messages", "list"]] {
        let screen = seen(&env, words, 140).screen;
        assert!(
            is_relative(&screen) && !screen.contains("+00:00"),
            "{screen}"
        );
        let piped = env.ok(words);
        assert!(
            !is_relative(&piped) && piped.contains("+00:00"),
            "{words:?} {piped}"
        );
    }
    for words in [&["streams", "show", "OTP"][..], &["messages", "show", uuid]] {
        let screen = seen(&env, words, 140).screen;
        let both = |line: &str| line.contains("+00:00 (") && is_relative(line);
        assert!(screen.lines().any(both), "{screen}");
        assert!(!is_relative(&env.ok(words)), "{words:?}");
    }
}

#[test]
fn a_narrow_list_of_messages_keeps_from_to_and_text_and_drops_the_time_first() {
    let env = home();
    let long = "A text that is much longer than fits, about a parcel that comes tomorrow";
    env.json(&["send", "OTP", "--to", "12025550105", "--text", long]);
    for (columns, gone, kept) in [
        (120, &["Message"][..], &["Time", "Status", "Stream"][..]),
        (74, &["Message", "Stream", "Time"], &["Status"]),
        (50, &["Message", "Stream", "Time", "Status"], &[]),
    ] {
        let screen = seen(&env, &["messages", "list"], columns).screen;
        for title in gone {
            assert!(!screen.contains(title), "{columns} {title}\n{screen}");
        }
        for title in [&["From", "To", "Text", "12025550105", "A text", "…"], kept].concat() {
            assert!(screen.contains(title), "{columns} {title}\n{screen}");
        }
        let widest = screen.lines().map(|line| line.chars().count()).max();
        assert_eq!(widest, Some(columns.into()), "the text gets the rest");
    }
}

#[test]
fn a_stream_is_shown_with_its_statistics_and_the_last_day_as_a_chart() {
    let env = home();
    env.json(&["send", "OTP", "--to", "12025550102", "--text", "Hi"]);
    let screen = seen(&env, &["streams", "show", "OTP"], 80).screen;
    let chart = format!("{}█ peak 2/h", "▁".repeat(23));
    for (name, value) in [
        ("Outgoing", "2 (1 sent, 1 sent_failed)"),
        ("Incoming", "0"),
        ("Last 24 h", &chart),
    ] {
        let line = format!("{name:<15} {value}");
        assert!(screen.lines().any(|one| one.trim_end() == line), "{screen}");
    }
    let piped = env.ok(&["streams", "show", "OTP"]);
    assert!(
        piped.contains("Messages        1 sent, 1 sent_failed\n") && !piped.contains("Last 24 h"),
        "{piped}"
    );
}

#[test]
fn who_follows_messages_on_a_terminal_sees_each_status_as_it_comes() {
    let env = home();
    demo(&env, "OTP of a name", &[]);
    for (columns, has_time) in [(100, true), (50, false)] {
        let mut follow = Tty::sized(&env, &["messages", "follow"], columns);
        let header = follow.wait_for("Text");
        assert_eq!(header.contains("Time"), has_time, "{header}");
        let send = [
            "send",
            "OTP of a name",
            "--to",
            "12025550143",
            "--text",
            "Hello",
        ];
        env.json(&[&send[..], &["--delivery-delay", "1s"]].concat());
        let shown = follow.wait_for("delivered");
        let lines: Vec<_> = shown
            .lines()
            .filter(|line| line.contains("12025550143"))
            .collect();
        let [sent, delivered] = lines[..] else {
            panic!("{shown}");
        };
        assert!(sent.contains("sent ") && delivered.contains("delivered "));
        let header = shown.lines().next().unwrap();
        for (title, value) in [("Text", "Hello"), ("Stream", "OTP of"), ("Message", "-")] {
            let at = header.find(title);
            assert_eq!(at, sent.find(value), "{shown}");
            assert_eq!(at, delivered.find(value), "{shown}");
        }
    }
}

#[test]
fn a_long_number_takes_no_column_from_who_follows() {
    let env = home();
    for (columns, title) in [(80, "Time"), (50, "To")] {
        let mut follow = Tty::sized(&env, &["messages", "follow"], columns);
        assert!(follow.wait_for("Text").contains(title));
        let send = ["send", "OTP", "--to", "999123456789012", "--text", "Hello"];
        env.json(&send);
        let shown = follow.wait_for("sent ");
        let line = shown.lines().find(|line| line.contains("999123456789012"));
        let line = line.unwrap_or_else(|| panic!("{shown}"));
        let header = shown.lines().next().unwrap();
        let at = header.find(title).unwrap();
        assert!(!line[at..].starts_with(' '), "{shown}");
        assert_eq!(header.find("To"), line.find("999"), "{shown}");
    }
}
