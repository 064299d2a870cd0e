//! An HTTP server in the test's own process, as well or as badly behaved as the test wants it.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Heard {
    pub line: String,
    pub head: String,
    pub body: String,
}

impl Heard {
    /// A header's value; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        let mut pairs = self.head.lines().filter_map(|line| line.split_once(": "));
        let found = pairs.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// What it does with a request.
#[derive(Debug, Clone)]
pub enum Act {
    /// Answers with this status, these headers (each with its line's end) and this body.
    Answer(u16, String, String),
    /// Says nothing for so long, then closes.
    Hang(Duration),
    /// Closes at once.
    Close,
    /// Answers 200 with a body that has no end.
    Endless,
    /// Writes these bytes and closes.
    Raw(String),
}

impl Act {
    pub fn status(status: u16) -> Self {
        Self::Answer(status, String::new(), String::new())
    }
}

type Behaviour = Box<dyn Fn(usize, &Heard) -> Act + Send + Sync>;

pub struct Hooks {
    pub address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
    over: Arc<AtomicBool>,
}

impl Hooks {
    /// Behaves by the number of the request, from 0, and the request.
    pub fn start(behaviour: impl Fn(usize, &Heard) -> Act + Send + Sync + 'static) -> Self {
        Self::on("127.0.0.1:0", behaviour)
    }

    pub fn on(
        address: &str,
        behaviour: impl Fn(usize, &Heard) -> Act + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let over = Arc::new(AtomicBool::new(false));
        let behaviour: Arc<Behaviour> = Arc::new(Box::new(behaviour));
        let (list, end) = (Arc::clone(&heard), Arc::clone(&over));
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                if end.load(Ordering::SeqCst) {
                    return;
                }
                let (behaviour, list) = (Arc::clone(&behaviour), Arc::clone(&list));
                std::thread::spawn(move || {
                    let mut socket = socket.unwrap();
                    while let Some(request) = read(&mut socket) {
                        let number = {
                            let mut list = list.lock().unwrap();
                            list.push(request.clone());
                            list.len() - 1
                        };
                        if !act(&mut socket, &behaviour(number, &request)) {
                            return;
                        }
                    }
                });
            }
        });
        Self {
            address,
            heard,
            over,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}/sms", self.address)
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }
}

impl Drop for Hooks {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

fn read(socket: &mut TcpStream) -> Option<Heard> {
    let (mut bytes, mut piece) = (Vec::new(), [0; 8192]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let (line, head) = head.split_once("\r\n")?;
            let heard = Heard {
                line: line.to_owned(),
                head: head.to_owned(),
                body: body.to_owned(),
            };
            let length = heard.header("content-length").parse().unwrap_or(0);
            if body.len() >= length {
                return Some(heard);
            }
        }
        match socket.read(&mut piece) {
            Ok(n) if n > 0 => bytes.extend_from_slice(&piece[..n]),
            _ => return None,
        }
    }
}

/// `false` when the connection is over.
fn act(socket: &mut TcpStream, act: &Act) -> bool {
    match act {
        Act::Answer(status, headers, body) => {
            let length = body.len();
            let text = format!(
                "HTTP/1.1 {status} Whatever\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
            );
            socket.write_all(text.as_bytes()).is_ok()
        }
        Act::Hang(time) => {
            std::thread::sleep(*time);
            false
        }
        Act::Close => false,
        Act::Endless => {
            let _ = socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2147483648\r\n\r\n");
            while socket.write_all(&[b'x'; 4096]).is_ok() {}
            false
        }
        Act::Raw(text) => {
            let _ = socket.write_all(text.as_bytes());
            false
        }
    }
}
