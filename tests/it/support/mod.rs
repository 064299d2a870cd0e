//! A home of its own for each test, and runs of the program that see nothing else.

#[cfg(unix)]
pub mod account_api;
#[cfg(unix)]
pub mod gateway;
#[cfg(unix)]
mod need;
#[cfg(all(unix, feature = "postgres"))]
pub mod postgres;
#[cfg(unix)]
pub mod receiver;
mod run;
#[cfg(unix)]
pub mod smsc;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

#[cfg(unix)]
pub use need::{ability, installed, need, succeeds};
pub use run::{Run, finish};

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_textpeak");

/// A folder that is gone after the test, with a home in it that is not there yet.
pub struct TestEnv {
    folder: tempfile::TempDir,
    #[cfg(all(unix, feature = "postgres"))]
    database: Option<postgres::Database>,
    /// Where its home is, if that is no folder.
    url: Option<String>,
}

impl TestEnv {
    pub fn new() -> Self {
        #[cfg(all(unix, feature = "postgres"))]
        let database = on_a_database().then(|| postgres::Cluster::shared().unwrap().database());
        Self {
            folder: tempfile::tempdir().unwrap(),
            #[cfg(all(unix, feature = "postgres"))]
            url: database.as_ref().map(|database| database.url.clone()),
            #[cfg(all(unix, feature = "postgres"))]
            database,
            #[cfg(not(all(unix, feature = "postgres")))]
            url: None,
        }
    }

    /// One whose home is this database.
    #[cfg(all(unix, feature = "postgres"))]
    pub fn on(url: &str) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            database: None,
            url: Some(url.to_owned()),
        }
    }

    /// The test's folder, for files of its own.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where the program keeps its files.
    pub fn home(&self) -> PathBuf {
        self.folder().join("home")
    }

    fn home_or_url(&self) -> std::ffi::OsString {
        let url = self.url.as_ref();
        url.map_or_else(|| self.home().into(), Into::into)
    }

    /// The program, in an environment that holds only what the test knows.
    pub fn command(&self) -> Command {
        self.command_of(PROGRAM)
    }

    /// Another program, in the same environment.
    pub fn command_of(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder())
            .env("TEXTPEAK_HOME", self.home_or_url())
            .env("TZ", "UTC")
            .env("TERM", "xterm")
            .stdin(Stdio::null());
        command
    }

    #[track_caller]
    pub fn run(&self, words: &[&str]) -> Run {
        let run = finish(self.command().args(words));
        self.in_force();
        run
    }

    /// What a command changed in a database is in force at gateways soon, and in a folder at once.
    fn in_force(&self) {
        if self.url.is_some() {
            std::thread::sleep(std::time::Duration::from_millis(60));
        }
    }

    /// As [`TestEnv::run`], with something on standard input.
    #[track_caller]
    pub fn run_with_input(&self, words: &[&str], input: &str) -> Run {
        let mut command = self.command();
        command
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that does not read its input closes it, which is its right.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let run = Run::new(&command, child.wait_with_output().unwrap());
        self.in_force();
        run
    }

    /// A run that must succeed and say nothing on stderr; its stdout.
    #[track_caller]
    pub fn ok(&self, words: &[&str]) -> String {
        self.ok_saying(words, "")
    }

    /// As [`TestEnv::ok`], with something on stderr: see [`Run::ok_saying`].
    #[track_caller]
    pub fn ok_saying(&self, words: &[&str], stderr: &str) -> String {
        self.run(words).ok_saying(stderr)
    }

    /// A run that must succeed with JSON; the JSON.
    #[track_caller]
    pub fn json(&self, words: &[&str]) -> Value {
        let out = self.ok(&[&["-o", "json"], words].concat());
        serde_json::from_str(&out).unwrap()
    }

    /// A run that must fail with this code; its stderr.
    #[track_caller]
    pub fn fails(&self, code: i32, words: &[&str]) -> String {
        let run = self.run(words);
        assert_eq!(run.code, code, "{words:?}: {run:?}");
        assert_eq!(run.stdout, "", "{words:?}");
        run.stderr.to_string()
    }

    /// The state file's JSON; of a home in a database, what a copy of it has.
    pub fn state(&self) -> Value {
        let text = std::fs::read_to_string(self.files().join("state.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    #[cfg(all(unix, feature = "postgres"))]
    fn files(&self) -> PathBuf {
        let Some(database) = &self.database else {
            return self.home();
        };
        let folder = self.folder().join("copy");
        let _ = std::fs::remove_dir_all(&folder);
        database.copy_to(&folder);
        folder
    }

    #[cfg(not(all(unix, feature = "postgres")))]
    fn files(&self) -> PathBuf {
        self.home()
    }
}

/// Ids, tokens and times as one sample each, so that a snapshot can hold them.
pub fn settled(text: &str) -> String {
    let mut settled = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (shown, used) = sample(rest).unwrap_or((String::from(c), c.len_utf8()));
        settled += &shown;
        rest = &rest[used..];
    }
    settled
}

fn sample(text: &str) -> Option<(String, usize)> {
    let word = |extra: &str| {
        text.find(|c: char| !c.is_ascii_alphanumeric() && !extra.contains(c))
            .unwrap_or(text.len())
    };
    let masked = text.starts_with("tp_********").then(|| word("_*"));
    match text {
        _ if text.starts_with("st_") && word("_") == 15 => Some(("st_000000000000".into(), 15)),
        _ if text.starts_with("tp_") && word("_") == 39 => {
            Some((format!("tp_{}", "0".repeat(36)), 39))
        }
        _ if masked == Some(15) => Some(("tp_********0000".into(), 15)),
        _ if shaped(text, TIME) => Some(("2026-01-01 00:00 +00:00".into(), 23)),
        _ if shaped(text, UUID) => Some(("01890a5d-ac96-774b-bcce-b302099a8057".into(), 36)),
        _ => None,
    }
}

const TIME: &str = "nnnn-nn-nn nn:nn +00:00";
const UUID: &str = "xxxxxxxx-xxxx-7xxx-xxxx-xxxxxxxxxxxx";

/// Whether a text begins like this: `n` is a digit, `x` a hexadecimal one.
fn shaped(text: &str, shape: &str) -> bool {
    text.len() >= shape.len()
        && text.bytes().zip(shape.bytes()).all(|(b, s)| match s {
            b'n' => b.is_ascii_digit(),
            b'x' => b.is_ascii_hexdigit(),
            _ => b == s,
        })
}

/// A server that takes one request, whatever it is, and answers 200.
pub struct Receiver {
    pub address: std::net::SocketAddr,
    thread: std::thread::JoinHandle<String>,
}

impl Receiver {
    pub fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let thread = std::thread::spawn(move || take_one(&listener));
        Self { address, thread }
    }

    /// The request as it came.
    pub fn heard(self) -> String {
        self.thread.join().unwrap()
    }
}

fn take_one(listener: &std::net::TcpListener) -> String {
    use std::io::Read as _;
    let (mut socket, _) = listener.accept().unwrap();
    let (mut heard, mut piece) = (String::new(), [0; 4096]);
    while !is_whole(&heard) {
        let read = socket.read(&mut piece).unwrap();
        assert_ne!(read, 0, "cut off after {heard}");
        heard += std::str::from_utf8(&piece[..read]).unwrap();
    }
    socket
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        .unwrap();
    heard
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        line.to_lowercase()
            .strip_prefix("content-length: ")?
            .parse()
            .ok()
    });
    body.len() >= length.unwrap_or(0)
}

/// Whether the program's homes are databases in this run: see `both_homes.rs`.
#[cfg(all(unix, feature = "postgres"))]
pub fn on_a_database() -> bool {
    std::env::var_os("TEXTPEAK_TESTS_HOME").is_some_and(|home| home == "postgres")
}
