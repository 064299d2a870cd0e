//! Databases that nobody should begin with.

use super::home;
use crate::serve::message;
use crate::support::TestEnv;
use crate::support::gateway::{Served, eventually};
use crate::support::postgres::Cluster;
use crate::support::receiver::{Act, Hooks};

#[test]
fn tables_that_are_missing_or_newer_are_said_with_what_to_do() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let empty = cluster.empty_database();
    let env = TestEnv::on(&empty.url);
    let missing = env.fails(1, &["streams", "list"]);
    assert!(
        missing.contains("has no tables of textpeak yet"),
        "{missing}"
    );
    assert!(missing.contains("textpeak home init"), "{missing}");
    let made = env.run(&["home", "init"]);
    assert_eq!(made.stderr.to_string(), "Created the tables, version 1.\n");
    assert_eq!(env.json(&["home", "show"])["schema"], 1);
    let admin = empty.admin();
    admin.execute("INSERT INTO schema_step (version, sha256) VALUES (2, '')");
    for words in [&["streams", "list"][..], &["home", "init"], &["serve"]] {
        let newer = env.fails(1, words);
        assert!(
            newer.contains("version 2; this textpeak supports version 1"),
            "{newer}"
        );
    }
    admin.execute("DELETE FROM schema_step WHERE version = 2; UPDATE schema_step SET sha256 = 'x'");
    let foreign = env.fails(1, &["home", "init"]);
    assert!(foreign.contains("did not make"), "{foreign}");
}

#[test]
fn a_server_that_does_not_sync_is_refused() {
    let Some((cluster, _folder)) = Cluster::own("fsync = off") else {
        return;
    };
    let database = cluster.database();
    let env = TestEnv::on(&database.url);
    let refused = env.fails(1, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(refused.contains("fsync off"), "{refused}");
}

#[test]
fn a_weaker_commit_is_warned_of() {
    let Some((env, database)) = home() else {
        return;
    };
    let name = database.name();
    let admin = database.admin();
    admin.execute(&format!(
        "ALTER DATABASE {name} SET synchronous_commit = off"
    ));
    let gateway = Served::start(&env, &[]);
    let (_, log) = gateway.stop();
    assert!(log.contains("synchronous_commit off"), "{log}");
}

#[test]
fn a_password_is_told_to_nobody() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let database = cluster.database();
    let url = database
        .url
        .replace("user=textpeak", "user=textpeak&password=hunter2");
    let env = TestEnv::on(&url);
    let typed = env.fails(2, &["streams", "list", "--home", &url]);
    assert!(
        typed.contains("PGPASSWORD") && !typed.contains("hunter2"),
        "{typed}"
    );
    for words in [
        &["home", "show", "-v"][..],
        &["home", "show", "-o", "json"],
        &["doctor"],
        &[
            "streams",
            "create",
            "--name",
            "A",
            "--demo",
            "--no-input",
            "-v",
        ],
        &[
            "streams",
            "list",
            "--home",
            "postgres://x:hunter2@127.0.0.1:1/none",
        ],
    ] {
        let run = env.run(words);
        let told = format!("{} {}", run.stdout, run.stderr);
        assert!(!told.contains("hunter2"), "{words:?}: {told}");
    }
}

/// The grants of the README: a role that only serves does all that a gateway does, and changes no
/// stream; one that administers does.
#[test]
fn the_grants_of_the_readme_are_enough() {
    let Some((env, database)) = home() else {
        return;
    };
    let hooks = Hooks::start(|_, _| Act::status(200));
    let url = hooks.url();
    let events = ["--webhook-url", &url, "--webhook-event", "status"];
    let token = crate::serve::demo(&env, "OTP", &events);
    let readme = include_str!("../../../../README.md");
    let grants = readme.split("```sql\n").nth(1).unwrap();
    let grants = grants.split("```").next().unwrap();
    let [serves, rules] = ["gateway", "admin"].map(|role| format!("{role}_{}", database.name()));
    let grants = grants.replace("gateway", &serves).replace("admin", &rules);
    let admin = database.admin();
    admin.execute(&format!(
        "CREATE ROLE {serves} LOGIN; CREATE ROLE {rules} LOGIN; {grants}"
    ));
    let of = |role: &str| {
        TestEnv::on(
            &database
                .url
                .replace("user=textpeak", &format!("user={role}")),
        )
    };
    let (serving, ruling) = (of(&serves), of(&rules));
    let gateway = Served::start(&serving, &["--delivery-delay", "0s"]);
    assert_eq!(gateway.send(&token, &[message("12025550143")]).status, 200);
    eventually("the webhook is told", || !hooks.heard().is_empty());
    gateway.stop();
    let refused = serving.fails(1, &["streams", "delete", "OTP", "--yes"]);
    assert!(refused.contains("permission denied"), "{refused}");
    ruling.json(&["streams", "delete", "OTP", "--yes"]);
    let ends = [&serves, &rules].map(|role| format!("DROP OWNED BY {role}; DROP ROLE {role};"));
    admin.execute(&ends.concat());
}

/// A role that only reads, and no secrets.
#[test]
fn secrets_can_be_denied() {
    let Some((env, database)) = home() else {
        return;
    };
    let token = crate::serve::demo(&env, "OTP", &[]);
    let role = format!("reader_{}", database.name());
    let admin = database.admin();
    admin.execute(&format!(
        "CREATE ROLE {role} LOGIN;
         GRANT USAGE ON SCHEMA textpeak TO {role};
         GRANT SELECT ON ALL TABLES IN SCHEMA textpeak TO {role};
         REVOKE ALL ON secret FROM {role};"
    ));
    let reader = TestEnv::on(
        &database
            .url
            .replace("user=textpeak", &format!("user={role}")),
    );
    let shown = reader.ok(&["streams", "show", "OTP", "--reveal"]);
    let listed = reader.json(&["streams", "list"]);
    assert_eq!(listed["items"][0]["name"], "OTP");
    assert!(!shown.contains(&token), "{shown}");
    reader.fails(1, &["streams", "token", "show", "OTP"]);
    admin.execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}
