//! Requests that two programs may read in two ways: refused as a whole, with a sentence.

use serde_json::json;

use crate::serve::{demo, message};
use crate::support::TestEnv;
use crate::support::gateway::{Served, exchange};

#[test]
fn a_request_with_two_meanings_is_refused() {
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let gateway = Served::start(&env, &["-q"]);
    let body = json!({ "messages": [message("12025550143")] }).to_string();
    let host = gateway.address;
    let send = |target: &str, headers: &str, body: &str| {
        let text = format!(
            "POST {target} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {token}\r\n\
             Content-Type: application/json\r\nConnection: close\r\n{headers}\r\n{body}"
        );
        exchange(gateway.address, text.as_bytes())
    };
    let length = format!("Content-Length: {}\r\n", body.len());
    let with = |header: &str| send("/simple_send/", &format!("{header}\r\n{length}"), &body);
    let chunked = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let chunks = "Transfer-Encoding: chunked\r\n";
    let both = |headers: &str| send("/simple_send/", headers, &chunked);
    let absolute = |host: &str| send(&format!("http://{host}/simple_send/"), &length, &body);
    let cases = [
        ("the same Host twice", with(&format!("Host: {host}"))),
        ("two hosts", with("Host: example.com")),
        ("two tokens", with("Authorization: nonsense")),
        ("a token twice", with(&format!("Authorization: {token}"))),
        ("both lengths", both(&format!("{length}{chunks}"))),
        ("both, turned round", both(&format!("{chunks}{length}"))),
        (
            "both, small letters",
            both("transfer-encoding: chunked\r\ncontent-length: 3\r\n"),
        ),
        ("another host", absolute("example.com")),
        (
            "another host behind a name",
            absolute("127.0.0.1@example.com"),
        ),
        ("another port", absolute("127.0.0.1:1")),
    ];
    for (what, answered) in &cases {
        assert_eq!(answered.status, 400, "{what}: {answered:?}");
        let answer = answered.json();
        assert_eq!(answer["status"], false, "{what}");
        assert!(!answer["message"].as_str().unwrap().is_empty(), "{what}");
    }
    let fine = [
        with("Accept: text/plain\r\nAccept: application/json"),
        both(chunks),
        absolute(&host.to_string()),
    ];
    for answered in fine {
        assert_eq!(answered.status, 200, "{answered:?}");
    }
    // Behind another request on the same connection as well.
    let first = format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let second = format!(
        "POST /simple_send/ HTTP/1.1\r\nHost: {host}\r\nAuthorization: {token}\r\n\
         Content-Type: application/json\r\n{length}{chunks}\r\n{chunked}"
    );
    let third = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let answered = exchange(host, [&first, &second, third].concat().as_bytes());
    let said = format!("{}{}", answered.head, answered.body);
    assert!(!said.contains("message_uuid"), "{said}");
    assert!(said.contains("mutually exclusive"), "{said}");
    // What follows may be read in two ways and is not read at all.
    assert_eq!(said.matches("HTTP/1.1").count(), 2, "{said}");
}
