//! An SMSC out of an independent library, which runs in Node.js.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use super::gateway::signal;
use super::{installed, need};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

pub struct Smsc {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    pub port: u16,
}

impl Smsc {
    /// Behaves as a JSON object says; `None` where the library is not there.
    #[track_caller]
    pub fn start(behavior: &Value) -> Option<Self> {
        let modules = PathBuf::from(ROOT).join("target/smpp/node_modules");
        let there = installed("node") && need("smpp for Node.js", modules.join("smpp").is_dir());
        there.then(|| Self::spawn(&modules, behavior))
    }

    fn spawn(modules: &PathBuf, behavior: &Value) -> Self {
        let mut child = Command::new("node")
            .arg(format!("{ROOT}/tests/it/clients/smsc.mjs"))
            .arg(behavior.to_string())
            .env("NODE_PATH", modules)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut smsc = Self {
            child,
            stdin,
            stdout,
            port: 0,
        };
        smsc.port = u16::try_from(smsc.answer()["port"].as_u64().unwrap()).unwrap();
        smsc
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    pub fn ask(&mut self, command: &str) -> Value {
        writeln!(self.stdin, "{command}").unwrap();
        self.answer()
    }

    fn answer(&mut self) -> Value {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// A count of its state.
    pub fn count(&mut self, name: &str) -> u64 {
        self.ask("state")[name].as_u64().unwrap()
    }
}

impl Drop for Smsc {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
