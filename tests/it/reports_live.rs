//! Delivery reports of live streams: what the carrier says becomes events.

use serde_json::{Value, json};

use crate::reports::of_message;
use crate::serve::message;
use crate::support::TestEnv;
use crate::support::gateway::{Served, eventually};
use crate::support::receiver::{Act, Hooks};

#[test]
fn a_live_message_is_reported_when_its_carrier_took_it_and_when_it_arrived() {
    let upstream = Hooks::start(|n, heard| {
        let entry = |one: &Value| match one.as_str() {
            // Asked for its status: on its way at first.
            Some(id) => {
                let status = if n < 2 { "sent" } else { "delivered" };
                json!({ "message_uuid": id, "status": status })
            }
            None if one["recipient_phone"] == "12025550104" => {
                json!({ "internal_id": one["internal_id"], "error": "x", "details": "no such number" })
            }
            None => json!({ "internal_id": one["internal_id"], "message_uuid": "u" }),
        };
        let body = heard.json();
        let asked = body.get("message_uuids").or(body.get("messages")).unwrap();
        let entries: Vec<_> = asked.as_array().unwrap().iter().map(entry).collect();
        let answer = json!({ "status": true, "messages": entries });
        Act::Answer(200, String::new(), answer.to_string())
    });
    let hooks = Hooks::start(|_, _| Act::status(200));
    let env = TestEnv::new();
    let url = hooks.url();
    let words = [
        "streams",
        "create",
        "--name",
        "live",
        "--add-sender",
        "12025550100",
    ];
    let webhook = [
        "--webhook-url",
        &url,
        "--webhook-event",
        "status",
        "--no-input",
    ];
    let made = env.json(&[&words[..], &webhook].concat());
    let address = format!("http://{}", upstream.address);
    let add = ["routes", "add", "--base-url", &address, "--token-file", "-"];
    env.run_with_input(&add, "a-token").ok_saying("Added.[..]");
    let gateway = Served::start(&env, &["-q"]);
    let messages = [message("12025550143"), message("12025550104")];
    let sent = gateway
        .send(made["token"].as_str().unwrap(), &messages)
        .json();
    eventually("everything is told", || hooks.heard().len() == 3);
    let heard = hooks.heard();
    let told = |n: usize| of_message(&heard, &sent["messages"][n]["message_uuid"]);
    let [taken, arrived] = &told(0)[..] else {
        panic!("{:?}", told(0))
    };
    assert_eq!(
        (&taken["status"], &taken["sequence"], &taken["final"]),
        (&json!("sent"), &json!(1), &json!(false))
    );
    assert_eq!(
        (&arrived["status"], &arrived["sequence"], &arrived["final"]),
        (&json!("delivered"), &json!(2), &json!(true))
    );
    let shown = env.json(&["messages", "show", taken["message_uuid"].as_str().unwrap()]);
    assert_eq!(taken["occurred_at"], shown["sent_at"]);
    assert_eq!(arrived["occurred_at"], shown["delivered_at"]);
    let [refused] = &told(1)[..] else {
        panic!("{:?}", told(1))
    };
    assert_eq!(
        (&refused["status"], &refused["details"]),
        (&json!("rejected"), &json!("no such number"))
    );
    assert_eq!(refused["final"], true);
}
