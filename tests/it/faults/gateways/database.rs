//! A database that is restarted, killed, full, or busy.

use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use super::home;
use super::load::Load;
use crate::serve::{demo, message};
use crate::support::gateway::Served;
use crate::support::postgres::{Admin, Cluster};
use crate::support::{TestEnv, ability, succeeds};

/// How soon everything goes on once the database is back.
const SOON: Duration = Duration::from_secs(5);

#[test]
fn a_database_that_is_restarted_or_killed_is_waited_for() {
    let Some((cluster, _folder)) = Cluster::own("") else {
        return;
    };
    let database = cluster.database();
    let env = TestEnv::on(&database.url);
    let token = demo(&env, "OTP", &[]);
    let gateway = Served::start(&env, &[]);
    let load = Load::start(&Arc::new(RwLock::new(vec![gateway.address])), &token, 8, 1);
    let mut away = Vec::new();
    for signal in ["INT", "KILL"] {
        std::thread::sleep(Duration::from_secs(1));
        cluster.end(signal);
        let gone = Instant::now();
        std::thread::sleep(Duration::from_secs(1));
        let still = Instant::now();
        assert_eq!(gateway.call("GET", "/readyz", "", b"").status, 503);
        cluster.start_again();
        let (back, before) = (Instant::now(), load.accepted());
        while load.accepted() == before {
            assert!(back.elapsed() < SOON, "service did not come back");
            std::thread::sleep(Duration::from_millis(10));
        }
        away.push((gone, still));
    }
    let answers = load.end();
    let while_away = answers.at.iter().filter(|at| {
        let margin = Duration::from_millis(50);
        away.iter()
            .any(|(gone, still)| *at > &(*gone + margin) && *at < still)
    });
    assert_eq!(
        while_away.count(),
        0,
        "acknowledged while the database was away"
    );
    let refusals: Vec<_> = answers.refused.keys().collect();
    assert_eq!(refusals, [&(503, true)], "{:?}", answers.refused);
    let admin = Admin::connect(&database.url);
    let kept = admin.texts("SELECT uuid::text FROM message");
    let kept: std::collections::HashSet<_> = kept.iter().collect();
    let lost = answers
        .accepted
        .values()
        .flatten()
        .filter(|uuid| !kept.contains(uuid));
    assert_eq!(lost.count(), 0);
    assert!(answers.refused[&(503, true)] > 10);
}

#[test]
fn a_pool_that_is_used_up_is_said_in_time_and_works_again() {
    let Some((env, database)) = home() else {
        return;
    };
    let token = demo(&env, "OTP", &[]);
    let gateway = Served::start(&env, &[]);
    assert_eq!(gateway.send(&token, &[message("12025550143")]).status, 200);
    // Whoever writes waits for this row.
    let admin = database.admin();
    admin.execute("BEGIN; UPDATE place SET last = last");
    let replies: Vec<_> = (0..20)
        .map(|n| {
            let mut reply = env.command();
            reply.args(["reply", "OTP", "--from", "12025550143", "--text"]);
            reply.arg(format!("Reply {n}"));
            reply.stdout(std::process::Stdio::null());
            reply.stderr(std::process::Stdio::null());
            reply.spawn().unwrap()
        })
        .collect();
    let begun = Instant::now();
    let refused = gateway.send(&token, &[message("12025550143")]);
    assert_eq!(refused.status, 503, "{refused:?}");
    assert!(refused.header("Retry-After").is_some());
    assert!(begun.elapsed() < Duration::from_secs(12));
    admin.execute("ROLLBACK");
    for mut reply in replies {
        reply.wait().unwrap();
    }
    assert_eq!(gateway.send(&token, &[message("12025550143")]).status, 200);
}

#[test]
fn a_disk_that_is_full_loses_nothing_that_was_answered() {
    let root = succeeds("sh", &["-c", "test $(id -u) = 0"]);
    let mount = tempfile::tempdir().unwrap();
    let place = mount.path().to_str().unwrap();
    let mounted = root && succeeds("mount", &["-t", "tmpfs", "-o", "size=160m", "tmpfs", place]);
    if !ability("mounting", mounted) {
        return;
    }
    let _unmount = Unmount(place.to_owned());
    let Some(programs) = crate::support::postgres::programs() else {
        return;
    };
    let settings = "max_wal_size = 32MB\nmin_wal_size = 32MB";
    let cluster = Cluster::start(&programs, &mount.path().join("cluster"), settings);
    let database = cluster.database();
    let env = TestEnv::on(&database.url);
    let token = demo(&env, "OTP", &[]);
    let gateway = Served::start(&env, &[]);
    let mut answered = vec![gateway.send(&token, &[message("12025550143")])];
    let filler = mount.path().join("filler");
    let _ = succeeds(
        "sh",
        &["-c", &format!("cat /dev/zero > {}", filler.display())],
    );
    let messages: Vec<_> = (0..100).map(|_| message("12025550143")).collect();
    let mut refused = None;
    for _ in 0..2_000 {
        let answer = gateway.send(&token, &messages);
        if answer.status != 200 {
            refused = Some(answer);
            break;
        }
        answered.push(answer);
    }
    let refused = refused.expect("the disk never filled");
    assert_eq!(refused.status, 503, "{refused:?}");
    assert!(refused.header("Retry-After").is_some());
    std::fs::remove_file(&filler).unwrap();
    // A server that stopped for want of room is started again by whoever runs it.
    if Admin::try_connect(&database.url).is_err() {
        cluster.start_again();
    }
    let back = Instant::now();
    while gateway.send(&token, &[message("12025550143")]).status != 200 {
        assert!(back.elapsed() < SOON, "service did not come back");
    }
    let kept = Admin::connect(&database.url).texts("SELECT uuid::text FROM message");
    let kept: std::collections::HashSet<_> = kept.into_iter().collect();
    for answer in answered {
        for one in answer.json()["messages"].as_array().unwrap() {
            assert!(kept.contains(one["message_uuid"].as_str().unwrap()));
        }
    }
}

struct Unmount(String);

impl Drop for Unmount {
    fn drop(&mut self) {
        succeeds("umount", &["-l", &self.0]);
    }
}
