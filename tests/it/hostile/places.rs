//! Clients that want nothing but to hold a place: honest ones are served beside them, also where the
//! process has no file descriptor left.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::serve::{demo, message};
use crate::support::TestEnv;
use crate::support::gateway::{Served, signal};

/// A client that asks much and reads nothing: what is answered is more than the system keeps.
fn never_reads(gateway: &Served, token: &str) -> TcpStream {
    let body = json!({ "messages": vec![0; 250] }).to_string();
    let request = format!(
        "POST /simple_send/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut socket = TcpStream::connect(gateway.address).unwrap();
    let wait = Some(Duration::from_secs(5));
    socket.set_write_timeout(wait).unwrap();
    // Whoever is closed already has lost its place.
    let _ = socket.write_all(request.repeat(300).as_bytes());
    socket
}

/// How many of 100 honest sends are answered within a second.
fn answered(gateway: &Served, token: &str) -> usize {
    let in_time = |_: &usize| {
        let asked = Instant::now();
        gateway.try_send(token, &[message("12025550143")]).is_some()
            && asked.elapsed() < Duration::from_secs(1)
    };
    (0..100).filter(in_time).count()
}

fn stops_quickly(mut gateway: Served) {
    let begun = Instant::now();
    signal(gateway.child(), "TERM");
    assert_eq!(gateway.child().wait().unwrap().code(), Some(0));
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn clients_that_never_read_leave_room_for_honest_ones() {
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let gateway = Served::start_within(&env, &["-q"], 256);
    let _silent: Vec<_> = (0..260).map(|_| never_reads(&gateway, &token)).collect();
    // A write that makes no progress for 10 s ends the connection.
    std::thread::sleep(Duration::from_secs(12));
    let answered = answered(&gateway, &token);
    assert!(answered >= 99, "{answered} of 100");
    let _three: Vec<_> = (0..3).map(|_| never_reads(&gateway, &token)).collect();
    stops_quickly(gateway);
}

#[test]
fn half_open_connections_leave_room_for_honest_ones() {
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let gateway = Served::start_within(&env, &["-q"], 256);
    let open = |_| {
        let mut socket = TcpStream::connect(gateway.address).unwrap();
        let _ = socket.write_all(b"POST /simple_send/ HTTP/1.1\r\nHost: localhost\r\nX: ");
        socket
    };
    let _half: Vec<_> = (0..400).map(open).collect();
    let answered = answered(&gateway, &token);
    assert!(answered >= 99, "{answered} of 100");
    stops_quickly(gateway);
}
