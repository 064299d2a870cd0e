//! A database that is reached over TLS: with a certificate that is known, and with none that is.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::postgres::Cluster;
use crate::support::{TestEnv, need, succeeds};

/// An address of this machine that no other server has.
const ADDRESS: &str = "127.83.71.2";

/// A certificate authority, and a certificate of it for the address, in this folder.
fn certificates(folder: &Path) {
    let run = |words: &str| {
        let mut openssl = Command::new("openssl");
        openssl.current_dir(folder).args(words.split(' '));
        assert!(
            openssl.stderr(Stdio::null()).status().unwrap().success(),
            "{words}"
        );
    };
    run("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=ours");
    run("req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=database");
    fs::write(folder.join("names"), format!("subjectAltName=IP:{ADDRESS}")).unwrap();
    run(
        "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out server.crt -days 2 -extfile names",
    );
}

#[test]
fn a_server_is_believed_only_with_a_certificate_that_is_known() {
    if !need("openssl", succeeds("openssl", &["version"])) {
        return;
    }
    let Some((cluster, folder)) = Cluster::own("") else {
        return;
    };
    let database = cluster.database();
    certificates(folder.path());
    database
        .admin()
        .execute("ALTER ROLE textpeak PASSWORD 'hunter2'");
    cluster.end("INT");
    cluster.serve_tls(
        ADDRESS,
        &folder.path().join("server.crt"),
        &folder.path().join("server.key"),
    );
    let name = database.name();
    let at = |query: &str| TestEnv::on(&format!("postgres://textpeak@{ADDRESS}/{name}?{query}"));
    let root = folder.path().join("ca.crt");
    let known = at(&format!(
        "sslmode=verify-full&sslrootcert={}",
        root.display()
    ));
    let refused = known.fails(1, &["streams", "list"]);
    assert!(refused.contains("password"), "{refused}");
    // As psql has it; a file that others may read is not used.
    let passwords = known.folder().join(".pgpass");
    fs::write(&passwords, "*:*:*:textpeak:hunter2\n").unwrap();
    known.fails(1, &["streams", "list"]);
    fs::set_permissions(&passwords, fs::Permissions::from_mode(0o600)).unwrap();
    known.json(&["streams", "create", "--name", "A", "--demo"]);
    let unknown = at("sslmode=require");
    fs::copy(&passwords, unknown.folder().join(".pgpass")).unwrap();
    let unknown = unknown.fails(1, &["streams", "list"]);
    assert!(unknown.contains("certificate"), "{unknown}");
    assert_eq!(known.json(&["streams", "list"])["total"], 1);
}
