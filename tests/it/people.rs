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
