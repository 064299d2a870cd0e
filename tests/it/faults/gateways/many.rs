//! Three gateways on one database, of which one after the other is killed.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

use super::home;
use super::load::{Answers, Load};
use crate::faults::effort;
use crate::serve::demo;
use crate::support::TestEnv;
use crate::support::gateway::{Served, eventually};
use crate::support::postgres::{Admin, Database};
use crate::support::receiver::{Act, Hooks};

/// How long a delivery that was claimed by a killed gateway is held, and a second for the next one.
const LEASE: Duration = Duration::from_secs(21);

/// What is wrong about what was kept.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wrong {
    /// Answered, and not there.
    lost: usize,
    /// Internal ids that stand for more than one message.
    doubled: usize,
}

fn compare(answers: &Answers, admin: &Admin) -> Wrong {
    let rows = admin.texts("SELECT internal_id || ' ' || uuid FROM message");
    let mut kept: HashMap<&str, HashSet<&str>> = HashMap::new();
    for row in &rows {
        let (id, uuid) = row.split_once(' ').unwrap();
        kept.entry(id).or_default().insert(uuid);
    }
    let mut wrong = Wrong::default();
    for (id, uuids) in &answers.accepted {
        let there = kept.get(id.as_str());
        let is_there = |uuid: &&String| there.is_some_and(|there| there.contains(uuid.as_str()));
        wrong.lost += uuids.iter().filter(|uuid| !is_there(uuid)).count();
    }
    wrong.doubled = kept.values().filter(|uuids| uuids.len() > 1).count();
    wrong
}

/// Two hundred milliseconds and more of 32 callers, each message sent to two of three gateways.
fn loaded(env: &TestEnv, database: &Database, millis: u64) -> Wrong {
    let token = demo(env, "OTP", &[]);
    let gateways: Vec<_> = (0..3).map(|_| Served::start(env, &["-q"])).collect();
    let addresses = gateways.iter().map(|one| one.address).collect();
    let load = Load::start(&Arc::new(RwLock::new(addresses)), &token, 32, 2);
    std::thread::sleep(Duration::from_millis(millis));
    let answers = load.end();
    assert!(answers.accepted.len() > 100);
    compare(&answers, &database.admin())
}

#[test]
fn a_message_that_is_sent_to_two_gateways_at_once_is_one() {
    let Some((env, database)) = home() else {
        return;
    };
    assert_eq!(loaded(&env, &database, 2_000), Wrong::default());
}

/// Keys without a lock, and internal ids that nothing keeps apart.
const BAD: &str = "
    CREATE SEQUENCE bad_keys START 4611686018427387904;
    CREATE OR REPLACE FUNCTION take_keys(n bigint) RETURNS bigint LANGUAGE sql
        AS 'SELECT setval(''textpeak.bad_keys'', nextval(''textpeak.bad_keys'') + n) - n';
    CREATE OR REPLACE FUNCTION take_made_keys(n bigint) RETURNS bigint LANGUAGE sql
        AS 'SELECT textpeak.take_keys(n)';
    SELECT make_partitions(4611686018427387904);
    ALTER TABLE internal_id DROP CONSTRAINT internal_id_pkey;";

#[test]
fn the_same_counts_find_a_bad_database() {
    let Some((env, database)) = home() else {
        return;
    };
    database.admin().execute(BAD);
    let wrong = loaded(&env, &database, 2_000);
    assert!(wrong.doubled > 0, "{wrong:?}");
}

#[test]
fn of_three_gateways_one_is_killed_every_two_seconds() {
    let Some((env, database)) = home() else {
        return;
    };
    let told: Arc<Mutex<HashMap<String, usize>>> = Arc::default();
    let list = Arc::clone(&told);
    let hooks = Hooks::start(move |_, heard| {
        let id = heard.header("webhook-id").to_owned();
        *list.lock().unwrap().entry(id).or_default() += 1;
        Act::status(200)
    });
    let url = hooks.url();
    let events = ["--webhook-url", &url, "--webhook-event", "status"];
    let token = demo(&env, "OTP", &events);
    let start = || Served::start(&env, &["-q", "--delivery-delay", "0s"]);
    let mut gateways = [start(), start(), start()];
    let addresses: Vec<SocketAddr> = gateways.iter().map(|one| one.address).collect();
    let addresses = Arc::new(RwLock::new(addresses));
    let load = Load::start(&addresses, &token, 32, 2);
    std::thread::sleep(Duration::from_secs(2));
    let without_kills: usize = told.lock().unwrap().values().filter(|n| **n > 1).count();
    let mut killed = 0;
    for _ in 0..3 * effort() {
        gateways[killed % 3].kill();
        killed += 1;
        let new = start();
        addresses.write().unwrap()[(killed - 1) % 3] = new.address;
        gateways[(killed - 1) % 3] = new;
        std::thread::sleep(Duration::from_secs(2));
    }
    let last = Instant::now();
    let answers = load.end();
    assert_eq!(without_kills, 0, "nobody died, and jobs were done twice");
    assert_eq!(compare(&answers, &database.admin()), Wrong::default());
    // What was claimed by those who were killed is done by the others when its lease is over.
    let admin = database.admin();
    while admin.number("SELECT count(*) FROM job WHERE kind = 0") > 0 {
        assert!(last.elapsed() < LEASE, "leases are not retaken");
        std::thread::sleep(Duration::from_millis(100));
    }
    let events = admin.number("SELECT count(*) FROM event");
    let told = told.lock().unwrap();
    assert_eq!(i64::try_from(told.len()).unwrap(), events);
    let twice = told.values().filter(|n| **n > 1).count();
    println!(
        "{} answered, {killed} kills, {events} events, {twice} told more than once",
        answers.at.len()
    );
    // What was on its way when a gateway died, and no more.
    assert!(twice <= 100 * killed, "{twice}");
}

#[test]
fn the_clock_of_a_gateway_does_not_matter() {
    let Some((env, database)) = home() else {
        return;
    };
    let token = demo(&env, "OTP", &[]);
    let Some(library) = faketime() else { return };
    let fake = [
        ("LD_PRELOAD", library.as_str()),
        ("FAKETIME", "+1h"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ];
    let (right, wrong) = (
        Served::start(&env, &["--delivery-delay", "1s"]),
        Served::start_with(&env, &["--delivery-delay", "1s"], &fake),
    );
    for gateway in [&right, &wrong] {
        let sent = gateway.send(&token, &[crate::serve::message("12025550143")]);
        assert_eq!(sent.status, 200);
    }
    let admin = database.admin();
    let apart = "SELECT max(abs(at - now_ms())) FROM message";
    assert!(admin.number(apart) < 5_000, "the database's clock holds");
    eventually("both are delivered", || {
        let delivered = env.json(&["messages", "list", "--status", "delivered"]);
        delivered["total"] == 2
    });
}

fn faketime() -> Option<String> {
    if !crate::support::installed("faketime") {
        return None;
    }
    let shown = std::process::Command::new("faketime")
        .args(["-f", "+0", "env"])
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    let line = shown
        .lines()
        .find_map(|line| line.strip_prefix("LD_PRELOAD="));
    line.map(str::to_owned)
}
