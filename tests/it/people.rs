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
