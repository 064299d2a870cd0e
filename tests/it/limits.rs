//! Rails against texting the wrong people: what a route may send to, and who opted out.

use serde_json::{Value, json};

use crate::routes::{add_route, live};
use crate::serve::demo;
use crate::support::TestEnv;
use crate::support::gateway::{Served, eventually};

const TO: &str = "12025550143";

/// A home whose live stream goes through another gateway, and that one.
pub fn homes() -> (TestEnv, TestEnv, Served) {
    let far = TestEnv::new();
    let token = demo(&far, "far", &[]);
    let carrier = Served::start(&far, &["--delivery-delay", "50ms"]);
    let near = live();
    add_route(&near, &format!("http://{}", carrier.address), &token);
    (near, far, carrier)
}

fn edit(env: &TestEnv, words: &[&str]) {
    env.ok_saying(
        &[&["routes", "edit", "default"], words].concat(),
        "Saved default.",
    );
}

fn token(env: &TestEnv) -> String {
    env.ok(&["streams", "token", "show", "live"])
        .trim()
        .to_owned()
}

fn send(gateway: &Served, token: &str, to: &str) -> Value {
    let message = json!({ "recipient_phone": to, "message_content": "Hi" });
    gateway.send(token, &[message]).json()["messages"][0].clone()
}

#[test]
fn only_the_numbers_that_a_route_may_send_to_get_messages() {
    let (near, far, _carrier) = homes();
    edit(&near, &["--only-to", "1303,44"]);
    let (gateway, token) = (Served::start(&near, &[]), token(&near));
    let refused = send(&gateway, &token, TO);
    assert_eq!(refused["error"], "recipient_not_allowed");
    assert_eq!(
        refused["details"],
        "route default sends only to numbers that begin with 1303, 44"
    );
    assert_eq!(send(&gateway, &token, "13035550143")["error"], Value::Null);
    eventually("one arrived", || {
        far.json(&["messages", "list"])["total"] == 1
    });
    let said = near.run(&["send", "live", "--to", TO, "--text", "Hi"]);
    assert!(
        said.stderr.contains("route default sends only to"),
        "{said:?}"
    );
    assert_eq!(said.code, 4, "{said:?}");
    edit(&near, &["--no-only-to"]);
    assert_eq!(send(&gateway, &token, TO)["error"], Value::Null);
}

#[test]
fn every_message_goes_to_the_number_that_a_route_redirects_to() {
    let (near, far, _carrier) = homes();
    edit(&near, &["--redirect-to", "+1 202 555 0199"]);
    let (gateway, token) = (Served::start(&near, &[]), token(&near));
    let uuid = send(&gateway, &token, TO)["message_uuid"].clone();
    let uuid = uuid.as_str().unwrap();
    eventually("it is delivered", || {
        near.json(&["messages", "show", uuid])["status"] == "delivered"
    });
    assert_eq!(near.json(&["messages", "show", uuid])["to"], TO);
    let arrived = far.json(&["messages", "list"]);
    assert_eq!(
        (&arrived["total"], &arrived["items"][0]["to"]),
        (&json!(1), &json!("12025550199"))
    );
}

#[test]
fn a_daily_limit_holds_across_gateways_and_restarts() {
    let (near, _far, _carrier) = homes();
    edit(&near, &["--daily-limit", "25"]);
    let token = token(&near);
    let mut one = Served::start(&near, &[]);
    let two = Served::start(&near, &[]);
    let message = |n: usize| json!({ "internal_id": format!("m{n}"), "recipient_phone": TO, "message_content": "Hi" });
    let accepted = |gateway: &Served, from: usize| {
        let messages: Vec<_> = (from..from + 10).map(message).collect();
        let answer = gateway.send(&token, &messages).json();
        let all = answer["messages"].as_array().unwrap().clone();
        let refused: Vec<_> = all.iter().filter(|one| !one["error"].is_null()).collect();
        for one in &refused {
            assert_eq!(one["error"], "daily_limit_reached");
            let details = one["details"].as_str().unwrap();
            assert!(
                details.starts_with("the daily limit of 25 messages is reached"),
                "{details}"
            );
        }
        all.len() - refused.len()
    };
    let counts = std::thread::scope(|scope| {
        let work = |gateway, from| scope.spawn(move || accepted(gateway, from));
        let all = [
            work(&one, 0),
            work(&two, 10),
            work(&one, 20),
            work(&two, 30),
        ];
        all.into_iter()
            .map(|one| one.join().unwrap())
            .sum::<usize>()
    });
    assert_eq!(counts, 25);
    one.kill();
    let again = Served::start(&near, &[]);
    assert_eq!(accepted(&again, 40), 0);
    // What was accepted is accepted still.
    assert_eq!(
        accepted(&again, 0) + accepted(&again, 10) + accepted(&again, 20) + accepted(&again, 30),
        25
    );
}

#[test]
fn who_replies_stop_is_sent_nothing_until_start() {
    let env = TestEnv::new();
    let token = demo(&env, "demo", &[]);
    let gateway = Served::start(&env, &[]);
    assert_eq!(send(&gateway, &token, TO)["error"], Value::Null);
    let reply = |text: &str| {
        let words = ["reply", "demo", "--from", TO, "--text", text];
        env.ok_saying(&words, "Saved. The stream has no webhook.");
    };
    reply("Stop.");
    let refused = send(&gateway, &token, TO);
    assert_eq!(refused["error"], "opted_out");
    assert_eq!(
        refused["details"],
        "the recipient opted out of messages from this stream"
    );
    let listed = env.json(&["optouts", "list", "--stream", "demo"]);
    let item = &listed["items"][0];
    assert_eq!(
        (&listed["total"], &item["number"], &item["by"]),
        (&json!(1), &json!(TO), &json!("reply"))
    );
    reply("START");
    assert_eq!(send(&gateway, &token, TO)["error"], Value::Null);
    env.ok_saying(&["optouts", "add", "demo", TO], "Added 1 number of “demo”.");
    assert_eq!(send(&gateway, &token, TO)["error"], "opted_out");
    env.ok_saying(
        &["optouts", "remove", "demo", TO],
        "Removed 1 number of “demo”.",
    );
    assert_eq!(send(&gateway, &token, TO)["error"], Value::Null);
    env.ok_saying(&["optouts", "list"], "No handset opted out.");
}
