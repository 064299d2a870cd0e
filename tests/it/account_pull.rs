//! Streams of a hosted account become live streams here, and send and hear by it.

use serde_json::{Value, json};

use crate::support::TestEnv;
use crate::support::account_api::{AccountApi, KEY};
use crate::wizard::tty::Tty;

/// A home whose route reads the account.
pub fn home(api: &AccountApi, key: &str, more: &[&str]) -> TestEnv {
    let env = TestEnv::new();
    let files = [("token", "hosted-token-7"), ("key", key)];
    let [token, key] = files.map(|(name, text)| {
        let file = env.folder().join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    });
    let more = [&["--token-file", &token, "--poll", "200ms"], more].concat();
    add_route(api, &env, &key, &more);
    env
}

/// A route that reads the account with the key in a file.
fn add_route(api: &AccountApi, env: &TestEnv, key: &str, more: &[&str]) {
    let (base, account) = (api.base_url(), api.account_url());
    let words = [
        "routes",
        "add",
        "hosted",
        "--base-url",
        &base,
        "--account-url",
        &account,
        "--account-key-file",
        key,
    ];
    env.ok_saying(&[&words[..], more].concat(), "Added.[..]");
}

pub fn account() -> AccountApi {
    let api = AccountApi::start();
    {
        let mut state = api.state();
        let acl = json!("127.0.0.1, 198.51.100.0/24");
        state.add_stream(7, "OTP Germany", &acl, &["otp", "DE"]);
        state.add_stream(8, "News", &Value::Null, &[]);
        state.senders = vec![
            json!({ "id": 1, "name": "Main", "value": "12025550100" }),
            json!({ "id": 2, "name": "ACME", "value": null }),
        ];
    }
    api
}

/// Pulls everything; what was said.
pub fn pull_all(env: &TestEnv) -> String {
    let run = env.run(&["account", "pull", "--all", "--yes"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run:?}");
    run.stderr.to_string()
}

fn streams(env: &TestEnv) -> Vec<Value> {
    let list = env.json(&["streams", "list"]);
    list["items"].as_array().unwrap().clone()
}

#[test]
fn a_plan_comes_first_and_a_second_pull_changes_nothing() {
    let api = account();
    let env = home(&api, KEY, &["--only-to", "1202"]);
    let plan = env.run(&["account", "pull", "--all", "--dry-run"]);
    assert_eq!(plan.code, 7, "{plan:?}");
    assert_eq!(
        plan.stdout.as_str(),
        "+ create  OTP Germany\n+ create  News\n+ create route  news for “News”\n\
         + add Sender ID  12025550100\n+ add Sender ID  ACME\n\
         2 to create, 0 to change, 0 to delete, 0 unchanged\n"
    );
    assert_eq!(streams(&env), Vec::<Value>::new());
    // Nobody can be asked here.
    let stderr = env.fails(2, &["account", "pull", "--all"]);
    assert!(stderr.contains("No terminal for confirmation"), "{stderr}");

    pull_all(&env);
    let news = &streams(&env)[1];
    let otp = &streams(&env)[0];
    assert_eq!(otp["name"], "OTP Germany");
    assert_eq!(otp["allowed_ips"], json!(["127.0.0.1", "198.51.100.0/24"]));
    assert_eq!(otp["tags"], json!(["otp", "DE"]));
    assert_eq!(
        (&otp["demo"], &otp["status"]),
        (&json!(false), &json!("Ready"))
    );
    assert_eq!(news["allowed_ips"], json!([]));
    let senders = env.json(&["senders", "list"]);
    assert_eq!(senders["total"], 2);
    // Limits hold for the new route as well.
    let route = env.json(&["routes", "show", "news"]);
    let route = if route["route"].is_object() {
        &route["route"]
    } else {
        &route
    };
    assert_eq!(route["streams"], json!([news["id"]]));
    assert_eq!(route["only_to"], json!(["1202"]));
    assert_eq!(route["account"]["stream"], "8");

    env.ok_saying(
        &["account", "pull", "--all", "--yes"],
        "Nothing to do. The streams already match the account.",
    );
    let again = env.json(&["account", "pull", "--all", "--dry-run"]);
    assert_eq!(again["unchanged"], 2);
}

#[test]
fn what_changed_there_is_changed_here_and_the_rest_stays() {
    let api = account();
    let env = home(&api, KEY, &[]);
    pull_all(&env);
    env.ok(&[
        "streams",
        "edit",
        "News",
        "--webhook-url",
        "https://example.com/sms",
        "--sender",
        "12025550100",
        "--webhook-method",
        "post",
    ]);
    {
        let mut state = api.state();
        state.streams[1]["description"] = json!("What is new");
        state.tokens[1].1 = "another-token".to_owned();
    }
    let plan = env.run(&["account", "pull", "--stream", "news", "--dry-run"]);
    assert_eq!(plan.code, 7, "{plan:?}");
    assert_eq!(
        plan.stdout.as_str(),
        "~ change  News\n    description: - → What is new\n~ change route  news: token\n\
         0 to create, 1 to change, 0 to delete, 0 unchanged\n"
    );
    let done = env.json(&["account", "pull", "--stream", "8", "--yes"]);
    assert_eq!(
        done["routes"]["change"],
        json!([{ "name": "news", "changes": ["token"] }])
    );
    let news = env.json(&["streams", "show", "News"]);
    let news = if news["stream"].is_object() {
        &news["stream"]
    } else {
        &news
    };
    assert_eq!(news["description"], "What is new");
    assert_eq!(news["default_sender"], "12025550100");
    assert_eq!(news["webhook"]["url"], "https://example.com/sms");
}

#[test]
fn what_cannot_be_taken_over_is_left_out_and_said() {
    let api = account();
    let env = home(&api, KEY, &[]);
    env.run(&[
        "streams",
        "create",
        "--name",
        "otp germany",
        "--demo",
        "--no-input",
    ]);
    {
        let mut state = api.state();
        state.add_stream(9, "Range", &json!("192.0.2.1-192.0.2.9"), &[]);
        state.add_stream(10, "News", &Value::Null, &[]);
        state.add_stream(11, "Chat", &Value::Null, &[]);
        state.streams[4]["type"] = json!("WhatsApp");
        state.streams.push(json!({ "id": 12 }));
        state.tokens.retain(|(id, _)| *id != 10);
    }
    let stderr = pull_all(&env);
    for said in [
        "Skipped “Range”: “192.0.2.1-192.0.2.9” is not an IP address or CIDR block",
        "Skipped “News (10)”: no token: HTTP 404: Not found.",
        "Skipped “Chat”: it is not an SMS stream.",
        "Skipped “otp germany”: a demo stream has this name.",
        "1 entry of the account can't be read.",
    ] {
        let said = said.replace("otp germany", "OTP Germany");
        assert!(stderr.contains(&said), "{said}: {stderr}");
    }
    let names: Vec<_> = streams(&env)
        .iter()
        .map(|one| one["name"].clone())
        .collect();
    assert_eq!(names, ["News (8)", "otp germany"]);
    // One that was named is a reason to stop.
    let stderr = env.fails(1, &["account", "pull", "--stream", "Range", "--yes"]);
    assert!(stderr.contains("“Range” can't be pulled"), "{stderr}");
    let stderr = env.fails(3, &["account", "pull", "--stream", "nothing", "--yes"]);
    assert!(
        stderr.contains("The account has no stream “nothing”"),
        "{stderr}"
    );
}

#[test]
fn refusals_name_the_account_and_never_the_key() {
    let api = account();
    let env = home(&api, "a-wrong-key", &[]);
    let stderr = env.fails(4, &["account", "pull", "--all", "--yes"]);
    let said = format!("{} refused the request: HTTP 401", api.account_url());
    assert!(stderr.contains(&said), "{stderr}");
    assert!(
        stderr.contains("routes edit hosted --account-key-file FILE"),
        "{stderr}"
    );
    assert!(!stderr.contains("a-wrong-key"), "{stderr}");
    let stderr = env.fails(2, &["account", "pull", "--yes"]);
    assert!(stderr.contains("--stream"), "{stderr}");
    let stderr = env.fails(3, &["account", "pull", "--all", "--route", "other"]);
    assert!(stderr.contains("other"), "{stderr}");

    let bare = TestEnv::new();
    let stderr = bare.fails(3, &["account", "pull", "--all"]);
    assert!(stderr.contains("No route has an account key"), "{stderr}");
}

#[test]
fn a_busy_account_is_asked_again() {
    let api = account();
    {
        let mut state = api.state();
        state.busy_every = 2;
        for id in 20..150 {
            state.add_stream(id, &format!("Stream {id}"), &Value::Null, &[]);
        }
    }
    let env = home(&api, KEY, &[]);
    pull_all(&env);
    assert_eq!(env.json(&["streams", "list"])["total"], 132);
    assert!(api.state().busy > 100);
    let requests = api.requests();
    let first = "GET /textpeak/streams?_page=1&itemsPerPage=100";
    assert_eq!(requests[0], first);
    assert!(
        requests.iter().all(|line| !line.contains("/?")),
        "{requests:?}"
    );
}

#[test]
fn on_a_terminal_the_plan_is_shown_before_the_question() {
    let api = account();
    let env = home(&api, KEY, &[]);
    let words = ["account", "pull", "--stream", "OTP Germany"];
    for (answer, code, kept) in [("n", 130, 0), ("y", 0, 1)] {
        let mut tty = Tty::new(&env, &words);
        let seen = tty.asked("Apply this plan?");
        assert!(seen.contains("create  OTP Germany"), "{seen}");
        tty.answer("Apply this plan?", answer);
        let ended = tty.finish();
        assert_eq!(ended.code, code, "{}", ended.screen);
        assert_eq!(streams(&env).len(), kept);
    }
}

#[test]
fn a_key_alone_is_enough_to_pull_and_then_to_send() {
    let api = account();
    let env = TestEnv::new();
    let key = env.folder().join("key");
    std::fs::write(&key, KEY).unwrap();
    add_route(&api, &env, key.to_str().unwrap(), &[]);
    let said = env.fails(1, &["routes", "test"]);
    assert!(
        said.contains("The token of route hosted is not stored"),
        "{said}"
    );
    pull_all(&env);
    let routes = env.json(&["routes", "list"]);
    let named = |route: &Value| route["streams"] != json!([]);
    let named = routes["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| named(one));
    assert_eq!(named.count(), 2, "{routes}");
    let send = [
        "send",
        "News",
        "--to",
        "12025550143",
        "--text",
        "Hi",
        "--sender",
        "ACME",
    ];
    let sent = env.run(&send);
    assert!(sent.stderr.contains("segment"), "{sent:?}");
    assert_eq!(sent.code, 0, "{sent:?}");
    let kept = env.json(&["messages", "show", sent.stdout.trim()]);
    assert_eq!(kept["route"], "news");
    assert!(kept["remote_id"].is_string(), "{kept}");
}
