//! Live streams hear: what carriers tell at an address, what is assigned by hand, and what somebody
//! listens to on this machine.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::limits::homes;
use crate::routes::add_route;
use crate::support::TestEnv;
use crate::support::gateway::{Served, eventually, signal};
use crate::support::receiver::{Act, Hooks};

const HANDSET: &str = "12025550143";

/// A home with live streams and a route that leads nowhere.
fn home(streams: &[&str]) -> TestEnv {
    let env = TestEnv::new();
    for name in streams {
        let sender = format!("1202555010{}", name.len() % 10);
        let words = ["streams", "create", "--name", name, "--add-sender", &sender];
        env.ok(&[&words[..], &["--no-input"]].concat());
    }
    add_route(&env, "http://127.0.0.1:1", "a-token");
    env
}

/// The path at which the route is told incoming messages.
fn path(env: &TestEnv) -> String {
    let url = env.json(&["routes", "show"])["incoming_url"].clone();
    let url = url.as_str().unwrap().to_owned();
    url.split_once("://")
        .unwrap()
        .1
        .split_once('/')
        .unwrap()
        .1
        .to_owned()
}

fn tell(gateway: &Served, path: &str, body: &Value) -> u16 {
    let headers = "Content-Type: application/json\r\nHost: tunnel.example.com\r\n";
    let body = body.to_string();
    gateway
        .call("POST", &format!("/{path}"), headers, body.as_bytes())
        .status
}

fn received(env: &TestEnv) -> Vec<Value> {
    let listed = env.json(&[
        "messages",
        "list",
        "--direction",
        "incoming",
        "--limit",
        "0",
    ]);
    listed["items"].as_array().unwrap().clone()
}

#[test]
fn what_is_told_is_kept_once_and_delivered() {
    let env = home(&["live"]);
    let hooks = Hooks::start(|_, _| Act::status(200));
    env.ok(&["streams", "edit", "live", "--webhook-url", &hooks.url()]);
    let path = path(&env);
    let gateway = Served::start(&env, &[]);
    let body = json!({ "message_uuid": "m1", "from": format!("+{HANDSET}"), "to": "12025550104",
                       "text": "Yes", "received_at": "2026-01-02 03:04:05" });
    for _ in 0..3 {
        assert_eq!(tell(&gateway, &path, &body), 200);
    }
    let kept = received(&env);
    assert_eq!(kept.len(), 1, "{kept:?}");
    let (from, to) = (&kept[0]["from"], &kept[0]["to"]);
    assert_eq!((from, to), (&json!(HANDSET), &json!("12025550104")));
    assert_eq!(kept[0]["at"], "2026-01-02T03:04:05.000Z");
    eventually("the webhook is told", || hooks.heard().len() == 1);
    let event = hooks.heard()[0].json();
    assert_eq!(
        (&event["type"], &event["text"]),
        (&json!("message.received"), &json!("Yes"))
    );
    // By query, and under another name.
    let words = [
        "routes",
        "edit",
        "default",
        "--incoming-field",
        "text=nachricht",
    ];
    env.ok_saying(&words, "Saved default.");
    let query = format!("/{path}?from={HANDSET}&nachricht=Nein%20danke");
    assert_eq!(gateway.call("GET", &query, "", b"").status, 200);
    assert_eq!(received(&env)[0]["text"], "Nein danke");
    let secret = path.rsplit('/').next().unwrap().to_owned();
    let (_, log) = gateway.stop();
    assert!(
        log.contains("POST /incoming/ 200") && !log.contains(&secret),
        "{log}"
    );
    assert!(!log.contains(HANDSET), "{log}");
}

#[test]
fn whoever_lacks_the_secret_learns_nothing() {
    let env = home(&["live"]);
    let path = path(&env);
    let gateway = Served::start(&env, &[]);
    let body = json!({ "from": HANDSET, "text": "Yes" }).to_string();
    let wrong = format!("incoming/default/{}", "0".repeat(32));
    let mut answers = Vec::new();
    for path in [&wrong, "incoming/other/x", "incoming/default", "elsewhere"] {
        let answer = gateway.call("POST", &format!("/{path}"), "", body.as_bytes());
        answers.push((answer.status, answer.body));
    }
    assert_eq!(answers[0].0, 404);
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    assert!(received(&env).is_empty());
    let large = vec![b' '; (1 << 20) + 1];
    let answer = gateway.call("POST", &format!("/{path}"), "", &large);
    assert_eq!(answer.status, 413);
    let answer = gateway.call(
        "POST",
        &format!("/{path}"),
        "",
        b"{\"from\":\"12025550143\"}",
    );
    assert_eq!(answer.status, 422);
    assert!(
        answer.body.contains("--incoming-field text="),
        "{}",
        answer.body
    );
}

#[test]
fn a_message_of_no_stream_is_kept_and_assigned() {
    let env = home(&["one", "other"]);
    let path = path(&env);
    let gateway = Served::start(&env, &[]);
    let body =
        json!({ "message_uuid": "m1", "from": HANDSET, "to": "12025550199", "text": "Hello" });
    assert_eq!(tell(&gateway, &path, &body), 200);
    assert!(received(&env).is_empty());
    let listed = env.json(&["messages", "list", "--unmatched"]);
    assert_eq!(
        (&listed["total"], &listed["items"][0]["text"]),
        (&json!(1), &json!("Hello"))
    );
    let uuid = listed["items"][0]["message_uuid"].as_str().unwrap();
    assert!(
        env.ok_saying(
            &["messages", "list", "--unmatched"],
            "To give one to a stream:[..]"
        )
        .contains(uuid)
    );
    env.ok_saying(
        &["messages", "assign", uuid, "--stream", "other"],
        "Given to “other”.",
    );
    assert_eq!(received(&env)[0]["stream_name"], "other");
    let said = env.fails(3, &["messages", "assign", uuid, "--stream", "other"]);
    assert!(
        said.contains("is not the ID of an unmatched message"),
        "{said}"
    );
    // The number that it was sent to tells its stream.
    let body = json!({ "from": HANDSET, "to": "12025550103", "text": "To one" });
    assert_eq!(tell(&gateway, &path, &body), 200);
    assert_eq!(received(&env)[0]["stream_name"], "one");
}

#[test]
fn a_reply_travels_back_through_a_carrier_of_ours() {
    let (near, far, _carrier) = homes();
    let hooks = Hooks::start(|_, _| Act::status(200));
    near.ok(&["streams", "edit", "live", "--webhook-url", &hooks.url()]);
    let gateway = Served::start(&near, &[]);
    let told = format!("http://{}/{}", gateway.address, path(&near));
    far.ok(&["streams", "edit", "far", "--webhook-url", &told]);
    let own = near.ok(&["streams", "token", "show", "live"]);
    let message = json!({ "recipient_phone": HANDSET, "message_content": "Your table?" });
    let sent = gateway.send(own.trim(), &[message]).json();
    let uuid = sent["messages"][0]["message_uuid"].clone();
    eventually("it arrived there", || {
        far.json(&["messages", "list"])["total"] == 1
    });
    let reply = ["reply", "far", "--from", HANDSET, "--text", "Yes, please"];
    far.ok_saying(&reply, "Saved and delivered: HTTP 200, [..] ms");
    eventually("the reply is here", || !received(&near).is_empty());
    let kept = &received(&near)[0];
    assert_eq!(
        (&kept["text"], &kept["in_reply_to"]),
        (&json!("Yes, please"), &uuid)
    );
    eventually("the webhook is told", || hooks.heard().len() == 1);
    assert_eq!(hooks.heard()[0].json()["in_reply_to"], uuid);
}

/// `textpeak listen`; ended with the value.
struct Listening(Child);

impl Listening {
    fn start(env: &TestEnv, url: &str) -> Self {
        let mut command = env.command();
        command.args(["listen", "live", "-o", "json", "--forward-to", url]);
        Self(
            command
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .unwrap(),
        )
    }

    fn lines(&mut self, count: usize) -> Vec<Value> {
        let lines = BufReader::new(self.0.stdout.as_mut().unwrap()).lines();
        let read = lines
            .take(count)
            .map(|line| serde_json::from_str(&line.unwrap()).unwrap());
        read.collect()
    }

    fn stop(mut self) {
        signal(&self.0, "INT");
        assert_eq!(self.0.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn who_listens_is_handed_first_what_came_since_the_last_time() {
    let env = home(&["live"]);
    let path = path(&env);
    let gateway = Served::start(&env, &[]);
    let hooks = Hooks::start(|_, _| Act::status(200));
    let say = |text: &str| {
        let body = json!({ "from": HANDSET, "text": text });
        assert_eq!(tell(&gateway, &path, &body), 200);
    };
    say("before anybody listened");
    let mut listening = Listening::start(&env, &hooks.url());
    let is_listening = || {
        let database = env.home().join("messages.db");
        let database = rusqlite::Connection::open(database).unwrap();
        let count = "SELECT count(*) FROM listened";
        database
            .query_row(count, [], |row| row.get::<_, i64>(0))
            .unwrap()
            == 1
    };
    eventually("it listens", is_listening);
    say("one");
    let heard = listening.lines(1);
    assert_eq!(
        (&heard[0]["text"], &heard[0]["forwarded"]["status"]),
        (&json!("one"), &json!(200))
    );
    listening.stop();
    say("two");
    say("three");
    let mut listening = Listening::start(&env, &hooks.url());
    let texts: Vec<_> = listening
        .lines(2)
        .iter()
        .map(|line| line["text"].clone())
        .collect();
    assert_eq!(texts, ["two", "three"]);
    listening.stop();
    let heard = hooks.heard();
    assert_eq!(heard.len(), 3);
    assert!(
        heard
            .iter()
            .all(|one| one.header("webhook-signature").starts_with("v1,"))
    );
    let said = env.fails(
        2,
        &["listen", "live", "--forward-to", "https://example.com/sms"],
    );
    assert!(said.contains("is not an address of this machine"), "{said}");
}
