//! A gateway in a process of its own, and a client that speaks plain HTTP to it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{PROGRAM, TestEnv};

/// `textpeak serve` on a free port; ended with the value.
pub struct Served {
    child: Option<Child>,
    pub address: SocketAddr,
    /// Where it is served over SMPP, if it is.
    pub smpp: Option<SocketAddr>,
    /// Its log; with `-q` whoever does not read it claims that it is empty.
    stderr: Option<std::process::ChildStderr>,
    is_quiet: bool,
}

/// An HTTP answer.
#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answered {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let line = |line: &str| {
            line.split_once(": ")
                .map(|(key, _)| key.eq_ignore_ascii_case(name))
        };
        let found = self.head.lines().find(|text| line(text) == Some(true))?;
        Some(found.split_once(": ")?.1.trim())
    }
}

impl Served {
    pub fn start(env: &TestEnv, words: &[&str]) -> Self {
        Self::start_with(env, words, &[])
    }

    /// As [`Served::start`], with more in its environment.
    pub fn start_with(env: &TestEnv, words: &[&str], more: &[(&str, &str)]) -> Self {
        let mut command = env.command();
        command.envs(more.iter().copied());
        Self::spawn(command, words)
    }

    /// As [`Served::start`], with this many file descriptors at most.
    #[cfg(unix)]
    pub fn start_within(env: &TestEnv, words: &[&str], descriptors: u32) -> Self {
        let mut command = env.command_of("sh");
        let script = format!("ulimit -n {descriptors} && exec \"$0\" \"$@\"");
        command.args(["-c", &script, PROGRAM]);
        Self::spawn(command, words)
    }

    fn spawn(mut command: std::process::Command, words: &[&str]) -> Self {
        command
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(words);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut ready).unwrap();
        let Some(address) = ready.trim().strip_prefix("Listening on http://") else {
            let mut said = String::new();
            let _ = child.stderr.take().unwrap().read_to_string(&mut said);
            panic!("{PROGRAM} serve said {ready:?} and {said:?}");
        };
        let smpp = words.contains(&"--smpp").then(|| {
            let mut ready = String::new();
            stdout.read_line(&mut ready).unwrap();
            let (_, address) = ready.trim().split_once("://").unwrap();
            address.parse().unwrap()
        });
        Self {
            address: address.parse().unwrap(),
            smpp,
            stderr: child.stderr.take(),
            is_quiet: words.contains(&"-q"),
            child: Some(child),
        }
    }

    /// A gateway that somebody else started, and ends.
    pub fn elsewhere(address: SocketAddr) -> Self {
        Self {
            child: None,
            address,
            smpp: None,
            stderr: None,
            is_quiet: false,
        }
    }

    /// Its process.
    pub fn child(&mut self) -> &mut Child {
        self.child.as_mut().unwrap()
    }

    /// Its process's id.
    pub fn id(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Kilobytes of memory that it has held at most.
    #[cfg(target_os = "linux")]
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM"))
            .unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Kills it, without a chance to finish anything.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// A request with a JSON body and a token.
    pub fn post(&self, path: &str, token: &str, body: &Value) -> Answered {
        let headers = format!("Authorization: {token}\r\nContent-Type: application/json\r\n");
        self.call("POST", path, &headers, body.to_string().as_bytes())
    }

    /// A request to send these messages.
    pub fn send(&self, token: &str, messages: &[Value]) -> Answered {
        self.post("/simple_send/", token, &json!({ "messages": messages }))
    }

    /// What is answered to these messages; `None` when the gateway is gone.
    pub fn try_post(&self, token: &str, messages: &[Value]) -> Option<Answered> {
        let headers = format!("Authorization: {token}\r\nContent-Type: application/json\r\n");
        let body = json!({ "messages": messages }).to_string();
        let request = self.request("POST", "/simple_send/", &headers, body.as_bytes());
        attempt(self.address, &request)
    }

    /// The id of a message that was accepted; `None` when the gateway is gone.
    pub fn try_send(&self, token: &str, messages: &[Value]) -> Option<String> {
        let answer = self.try_post(token, messages)?;
        let (_, rest) = answer.body.split_once("\"message_uuid\":\"")?;
        Some(rest[..36].to_owned())
    }

    /// Any request. A `Host` is added where the headers have none.
    pub fn call(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Answered {
        exchange(self.address, &self.request(method, path, headers, body))
    }

    fn request(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
        let host = if headers.to_lowercase().contains("host:") {
            String::new()
        } else {
            format!("Host: {}\r\n", self.address)
        };
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\n{host}{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        [head.as_bytes(), body].concat()
    }

    /// Asks it to end, and waits until it has; its exit code, and what it said on stderr.
    #[cfg(unix)]
    pub fn stop(mut self) -> (Option<i32>, String) {
        let mut child = self.child.take().unwrap();
        signal(&child, "TERM");
        let code = child.wait().unwrap().code();
        (code, self.log())
    }

    /// What is left to read of its log once it has ended.
    pub fn log(&mut self) -> String {
        let mut log = String::new();
        if let Some(mut stderr) = self.stderr.take() {
            stderr.read_to_string(&mut log).unwrap();
        }
        log
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.kill();
        // A test that fails already has its own reason to show.
        if self.is_quiet && !std::thread::panicking() {
            assert_eq!(self.log(), "", "said by a gateway with -q");
        }
    }
}

/// Sends a signal to a child that is not waited for yet.
#[cfg(unix)]
pub fn signal(child: &Child, name: &str) {
    let id = child.id().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-s", name, &id])
        .status();
    assert!(sent.unwrap().success());
}

/// Writes these bytes to an address and reads the answer to its end.
pub fn exchange(address: SocketAddr, bytes: &[u8]) -> Answered {
    attempt(address, bytes).unwrap()
}

/// As [`exchange`]; `None` where nobody listens.
fn attempt(address: SocketAddr, bytes: &[u8]) -> Option<Answered> {
    let mut socket = TcpStream::connect(address).ok()?;
    socket
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    // Who answers early may close before everything is written.
    let _ = socket.write_all(bytes);
    let mut answer = Vec::new();
    let _ = socket.read_to_end(&mut answer);
    let text = String::from_utf8(answer).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    Some(Answered {
        status: status.unwrap_or(0),
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

/// Asks again until it is so, for ten seconds at most.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let give_up = Instant::now() + Duration::from_secs(10);
    while !is_so() {
        assert!(Instant::now() < give_up, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
