//! A database with a synchronous standby, which takes over when the primary is killed.

use std::collections::HashSet;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use super::load::Load;
use crate::serve::demo;
use crate::support::TestEnv;
use crate::support::gateway::{Served, eventually};
use crate::support::postgres::{Admin, Cluster};

/// A primary with a standby that every commit waits for, under load; what `fails` makes of the primary
/// is the end of it, and the standby takes over.
fn takes_over(fails: impl FnOnce(&Cluster, &Admin)) {
    let Some((primary, one)) = Cluster::own("") else {
        return;
    };
    let database = primary.database();
    let (standby, other) = primary.standby("synchronous_standby_names = ''");
    let admin = database.admin();
    admin.execute("ALTER SYSTEM SET synchronous_standby_names = '*'");
    admin.execute("SELECT pg_reload_conf()");
    eventually("the standby follows", || {
        let synchronous = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        admin.number(synchronous) == 1
    });
    // Both hosts, the primary first.
    let (one, other) = (one.path().display(), other.path().display());
    let url = database
        .url
        .replace(&format!("host={one}"), &format!("host={one}&host={other}"));
    assert_ne!(url, database.url);
    let env = TestEnv::on(&url);
    let token = demo(&env, "OTP", &[]);
    let gateway = Served::start(&env, &[]);
    let gateways = Arc::new(RwLock::new(vec![gateway.address]));
    let load = Load::start(&gateways, &token, 16, 1);
    std::thread::sleep(Duration::from_secs(2));
    fails(&primary, &admin);
    let there = Admin::connect(&standby.url(database.name()));
    there.execute("SELECT pg_promote()");
    let (back, before) = (Instant::now(), load.accepted());
    while load.accepted() == before {
        assert!(
            back.elapsed() < Duration::from_secs(5),
            "service did not go on"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(500));
    let answers = load.end();
    let kept = there.texts("SELECT uuid::text FROM message");
    let kept: HashSet<_> = kept.iter().collect();
    let answered: Vec<_> = answers.accepted.values().flatten().collect();
    assert!(answered.len() > 500, "{}", answered.len());
    let lost = answered.iter().filter(|uuid| !kept.contains(*uuid));
    assert_eq!(lost.count(), 0);
}

#[test]
fn what_was_answered_is_on_the_standby_that_takes_over() {
    takes_over(|primary, _| primary.end("KILL"));
}

#[test]
fn a_primary_that_takes_no_more_writes_is_left() {
    takes_over(|_, admin| {
        admin.execute("ALTER SYSTEM SET default_transaction_read_only = on");
        admin.execute("SELECT pg_reload_conf()");
        // What was on its way is over.
        std::thread::sleep(Duration::from_secs(1));
    });
}
