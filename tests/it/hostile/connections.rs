//! Connections that mean no good: slow, silent, huge and many. Others are served meanwhile.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::serve::{demo, message};
use crate::support::TestEnv;
use crate::support::gateway::{Served, exchange};

/// Waits until the other side has closed every one of them; how long that took from `begun`.
fn closed(sockets: Vec<TcpStream>, begun: Instant, most: Duration) -> Duration {
    for mut socket in sockets {
        let left = most.saturating_sub(begun.elapsed()) + Duration::from_secs(1);
        socket.set_read_timeout(Some(left)).unwrap();
        let mut rest = Vec::new();
        // An answer may come first; a reset is a close as well.
        if let Err(error) = socket.read_to_end(&mut rest) {
            let kind = error.kind();
            assert_eq!(
                kind,
                std::io::ErrorKind::ConnectionReset,
                "still open: {error}"
            );
        }
    }
    begun.elapsed()
}

fn open(gateway: &Served, n: usize, text: &str) -> Vec<TcpStream> {
    (0..n)
        .map(|_| {
            let mut socket = TcpStream::connect(gateway.address).unwrap();
            socket.write_all(text.as_bytes()).unwrap();
            socket
        })
        .collect()
}

#[test]
fn silent_and_half_sent_requests_are_closed_and_others_served_meanwhile() {
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let gateway = Served::start(&env, &["-q"]);
    let begun = Instant::now();
    let mut sockets = open(&gateway, 300, "");
    sockets.extend(open(
        &gateway,
        300,
        "POST /simple_send/ HTTP/1.1\r\nHost: localhost\r\nX: ",
    ));
    let mut slowest = Duration::ZERO;
    for _ in 0..50 {
        let asked = Instant::now();
        assert_eq!(gateway.send(&token, &[message("12025550143")]).status, 200);
        slowest = slowest.max(asked.elapsed());
    }
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    let took = closed(sockets, begun, Duration::from_secs(10));
    assert!(took < Duration::from_secs(11), "{took:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn huge_requests_are_refused_in_bounded_memory() {
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let gateway = Served::start(&env, &["-q"]);
    gateway.send(&token, &[message("12025550143")]);
    let before = gateway.memory();
    let head = |length: &str| {
        format!(
            "POST /simple_send/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\nContent-Type: application/json\r\n{length}\r\n\r\n"
        )
    };
    std::thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| {
                let declared = exchange(
                    gateway.address,
                    head("Content-Length: 10737418240").as_bytes(),
                );
                assert_eq!(declared.status, 413);
                // Without a length: chunks until it says stop.
                let mut socket = TcpStream::connect(gateway.address).unwrap();
                socket
                    .write_all(head("Transfer-Encoding: chunked").as_bytes())
                    .unwrap();
                let chunk = format!("10000\r\n{}\r\n", " ".repeat(65536));
                for _ in 0..64 {
                    if socket.write_all(chunk.as_bytes()).is_err() {
                        break;
                    }
                }
                // The answer is lost where the connection was reset under it.
                let mut answer = String::new();
                let _ = socket.read_to_string(&mut answer);
                assert!(answer.is_empty() || answer.contains(" 413 "), "{answer}");
            });
        }
        scope.spawn(|| {
            let many: String = (0..5_000).map(|n| format!("X-{n}: {n}\r\n")).collect();
            let answered = exchange(gateway.address, head(&many).as_bytes());
            assert!([431, 0].contains(&answered.status), "{answered:?}");
            let long = format!("X: {}\r\nA: b", "y".repeat(1 << 20));
            let answered = exchange(gateway.address, head(&long).as_bytes());
            assert!([431, 0].contains(&answered.status), "{answered:?}");
        });
    });
    let after = gateway.memory();
    assert!(after < before + 60_000, "from {before} kB to {after} kB");
    assert_eq!(gateway.send(&token, &[message("12025550143")]).status, 200);
}

#[cfg(target_os = "linux")]
#[test]
fn ten_thousand_idle_connections_leave_room_for_honest_ones() {
    let limit = std::fs::read_to_string("/proc/self/limits").unwrap();
    let limit = limit
        .lines()
        .find(|line| line.starts_with("Max open files"))
        .unwrap();
    let soft: usize = limit
        .split_whitespace()
        .nth(3)
        .unwrap()
        .parse()
        .unwrap_or(usize::MAX);
    let hard: usize = limit
        .split_whitespace()
        .nth(4)
        .unwrap()
        .parse()
        .unwrap_or(usize::MAX);
    // Both ends of a connection are files, the test's own under its soft limit.
    let n = 10_000
        .min(soft.saturating_sub(200))
        .min(hard.saturating_sub(200));
    if n < 10_000 {
        println!("with {n} connections instead of 10000: more files may not be open");
    }
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let gateway = Served::start(&env, &["-q"]);
    let before = gateway.memory();
    // In portions, as the queue of connections that are not taken yet has an end.
    let mut sockets = Vec::new();
    while sockets.len() < n {
        sockets.extend(open(&gateway, 500.min(n - sockets.len()), ""));
        std::thread::sleep(Duration::from_millis(20));
    }
    let begun = Instant::now();
    let asked = Instant::now();
    assert_eq!(gateway.send(&token, &[message("12025550143")]).status, 200);
    assert!(
        asked.elapsed() < Duration::from_secs(2),
        "{:?}",
        asked.elapsed()
    );
    let held = gateway.memory();
    assert!(held < before + 150_000, "from {before} kB to {held} kB");
    let took = closed(sockets, begun, Duration::from_secs(10));
    println!(
        "{n} idle connections: {} kB, closed after {took:?}",
        held - before
    );
}
