//! A disk, as the calls that strace recorded would leave it: what is synced is there after a power
//! cut; what is not may be there or not. A name counts once its folder was synced.

use std::collections::HashMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::support::gateway::eventually;
use crate::support::{TestEnv, ability, installed, succeeds};

/// The calls that a disk has to know of, and those that say something to others.
pub const CALLS: &str = "trace=open,openat,creat,write,pwrite64,ftruncate,fsync,fdatasync,rename,renameat,\
    renameat2,unlink,unlinkat,writev,sendto";

/// What strace has to say of them.
pub const WHOLE: [&str; 6] = ["-y", "-xx", "-s", "70000", "-e", CALLS];

/// A command, run under strace.
pub fn strace(trace: &Path, traced: &Command) -> Command {
    strace_with(&WHOLE, trace, traced)
}

/// As [`strace`], looking at other calls.
pub fn strace_with(how: &[&str], trace: &Path, traced: &Command) -> Command {
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-o"])
        .arg(trace)
        .args(how)
        .arg(traced.get_program())
        .args(traced.get_args());
    for (name, value) in traced.get_envs() {
        if let Some(value) = value {
            strace.env(name, value);
        }
    }
    strace
}

/// A gateway under strace.
pub struct TracedGateway {
    child: Child,
    trace: PathBuf,
    pub address: SocketAddr,
}

impl TracedGateway {
    pub fn start(env: &TestEnv, how: &[&str]) -> Self {
        let (trace, ready) = (env.folder().join("trace"), env.folder().join("ready"));
        let mut gateway = env.command();
        gateway.args(["serve", "--listen", "127.0.0.1:0", "-q"]);
        let child = strace_with(how, &trace, &gateway)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .stdout(fs::File::create(&ready).unwrap())
            .spawn()
            .unwrap();
        let address = || {
            let text = fs::read_to_string(&ready).unwrap();
            let address = text.trim().strip_prefix("Listening on http://")?;
            address.parse().ok()
        };
        eventually("it serves under strace", || address().is_some());
        Self {
            child,
            trace,
            address: address().unwrap(),
        }
    }

    /// Kills it; the trace. strace ends with what it traces, whose id opens the trace.
    pub fn kill(mut self) -> String {
        let trace = || fs::read_to_string(&self.trace).unwrap();
        let id = trace().split(' ').next().unwrap().to_owned();
        let killed = Command::new("kill").args(["-KILL", &id]).status();
        assert!(killed.unwrap().success());
        self.child.wait().unwrap();
        fs::read_to_string(&self.trace).unwrap()
    }
}

/// Whether this machine lets a test trace processes.
pub fn may_trace() -> bool {
    let works = || succeeds("strace", &["-o", "/dev/null", "true"]);
    installed("strace") && ability("tracing a process", works())
}

/// What a process said to others, and on which descriptor's calls.
#[derive(Debug)]
pub struct Said(pub String);

/// A file's content: what is synced, and the writes that are not yet.
#[derive(Default, Clone, Debug)]
struct Content {
    synced: Vec<u8>,
    waiting: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

impl Content {
    fn length(&self) -> usize {
        let mut length = self.synced.len();
        for change in &self.waiting {
            match change {
                Change::Write(at, bytes) => length = length.max(at + bytes.len()),
                Change::Length(to) => length = *to,
            }
        }
        length
    }

    /// The content after a cut that kept only the waiting changes that are chosen.
    fn after_cut(&self, keep: Kept) -> Vec<u8> {
        let mut bytes = self.synced.clone();
        for (_, change) in self.waiting.iter().enumerate().filter(|(n, _)| keep(*n)) {
            match change {
                Change::Write(at, written) => {
                    let end = at + written.len();
                    bytes.resize(bytes.len().max(end), 0);
                    bytes[*at..end].copy_from_slice(written);
                }
                Change::Length(to) => bytes.resize(*to, 0),
            }
        }
        bytes
    }
}

/// Which of the waiting changes come to the disk all the same.
pub type Kept = fn(usize) -> bool;

/// The cuts that are tried: nothing that waits is kept, every other change, all but the first ones,
/// everything.
pub const CUTS: [(&str, Kept); 4] = [
    ("none", |_| false),
    ("odd", |n| n % 2 == 1),
    ("late", |n| n > 3),
    ("all", |_| true),
];

/// One folder of a disk.
#[derive(Default, Debug)]
pub struct Disk {
    folder: PathBuf,
    contents: Vec<Content>,
    /// Names as processes see them, and as a cut would leave them.
    names: HashMap<String, usize>,
    synced: HashMap<String, usize>,
    begun: HashMap<String, String>,
}

impl Disk {
    /// With the files that are there, all of them synced.
    pub fn of(folder: &Path) -> Self {
        let mut disk = Self {
            folder: folder.to_owned(),
            ..Self::default()
        };
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                disk.names.insert(name, disk.contents.len());
                let synced = fs::read(&path).unwrap();
                disk.contents.push(Content {
                    synced,
                    waiting: Vec::new(),
                });
            }
        }
        disk.synced = disk.names.clone();
        disk
    }

    /// One line of a trace; what it said to others, if it did.
    pub fn call(&mut self, line: &str) -> Option<Said> {
        let (process, call) = line.split_once(' ')?;
        let mut call = call.trim_start();
        let whole;
        // A call that another thread's came in between is put together again.
        if let Some(start) = call.strip_suffix("<unfinished ...>") {
            self.begun.insert(process.to_owned(), start.to_owned());
            return None;
        } else if let Some((_, rest)) = call.split_once(" resumed>") {
            whole = self.begun.remove(process)? + rest;
            call = &whole;
        }
        let (verb, rest) = call.split_once('(')?;
        if rest.rsplit(" = ").next()?.starts_with('-') {
            return None;
        }
        match verb {
            "open" | "openat" | "creat" => self.open(rest),
            "write" | "pwrite64" => return self.write(verb, rest),
            "writev" | "sendto" => return Some(Said(text(&rest[rest.find(", ")?..]))),
            "ftruncate" => {
                let to = number(rest.split(", ").nth(1)?)?;
                self.content(rest)?.waiting.push(Change::Length(to));
            }
            "fsync" | "fdatasync" => self.sync(rest),
            _ if verb.starts_with("rename") => {
                let mut names = paths(rest).filter_map(|path| self.own(&path));
                let (from, to) = (names.next()?, names.next()?);
                let content = self.names.remove(&from)?;
                self.names.insert(to, content);
            }
            _ if verb.starts_with("unlink") => {
                let name = self.own(&paths(rest).next()?)?;
                self.names.remove(&name);
            }
            _ => {}
        }
        None
    }

    fn open(&mut self, rest: &str) {
        let Some(name) = paths(rest).next().and_then(|path| self.own(&path)) else {
            return;
        };
        if !self.names.contains_key(&name) {
            if !rest.contains("O_CREAT") {
                return;
            }
            self.names.insert(name.clone(), self.contents.len());
            self.contents.push(Content::default());
        }
        if rest.contains("O_TRUNC") {
            self.contents[self.names[&name]]
                .waiting
                .push(Change::Length(0));
        }
    }

    fn write(&mut self, verb: &str, rest: &str) -> Option<Said> {
        let bytes = unescaped(rest.split('"').nth(1)?);
        let at = match verb {
            "pwrite64" => number(rest.rsplit("\", ").next()?.split(", ").nth(1)?),
            _ => None,
        };
        let Some(content) = self.content(rest) else {
            return Some(Said(String::from_utf8_lossy(&bytes).into_owned()));
        };
        // Without a place it goes on at the end: nobody here seeks.
        let at = at.unwrap_or_else(|| content.length());
        content.waiting.push(Change::Write(at, bytes));
        None
    }

    fn sync(&mut self, rest: &str) {
        if let Some(content) = self.content(rest) {
            let synced = content.after_cut(|_| true);
            *content = Content {
                synced,
                waiting: Vec::new(),
            };
        } else if described(rest).is_some_and(|path| Path::new(&path) == self.folder) {
            self.synced = self.names.clone();
        }
    }

    /// The content that a call's descriptor stands for.
    fn content(&mut self, rest: &str) -> Option<&mut Content> {
        let name = self.own(&described(rest)?)?;
        self.contents.get_mut(*self.names.get(&name)?)
    }

    /// A path's name, if it lies in the folder.
    fn own(&self, path: &str) -> Option<String> {
        let path = Path::new(path.strip_suffix(" (deleted)").unwrap_or(path));
        let name = path.file_name()?.to_string_lossy().into_owned();
        (path.parent()? == self.folder).then_some(name)
    }

    /// Puts into a folder what a cut would leave: names as they were synced, or as they are.
    pub fn after_cut(&self, into: &Path, keep: Kept, newest_names: bool) {
        let names = if newest_names {
            &self.names
        } else {
            &self.synced
        };
        for (name, content) in names {
            // Memory that processes share is gone with them.
            if !name.ends_with("-shm") {
                fs::write(into.join(name), self.contents[*content].after_cut(keep)).unwrap();
            }
        }
    }
}

/// The bytes of a string as strace writes it: `\x00\x01…`.
fn unescaped(text: &str) -> Vec<u8> {
    let digits = text.split("\\x").skip(1);
    digits
        .filter_map(|two| u8::from_str_radix(two.get(..2)?, 16).ok())
        .collect()
}

fn text(escaped: &str) -> String {
    String::from_utf8_lossy(&unescaped(escaped)).into_owned()
}

/// The path of a call's descriptor: `9<\x2f…>`.
fn described(rest: &str) -> Option<String> {
    let (_, path) = rest.split([',', ')']).next()?.split_once('<')?;
    Some(text(path.split_once('>')?.0))
}

/// The paths that stand between quotes.
fn paths(rest: &str) -> impl Iterator<Item = String> {
    rest.split('"').skip(1).step_by(2).map(text)
}

fn number(text: &str) -> Option<usize> {
    let digits = text.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}
