//! Replies on their way to webhooks: what is sent, what a bad receiver costs, and that nothing is
//! lost.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::serve::demo;
use crate::support::TestEnv;
use crate::support::gateway::{Served, eventually};
use crate::support::receiver::{Act, Heard, Hooks};

/// A home with a stream whose webhook is there.
fn home(url: &str, more: &[&str]) -> TestEnv {
    let env = TestEnv::new();
    demo(&env, "OTP", &[&["--webhook-url", url], more].concat());
    env
}

fn reply<'a>(from: &'a str, text: &'a str) -> [&'a str; 6] {
    ["reply", "OTP", "--from", from, "--text", text]
}

/// What a reply's delivery became, after the command.
fn delivery(env: &TestEnv, text: &str) -> Value {
    env.json(&reply("12025550143", text))["delivery"].clone()
}

fn state(env: &TestEnv, id: &Value) -> Value {
    env.json(&["messages", "show", id.as_str().unwrap()])["delivery"].clone()
}

#[test]
fn a_delivery_says_what_it_should_and_is_signed() {
    let hooks = Hooks::start(|_, _| Act::status(204));
    let env = home(&hooks.url(), &["--webhook-header", "X-Key: s3cret"]);
    let sent = env.ok_saying(
        &["send", "OTP", "--to", "12025550143", "--text", "Hi"],
        "1 segment, GSM-7, 2 of 160 characters",
    );
    let answer = env.json(&reply("12025550143", "Yes — \"please\""));
    assert_eq!(answer["delivery"]["state"], "delivered");
    assert_eq!(answer["delivery"]["attempts"][0]["status"], 204);
    let heard = hooks.heard().remove(0);
    assert_eq!(heard.line, "POST /sms HTTP/1.1");
    let body = heard.json();
    let message = &answer["message"];
    for (field, value) in [
        ("message_uuid", message["message_uuid"].clone()),
        ("stream", message["stream"].clone()),
        ("from", json!("12025550143")),
        ("to", json!("12025550100")),
        ("text", json!("Yes — \"please\"")),
        ("received_at", message["at"].clone()),
        ("in_reply_to", json!(sent.trim())),
        ("conversation_uuid", message["conversation_uuid"].clone()),
    ] {
        assert_eq!(body[field], value, "{field}");
    }
    assert_eq!(body["type"], "message.received");
    assert_eq!(body["event_id"], answer["delivery"]["id"]);
    assert_eq!(body["sequence"], 1);
    assert_eq!(body.as_object().unwrap().len(), 11);
    assert_eq!(heard.header("x-key"), "s3cret");
    assert_eq!(heard.header("content-type"), "application/json");
    assert!(heard.header("user-agent").starts_with("textpeak/"));
    assert_eq!(heard.header("webhook-id"), answer["delivery"]["id"]);
    verify(&env, &heard, &heard.body);
}

/// The signature is the one of the stream's secret.
fn verify(env: &TestEnv, heard: &Heard, signed: &str) {
    let shown = env.json(&["streams", "show", "OTP", "--reveal"]);
    let secret: textpeak::domain::WebhookSecret =
        shown["webhook_secret"].as_str().unwrap().parse().unwrap();
    let timestamp = heard.header("webhook-timestamp").parse().unwrap();
    let expected = secret.sign(heard.header("webhook-id"), timestamp, signed);
    assert_eq!(heard.header("webhook-signature"), expected);
}

#[test]
fn get_carries_the_fields_in_the_query_after_its_own() {
    let hooks = Hooks::start(|_, _| Act::status(200));
    let url = format!("{}?shop=7&x=a%20b", hooks.url());
    let env = home(&url, &["--webhook-method", "get"]);
    assert_eq!(delivery(&env, "a&b=c #ö")["state"], "delivered");
    let heard = hooks.heard().remove(0);
    let target = heard.line.split(' ').nth(1).unwrap();
    let query = target.split_once('?').unwrap().1;
    assert!(query.starts_with("shop=7&x=a%20b&message_uuid="), "{query}");
    assert!(query.contains("&text=a%26b%3Dc+%23%C3%B6&"), "{query}");
    assert_eq!(
        (heard.body.as_str(), heard.header("content-type")),
        ("", "")
    );
    verify(&env, &heard, query);
    // What does not fit into a URL is not cut: it is said.
    let long = delivery(&env, &"ö".repeat(670));
    assert!(
        long["attempts"][0]["error"]
            .as_str()
            .unwrap()
            .contains("use POST"),
        "{long}"
    );
}

#[test]
fn every_way_to_fail_is_named_and_leaves_the_reply_waiting() {
    for (act, said, most) in [
        (Act::status(500), "HTTP 500", 2),
        (Act::status(404), "HTTP 404", 2),
        (
            Act::Answer(302, "Location: /elsewhere\r\n".into(), String::new()),
            "redirects are not followed",
            2,
        ),
        (Act::Close, "closed the connection", 2),
        (
            Act::Raw("SSH-2.0-OpenSSH\r\n".into()),
            "closed the connection",
            2,
        ),
        (
            Act::Raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort".into()),
            "closed the connection",
            2,
        ),
    ] {
        let hooks = Hooks::start(move |_, _| act.clone());
        let env = home(&hooks.url(), &[]);
        let begun = Instant::now();
        let delivery = delivery(&env, "Yes");
        assert!(
            begun.elapsed().as_secs() <= most,
            "{said}: {:?}",
            begun.elapsed()
        );
        let error = delivery["attempts"][0]["error"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(error.contains(said), "{said} in {error}");
        assert_eq!(delivery["state"], "waiting", "{said}");
        assert!(delivery["next_at"].is_string());
        assert_eq!(
            hooks.heard().len(),
            1,
            "{said}: nothing is followed or repeated"
        );
    }
    let nobody = home("http://127.0.0.1:1/sms", &[]);
    let refused = delivery(&nobody, "Yes");
    assert!(
        refused["attempts"][0]["error"]
            .as_str()
            .unwrap()
            .contains("cannot connect")
    );
}

#[test]
fn an_answer_without_an_end_costs_neither_time_nor_memory() {
    let hooks = Hooks::start(|_, _| Act::Endless);
    let env = home(&hooks.url(), &[]);
    let begun = Instant::now();
    assert_eq!(
        delivery(&env, "Yes")["state"],
        "delivered",
        "its status was read"
    );
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}

#[test]
fn a_receiver_that_comes_back_gets_everything_in_the_order_of_each_handset() {
    // Down for a while: nothing listens, then 500, then well.
    let spare = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let env = home(&format!("http://{spare}/sms"), &[]);
    let gateway = Served::start(
        &env,
        &["--retry", "100ms,100ms,200ms,400ms,800ms,1s,1s,1s,1s"],
    );
    let handsets = ["12025550110", "12025550111", "12025550112"];
    let mut sent = HashSet::new();
    for round in 0..4 {
        for from in handsets {
            let answer = env.json(&reply(from, &format!("{from} {round}")));
            let uuid = answer["message"]["message_uuid"].as_str();
            sent.insert(uuid.unwrap().to_owned());
        }
    }
    let hooks = Hooks::on(&spare.to_string(), |n, _| {
        Act::status(if n < 6 { 500 } else { 200 })
    });
    eventually("everything is delivered", || {
        env.json(&["webhooks", "deliveries", "--state", "delivered"])["total"] == 12
    });
    let heard = hooks.heard();
    let mut ids: HashMap<String, HashSet<String>> = HashMap::new();
    for one in &heard {
        let uuid = one.json()["message_uuid"].as_str().unwrap().to_owned();
        ids.entry(uuid)
            .or_default()
            .insert(one.header("webhook-id").to_owned());
    }
    assert_eq!(ids.keys().cloned().collect::<HashSet<_>>(), sent);
    assert!(
        ids.values().all(|ids| ids.len() == 1),
        "the same id on every attempt"
    );
    assert_eq!(heard.len(), 12 + 6, "nothing was delivered twice");
    drop(gateway);

    // While attempts succeed, each handset's messages come in their order.
    let gateway = Served::start(&env, &[]);
    let before = hooks.heard().len();
    let mut children: Vec<_> = (0..20)
        .map(|round| {
            let from = handsets[round % 3];
            let mut child = env.command();
            let child = child.args(reply(from, &format!("later {round}"))).arg("-q");
            let child = child.stdout(std::process::Stdio::null()).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(15));
            child
        })
        .collect();
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    eventually("the later ones too", || hooks.heard().len() >= before + 20);
    let received = |heard: &Heard| {
        (
            heard.json()["from"].to_string(),
            heard.json()["received_at"].to_string(),
        )
    };
    for from in handsets {
        let own = hooks
            .heard()
            .split_off(before)
            .iter()
            .map(received)
            .collect::<Vec<_>>();
        let times: Vec<_> = own
            .into_iter()
            .filter(|(who, _)| who.contains(from))
            .map(|(_, at)| at)
            .collect();
        assert!(times.is_sorted(), "{times:?}");
    }
    drop(gateway);
}

#[test]
fn nothing_is_lost_over_a_kill_and_what_is_repeated_has_its_id() {
    let hooks = Hooks::start(|n, _| {
        std::thread::sleep(Duration::from_millis(30));
        Act::status(if n % 3 == 0 { 503 } else { 200 })
    });
    let env = home(&hooks.url(), &[]);
    let mut sent = HashSet::new();
    for round in 0..4 {
        let mut gateway = Served::start(&env, &["--retry", "50ms,50ms,50ms,50ms,50ms,50ms,50ms"]);
        for n in 0..3 {
            let from = format!("1202555012{n}");
            let answer = env.json(&reply(&from, &format!("{round}")));
            sent.insert(answer["delivery"]["id"].as_str().unwrap().to_owned());
        }
        gateway.kill();
    }
    let gateway = Served::start(&env, &["--retry", "50ms,50ms,50ms,50ms,50ms,50ms,50ms"]);
    let give_up = Instant::now() + Duration::from_secs(40);
    while env.json(&["webhooks", "deliveries", "--state", "delivered"])["total"] != 12 {
        assert!(
            Instant::now() < give_up,
            "{}",
            env.ok(&["webhooks", "deliveries"])
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    drop(gateway);
    let heard: HashSet<_> = hooks
        .heard()
        .iter()
        .map(|one| one.header("webhook-id").to_owned())
        .collect();
    assert_eq!(heard, sent);
}

#[test]
fn a_receiver_that_hangs_slows_no_other() {
    let hanging = Hooks::start(|_, _| Act::Hang(Duration::from_secs(30)));
    let well = Hooks::start(|_, _| Act::status(200));
    let env = home(&hanging.url(), &[]);
    demo(&env, "well", &["--webhook-url", &well.url()]);
    let _gateway = Served::start(&env, &[]);
    let mut waiting: Vec<_> = (0..15)
        .map(|n| {
            let from = format!("120255501{:02}", 10 + n);
            let mut child = env.command();
            child
                .args(reply(&from, "hang"))
                .stdout(std::process::Stdio::null());
            child.stderr(std::process::Stdio::null()).spawn().unwrap()
        })
        .collect();
    eventually("ten hang", || hanging.heard().len() == 10);
    let begun = Instant::now();
    let answer = env.json(&["reply", "well", "--from", "12025550143", "--text", "Yes"]);
    assert_eq!(answer["delivery"]["state"], "delivered");
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
    for child in &mut waiting {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_eq!(
        hanging.heard().len(),
        10,
        "no more than ten of one stream at one time"
    );
}

#[test]
fn a_schedule_comes_to_its_end_and_dead_ones_can_be_delivered_again() {
    let hooks = Hooks::start(|n, _| Act::status(if n < 3 { 500 } else { 200 }));
    let env = home(&hooks.url(), &[]);
    let gateway = Served::start(&env, &["--retry", "50ms,50ms"]);
    let id = delivery(&env, "Yes")["id"].clone();
    eventually("it is dead", || state(&env, &id)["state"] == "dead");
    let dead = state(&env, &id);
    assert_eq!(dead["attempts"].as_array().unwrap().len(), 3);
    let (_, log) = gateway.stop();
    assert!(
        log.contains("webhook of “OTP” HTTP 500") && log.contains("dead"),
        "{log}"
    );
    assert!(!log.contains("12025550143"), "{log}");
    let again = env.json(&["webhooks", "redeliver", id.as_str().unwrap()]);
    assert_eq!(again, json!({ "queued": 1, "delivered": 1 }));
    let ids: HashSet<_> = hooks
        .heard()
        .iter()
        .map(|one| one.header("webhook-id").to_owned())
        .collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(state(&env, &id)["state"], "delivered");
    assert!(
        env.fails(
            3,
            &[
                "webhooks",
                "redeliver",
                "01890a5d-ac96-774b-bcce-b302099a8057"
            ]
        )
        .contains("not found")
    );
    assert_eq!(env.json(&["webhooks", "redeliver", "--dead"])["queued"], 0);
    env.fails(2, &["webhooks", "redeliver"]);
}

#[test]
fn a_pause_that_the_receiver_asks_for_is_kept_within_bounds() {
    let hooks = Hooks::start(|n, _| match n {
        0 => Act::Answer(429, "Retry-After: 3600\r\n".into(), String::new()),
        _ => Act::status(200),
    });
    let env = home(&hooks.url(), &[]);
    let waiting = delivery(&env, "Yes");
    let at = |text: &Value| text.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let pause = at(&waiting["next_at"]).duration_since(at(&waiting["attempts"][0]["at"]));
    // The local schedule's first pause is a second: at most twice that.
    assert!((1.9..2.5).contains(&pause.as_secs_f64()), "{pause:?}");
}

#[test]
fn gone_switches_the_webhook_off_until_somebody_switches_it_on() {
    let hooks = Hooks::start(|n, _| Act::status(if n == 0 { 410 } else { 200 }));
    let env = home(&hooks.url(), &[]);
    let first = delivery(&env, "one");
    assert_eq!(first["state"], "dead");
    let second = env.run(&reply("12025550144", "two"));
    assert!(
        second.stderr.contains("410 (Gone) and is turned off"),
        "{second:?}"
    );
    assert_eq!(hooks.heard().len(), 1, "it is not called any more");
    let test = env.run(&["webhooks", "test", "OTP"]);
    assert!(test.stderr.contains("It is on again"), "{test:?}");
    assert_eq!(delivery(&env, "three")["state"], "delivered");
    assert_eq!(
        env.json(&["webhooks", "redeliver", "--since", "1h"])["delivered"],
        2
    );
    assert_eq!(env.json(&["webhooks", "deliveries"])["total"], 3);
}

#[test]
fn a_test_shows_request_and_answer_and_what_to_mend() {
    let hooks = Hooks::start(|n, _| match n {
        0 => Act::Answer(200, String::new(), "thanks \u{1b}[2J".to_owned()),
        _ => Act::status(405),
    });
    let env = home(&hooks.url(), &["--webhook-header", "X-Key: s3cret"]);
    let good = env.run(&["webhooks", "test", "OTP"]);
    assert_eq!((good.code, good.stderr.as_str()), (0, "Delivered.\n"));
    for part in [
        "POST http://127.0.0.1:",
        "X-Key: ********",
        "\"test\": true",
        "HTTP 200 in ",
        r"thanks \u{1b}[2J",
    ] {
        assert!(good.stdout.contains(part), "{part} in {good:?}");
    }
    assert!(!good.stdout.contains("s3cret"));
    assert_eq!(hooks.heard()[0].json()["test"], true);
    let wrong = env.run(&["webhooks", "test", "OTP"]);
    assert_eq!(wrong.code, 4);
    assert!(wrong.stderr.contains("--webhook-method"), "{wrong:?}");
    drop(hooks);
    assert!(
        !env.home().join("messages.db").exists(),
        "a test is no message"
    );
    env.ok(&["streams", "create", "--name", "none", "--no-input"]);
    assert!(
        env.fails(2, &["webhooks", "test", "none"])
            .contains("has no webhook")
    );
}

#[test]
fn two_gateways_of_one_home_deliver_each_reply_once() {
    let hooks = Hooks::start(|_, _| {
        std::thread::sleep(Duration::from_millis(5));
        Act::status(200)
    });
    let env = home(&hooks.url(), &[]);
    let (_one, _other) = (Served::start(&env, &[]), Served::start(&env, &[]));
    for n in 0..20 {
        env.ok_saying(
            &reply(&format!("120255501{:02}", 10 + n % 7), "Yes"),
            "Saved and delivered: HTTP 200, [..]",
        );
    }
    assert_eq!(hooks.heard().len(), 20);
}

#[test]
fn a_quiet_gateway_still_says_that_a_webhook_was_switched_off() {
    let hooks = Hooks::start(|_, _| Act::status(410));
    let env = home(&hooks.url(), &[]);
    let gateway = Served::start(&env, &["-q"]);
    env.ok_saying(
        &reply("12025550143", "Yes"),
        "Saved, but not delivered: [..] 410 (Gone) and is turned off[..]",
    );
    let (_, log) = gateway.stop();
    assert!(log.contains("410 (Gone)"), "{log}");
}

#[test]
fn a_backlog_costs_no_more_than_its_length() {
    let hooks = Hooks::start(|_, _| Act::status(204));
    let env = home("http://127.0.0.1:1/sms", &[]);
    env.ok_saying(
        &reply("12025550143", "first"),
        "Saved, but not delivered yet: cannot connect to 127.0.0.1:1: [..]",
    );
    // Two thousand more, as they would have come while the receiver was down.
    let mut journal = rusqlite::Connection::open(env.home().join("messages.db")).unwrap();
    let all = journal.transaction().unwrap();
    for n in 0..2_000 {
        let (id, handset) = (uuid::Uuid::now_v7(), format!("1202555{:04}", n % 400));
        // With numbers such as older versions gave.
        let message =
            "INSERT INTO message (seq, uuid, stream, direction, handset, sender, text, at, outcome)
            SELECT ?3, ?1, stream, 1, ?2, sender, text, at, 0 FROM message LIMIT 1";
        all.execute(message, rusqlite::params![id.as_bytes(), handset, 1 + n])
            .unwrap();
        let event = "INSERT INTO event (key, id, message, stream, handset, number, at)
            SELECT ?3, ?1, ?1, stream, ?2, 1 + ?3, at FROM event LIMIT 1";
        all.execute(event, rusqlite::params![id.as_bytes(), handset, 1 + n])
            .unwrap();
        let job = "INSERT INTO job (key, kind, stream, handset, target, state, next_at)
            SELECT ?2, 0, stream, ?1, ?2, 0, 0 FROM job LIMIT 1";
        all.execute(job, rusqlite::params![handset, 1 + n]).unwrap();
    }
    all.commit().unwrap();
    drop(journal);
    env.ok(&["streams", "edit", "OTP", "--webhook-url", &hooks.url()]);
    let _gateway = Served::start(&env, &["-q"]);
    let begun = Instant::now();
    while hooks.heard().len() < 2_001 {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "{} came",
            hooks.heard().len()
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn where_nothing_is_dead_redelivering_says_so_and_writes_nothing() {
    let env = TestEnv::new();
    env.ok_saying(&["webhooks", "redeliver", "--dead"], "No dead deliveries.");
    env.ok_saying(
        &["webhooks", "redeliver", "--since", "1h"],
        "No deliveries to repeat.",
    );
    let json = env.json(&["webhooks", "redeliver", "--dead"]);
    assert_eq!(json, json!({ "queued": 0, "delivered": 0 }));
    assert!(!env.home().exists());
}
