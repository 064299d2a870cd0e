//! A webhook that somebody disabled: events wait for it, and everybody who looks is told.

use serde_json::{Value, json};

use crate::reports::{count, home};
use crate::serve::{demo, message};
use crate::support::TestEnv;
use crate::support::gateway::{Served, eventually};
use crate::support::receiver::{Act, Heard, Hooks};

#[test]
fn a_disabled_webhook_loses_nothing_and_says_so() {
    let hooks = Hooks::start(|_, _| Act::status(200));
    let (env, token) = home(&hooks, "received,status", &[]);
    let gateway = Served::start(&env, &["-q", "--delivery-delay", "50ms"]);
    env.ok_saying(
        &["webhooks", "disable", "OTP"],
        "Disabled the webhook of “OTP”. Events wait until you enable it: textpeak webhooks enable OTP",
    );
    let again = env.json(&["webhooks", "disable", "OTP"]);
    assert_eq!(
        (&again["webhook_enabled"], &again["changed"]),
        (&json!(false), &json!(false))
    );
    let numbers = ["12025550143", "12025550101", "12025550104"];
    gateway.send(&token, &numbers.map(message));
    env.ok_saying(
        &["reply", "OTP", "--from", "12025550143", "--text", "Yes"],
        "Saved. The webhook is disabled. To deliver the reply: textpeak webhooks enable st_[..]",
    );
    let shown = env.json(&["streams", "show", "OTP"]);
    assert!(shown["webhook_disabled_since"].is_string(), "{shown}");
    let table = env.ok(&["streams", "show", "OTP"]);
    assert!(
        table.contains("disabled since") && table.contains("events are waiting"),
        "{table}"
    );
    let doctor = env.run(&["doctor"]);
    assert!(
        doctor.stdout.contains(
            "The webhook of “OTP” is disabled; its events are waiting.\n       textpeak webhooks enable OTP"
        ),
        "{doctor:?}"
    );
    assert_eq!(doctor.code, 1, "{doctor:?}");
    eventually("its status has come", || count(&env, "event") == 6);
    drop(gateway);
    let gateway = Served::start(&env, &["-q", "--delivery-delay", "50ms"]);
    gateway.send(&token, &[message("12025550143")]);
    eventually("so has the last one's", || count(&env, "event") == 8);
    assert_eq!(
        env.json(&["webhooks", "deliveries", "--state", "waiting"])["total"],
        8
    );
    assert_eq!(hooks.heard().len(), 0, "nothing was attempted");
    env.ok_saying(
        &["webhooks", "enable", "OTP"],
        "Enabled the webhook of “OTP”. Waiting events are delivered now.",
    );
    eventually("everything comes", || hooks.heard().len() == 8);
    let bodies = hooks.heard();
    let bodies = bodies
        .iter()
        .map(Heard::json)
        .filter(|body| body["conversation_uuid"] == conversation(&bodies));
    let sequence: Vec<_> = bodies
        .map(|body| body["sequence"].as_u64().unwrap())
        .collect();
    assert_eq!(sequence, [1, 2, 3, 4, 5]);
    eventually("doctor is content", || env.run(&["doctor"]).code == 0);
    assert_eq!(
        env.json(&["streams", "show", "OTP"])["webhook_disabled_since"],
        Value::Null
    );
    env.ok_saying(
        &["webhooks", "enable", "OTP"],
        "The webhook of “OTP” is already enabled.",
    );
}

/// The conversation with the handset that replied.
fn conversation(heard: &[Heard]) -> Value {
    let mut bodies = heard.iter().map(Heard::json);
    bodies
        .find(|body| body["type"] == "message.received")
        .unwrap()["conversation_uuid"]
        .clone()
}

#[test]
fn only_a_webhook_that_there_is_can_be_disabled_or_enabled() {
    let env = TestEnv::new();
    demo(&env, "none", &[]);
    for word in ["disable", "enable"] {
        let without = env.fails(2, &["webhooks", word, "none"]);
        assert!(
            without.contains(
                "error: “none” has no webhook.\nhint: textpeak streams edit none --webhook-url"
            ),
            "{without}"
        );
        let unknown = env.fails(3, &["webhooks", word, "nope"]);
        assert!(unknown.contains("Stream “nope” not found"), "{unknown}");
    }
    assert!(!env.home().join("messages.db").exists());
}
