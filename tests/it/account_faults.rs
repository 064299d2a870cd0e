//! What a hosted account tells is kept once, whatever its lists do and however often it is busy or
//! the gateway is killed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use textpeak::carrier::{Heard, IncomingMessage, Keep, connect};
use textpeak::domain::{AccountSettings, CarrierSecrets, Route, Way};

use crate::support::TestEnv;
use crate::support::account_api::{AccountApi, KEY, Shape};
use crate::support::gateway::{Served, eventually};

const COUNT: usize = 10_000;

/// An account with one stream, where so many messages come with each call, while pages are read.
fn account(shape: Shape, newest_first: bool, with_each_call: usize) -> AccountApi {
    let api = AccountApi::start();
    {
        let mut state = api.state();
        state.shape = shape;
        state.newest_first = newest_first;
        state.add_stream(7, "OTP", &Value::Null, &[]);
        for n in 0..COUNT {
            state.hear(&format!("in-{n}"), 7, &format!("text {n}"));
        }
        state.to_come = std::mem::take(&mut state.incoming);
        state.to_come.reverse();
        state.come_with_each_call = with_each_call;
        state.busy_every = 9;
    }
    api
}

type Kept = Arc<Mutex<BTreeMap<String, usize>>>;

fn keep(kept: &Kept) -> Keep {
    let kept = Arc::clone(kept);
    Arc::new(move |heard| {
        for one in heard {
            if let Heard::Incoming(IncomingMessage { remote_id, .. }) = one {
                *kept.lock().unwrap().entry(remote_id.unwrap()).or_default() += 1;
            }
        }
        Box::pin(std::future::ready(true))
    })
}

fn way(api: &AccountApi) -> Way {
    Way::StreamsApi {
        base_url: api.base_url().parse().unwrap(),
        account: Some(AccountSettings {
            url: api.account_url().parse().unwrap(),
            poll: "100ms".parse().unwrap(),
            stream: None,
        }),
        incoming_fields: Vec::new(),
    }
}

#[test]
fn ten_thousand_messages_over_overlapping_pages_come_once_each() {
    for (shape, newest_first) in [
        (Shape::ItemsTotal, true),
        (Shape::DataTotalItems, false),
        (Shape::Bare, true),
    ] {
        let api = account(shape, newest_first, 70);
        let name = "hosted".parse().unwrap();
        let route = Route::new(name, way(&api), jiff::Timestamp::now());
        let secrets = CarrierSecrets {
            token: "hosted-token-7".parse().unwrap(),
            account_key: Some(KEY.parse().unwrap()),
        };
        let kept = Kept::default();
        let carrier = connect()(&route, &secrets, keep(&kept));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listening = runtime.spawn(async move { carrier.listen(None).await });
        let give_up = std::time::Instant::now() + Duration::from_secs(60);
        while kept.lock().unwrap().len() < COUNT && std::time::Instant::now() < give_up {
            std::thread::sleep(Duration::from_millis(10));
        }
        listening.abort();
        let kept = kept.lock().unwrap();
        assert_eq!(kept.len(), COUNT, "{shape:?}: lost");
        let doubled = kept.values().filter(|times| **times > 1).count();
        assert_eq!(doubled, 0, "{shape:?}: handed over twice");
        assert!(api.state().busy > 10, "{shape:?}: it was never busy");
        // The stream was told by the route's token.
        let requests = api.requests();
        let list = |line: &&String| line.contains("/streams/incoming_messages");
        let mut lists = requests.iter().filter(list);
        assert!(lists.all(|line| line.contains("streamId=7")), "{shape:?}");
    }
}

#[test]
fn fifty_kills_lose_nothing_and_double_nothing() {
    const KILLS: usize = 50;
    let api = account(Shape::ItemsTotal, true, 8);
    let env = TestEnv::new();
    env.ok(&["streams", "create", "--name", "OTP", "--no-input"]);
    let files = [("token", "hosted-token-7"), ("key", KEY)];
    let [token, key] = files.map(|(name, text)| {
        let file = env.folder().join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    });
    let (base, url) = (api.base_url(), api.account_url());
    let add = [
        "routes",
        "add",
        "--base-url",
        &base,
        "--token-file",
        &token,
        "--account-url",
        &url,
        "--account-key-file",
        &key,
        "--poll",
        "100ms",
    ];
    env.ok_saying(&add, "Added.[..]");
    for kill in 0..KILLS {
        let before = api.state().calls;
        let mut gateway = Served::start(&env, &[]);
        // Somewhere in a page, each time somewhere else.
        let calls = 5 + kill * 7 % 40;
        eventually("it asks", || api.state().calls >= before + calls);
        gateway.kill();
    }
    let came_meanwhile = COUNT - api.state().to_come.len();
    assert!(came_meanwhile > 1_000, "the kills missed: {came_meanwhile}");
    api.state().come_with_each_call = 100;
    let _gateway = Served::start(&env, &[]);
    let list = || {
        let limit = (2 * COUNT).to_string();
        env.json(&["messages", "list", "--limit", &limit])
    };
    let count = |list: &Value| list["items"].as_array().unwrap().len();
    let give_up = std::time::Instant::now() + Duration::from_secs(120);
    while count(&list()) < COUNT && std::time::Instant::now() < give_up {
        std::thread::sleep(Duration::from_millis(200));
    }
    let list = list();
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for one in list["items"].as_array().unwrap() {
        *times.entry(one["text"].as_str().unwrap()).or_default() += 1;
    }
    let doubled = times.values().filter(|times| **times > 1).count();
    assert_eq!((times.len(), doubled), (COUNT, 0), "kept, and kept twice");
}
