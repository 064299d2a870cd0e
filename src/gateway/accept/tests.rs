//! Clients that read nothing, write slowly or wait for ever, and how a stop treats them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use axum::routing::{any, post};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use super::super::activity::Limits;
use super::*;

const LIMITS: Limits = Limits {
    idle: Duration::from_millis(600),
    blocked: Duration::from_millis(600),
    ..Limits::SERVING
};

/// The connection code around a few routes: `/large` answers a megabyte, `/whole` reads the body
/// and everything else leaves it.
struct Server {
    address: SocketAddr,
    runtime: Runtime,
    stop: Option<oneshot::Sender<()>>,
    stopped: Option<tokio::task::JoinHandle<()>>,
}

impl Server {
    fn start(most: usize, limits: Limits) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new()
            .route("/large", any(async || vec![b'x'; 1 << 20]))
            .route("/whole", post(async |body: axum::body::Bytes| body))
            .fallback(async || (hyper::StatusCode::UNAUTHORIZED, "no"));
        let connections = Arc::new(Connections::new(most, limits));
        let (stop, stopping) = oneshot::channel();
        let stopped = runtime.spawn(async move {
            let log = Log::nowhere();
            tokio::select! {
                () = accept(&listener, &connections, &log, |stream, peer, activity| {
                    connection(app.clone(), stream, peer, activity, Arc::clone(&connections))
                }) => {}
                () = connections.sweep() => {}
                _ = stopping => {}
            }
            drop(listener);
            connections.finish().await;
        });
        Self {
            address,
            runtime,
            stop: Some(stop),
            stopped: Some(stopped),
        }
    }

    fn open(&self, text: &str) -> TcpStream {
        let mut socket = TcpStream::connect(self.address).unwrap();
        let limit = Some(Duration::from_secs(10));
        socket.set_read_timeout(limit).unwrap();
        socket.set_write_timeout(limit).unwrap();
        socket.write_all(text.as_bytes()).unwrap();
        socket
    }

    /// A client that asks for more than the system keeps for it, and reads none of it.
    fn open_blocked(&self) -> TcpStream {
        self.open(&"GET /large HTTP/1.1\r\n\r\n".repeat(20))
    }

    fn stop(&mut self) -> Duration {
        let begun = Instant::now();
        drop(self.stop.take());
        self.runtime.block_on(self.stopped.take().unwrap()).unwrap();
        begun.elapsed()
    }
}

fn rest(socket: &mut TcpStream) -> String {
    let mut said = Vec::new();
    match socket.read_to_end(&mut said) {
        Err(error) if error.kind() != io::ErrorKind::ConnectionReset => panic!("{error}"),
        _ => String::from_utf8(said).unwrap(),
    }
}

fn answered_after(server: &Server) -> Duration {
    let begun = Instant::now();
    let mut socket = server.open("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert!(rest(&mut socket).starts_with("HTTP/1.1 401"));
    begun.elapsed()
}

#[test]
fn who_never_reads_loses_the_place() {
    let server = Server::start(3, LIMITS);
    let mut blocked: Vec<_> = (0..3).map(|_| server.open_blocked()).collect();
    let begun = Instant::now();
    let head = "POST /whole HTTP/1.1\r\nContent-Length: 2\r\n\r\na";
    let mut honest: Vec<_> = (0..3).map(|_| server.open(head)).collect();
    for socket in &mut honest {
        socket.write_all(b"b").unwrap();
        let mut answer = [0; 12];
        socket.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
    }
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
    // What the system kept for them is there; the rest is not.
    for socket in &mut blocked {
        assert!(rest(socket).len() < 20 << 20);
    }
}

#[test]
fn requests_that_are_written_ahead_are_answered() {
    let server = Server::start(3, LIMITS);
    let request = format!(
        "POST /whole HTTP/1.1\r\nContent-Length: 900\r\n\r\n{:900}",
        ""
    );
    let said = rest(&mut server.open(&request.repeat(100)));
    assert_eq!(said.matches("HTTP/1.1 200").count(), 100);
}

#[test]
fn who_reads_slowly_keeps_it() {
    let server = Server::start(3, LIMITS);
    let mut socket = server.open_blocked();
    let begun = Instant::now();
    let (mut piece, mut read) = (vec![0; 256 << 10], 0);
    while read < 20 << 20 {
        let n = socket.read(&mut piece).unwrap();
        assert_ne!(n, 0, "cut off after {read} bytes, {:?}", begun.elapsed());
        read += n;
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(begun.elapsed() > LIMITS.blocked, "{:?}", begun.elapsed());
}

#[test]
fn who_sends_no_whole_head_is_let_go() {
    let server = Server::start(10, LIMITS);
    let begun = Instant::now();
    for text in ["", "GET / HT", "GET / HTTP/1.1\r\nA: b\r\n"] {
        assert_eq!(rest(&mut server.open(text)), "");
    }
    // Between two requests as well.
    let said = rest(&mut server.open("GET / HTTP/1.1\r\n\r\n"));
    assert!(said.starts_with("HTTP/1.1 401"), "{said}");
    let waited = begun.elapsed();
    assert!(
        waited > 4 * LIMITS.idle && waited < Duration::from_secs(6),
        "{waited:?}"
    );
}

#[test]
fn the_one_that_has_waited_longest_makes_room() {
    let patient = Limits {
        idle: Duration::from_secs(60),
        ..LIMITS
    };
    let server = Server::start(4, patient);
    let mut busy = server.open("POST /whole HTTP/1.1\r\nContent-Length: 2\r\n\r\na");
    let half = "GET / HTTP/1.1\r\nA: ";
    let mut waiting: Vec<_> = (0..20).map(|_| server.open(half)).collect();
    for _ in 0..10 {
        let waited = answered_after(&server);
        assert!(waited < Duration::from_secs(1), "{waited:?}");
    }
    for old in &mut waiting[..17] {
        assert_eq!(rest(old), "");
    }
    // A request in the midst of its body is no idle connection.
    busy.write_all(b"b").unwrap();
    let mut answer = [0; 12];
    busy.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
}

#[test]
fn a_stop_waits_for_requests_that_go_on_and_for_nothing_else() {
    let mut server = Server::start(100, Limits::SERVING);
    let _idle = [server.open(""), server.open("GET / HTTP/1.1\r\nA: ")];
    let _blocked = [server.open_blocked(), server.open_blocked()];
    let head = "POST /whole HTTP/1.1\r\nContent-Length: 30\r\n\r\n";
    let _silent = server.open(head);
    let mut going_on = server.open(head);
    assert!(answered_after(&server) < Duration::from_secs(1));
    let writer = std::thread::spawn(move || {
        for _ in 0..30 {
            std::thread::sleep(Duration::from_millis(40));
            going_on.write_all(b"x").unwrap();
        }
        rest(&mut going_on)
    });
    let took = server.stop();
    assert!(took < Duration::from_secs(2), "{took:?}");
    let said = writer.join().unwrap();
    assert!(
        said.starts_with("HTTP/1.1 200") && said.ends_with('x'),
        "{said}"
    );
    assert!(said.contains("connection: close"), "{said}");
}

#[test]
fn an_answer_before_the_body_reaches_who_writes_first() {
    let server = Server::start(100, Limits::SERVING);
    for mut left in [700 << 10, 20 << 20_usize] {
        let head = format!("POST / HTTP/1.1\r\nContent-Length: {left}\r\n\r\n");
        let mut socket = server.open(&head);
        let piece = vec![b'x'; 64 << 10];
        while left > 0 {
            let n = left.min(piece.len());
            socket.write_all(&piece[..n]).unwrap();
            left -= n;
        }
        let said = rest(&mut socket);
        assert!(
            said.starts_with("HTTP/1.1 401") && said.ends_with("no"),
            "{said}"
        );
        assert!(said.contains("connection: close"), "{said}");
    }
    // Who asks first whether to write is not told to.
    let head = "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n";
    let said = rest(&mut server.open(head));
    assert!(said.starts_with("HTTP/1.1 401"), "{said}");
}
