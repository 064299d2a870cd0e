//! A pseudo-terminal with the program in it: what is typed, what was written, what can be seen.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use rexpect::process::{PtyProcess, Signal, WaitStatus};

use crate::support::{PROGRAM, TestEnv};

/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(10);

/// Keys that are not letters.
#[derive(Clone, Copy)]
pub enum Key {
    Left,
    Down,
    Home,
    End,
    Delete,
    Enter,
    Esc,
    CtrlC,
}

/// The program, on a terminal of its own.
pub struct Tty {
    process: PtyProcess,
    master: File,
    chunks: Receiver<Vec<u8>>,
    written: Vec<u8>,
    mark: usize,
    screen: vt100::Parser,
}

/// How a run on a terminal ended.
pub struct Ended {
    pub code: i32,
    /// All that was written, escape sequences included.
    pub raw: String,
    /// What can be seen.
    pub screen: String,
    /// The terminal's modes as `stty -a` tells them.
    pub modes: String,
}

impl Tty {
    /// Runs the program on a terminal as large as most.
    pub fn new(env: &TestEnv, words: &[&str]) -> Self {
        Self::sized(env, words, 100)
    }

    /// Runs the program on a terminal of so many columns.
    pub fn sized(env: &TestEnv, words: &[&str], columns: u16) -> Self {
        Self::with(env, words, columns, &[])
    }

    /// As [`Tty::sized`], with more in the environment.
    pub fn with(env: &TestEnv, words: &[&str], columns: u16, more: &[(&str, &str)]) -> Self {
        // High enough that nothing scrolls away: what was left on the screen is on it.
        Self::with_rows(env, words, (columns, 300), more)
    }

    /// On a terminal of so many columns and rows.
    pub fn with_rows(
        env: &TestEnv,
        words: &[&str],
        (columns, rows): (u16, u16),
        more: &[(&str, &str)],
    ) -> Self {
        let mut shell = Command::new("sh");
        shell.env_clear();
        for (name, value) in env.command().get_envs() {
            shell.env(name, value.unwrap_or_default());
        }
        shell.envs(more.iter().copied());
        shell
            .arg("-c")
            .arg(format!(
                "stty rows {rows} columns {columns} echo && exec \"$0\" \"$@\""
            ))
            .arg(PROGRAM)
            .args(words);
        let mut process = PtyProcess::new(shell).unwrap();
        process.set_kill_timeout(Some(1000));
        let master = process.get_file_handle().unwrap();
        let (send, chunks) = channel();
        let mut output = master.try_clone().unwrap();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // The end is an error here: no process has the terminal any more.
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                if send.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            process,
            master,
            chunks,
            written: Vec::new(),
            mark: 0,
            screen: vt100::Parser::new(size(rows), size(columns), 0),
        }
    }

    /// Takes what was written meanwhile; `false` at the end of it.
    fn take(&mut self, wait: Duration) -> bool {
        match self.chunks.recv_timeout(wait) {
            Ok(chunk) => {
                self.screen.process(&chunk);
                self.written.extend(chunk);
                true
            }
            Err(RecvTimeoutError::Timeout) => true,
            Err(RecvTimeoutError::Disconnected) => false,
        }
    }

    /// What was written since the last key, without escape sequences.
    fn fresh(&self) -> String {
        let raw = String::from_utf8_lossy(&self.written[self.mark..]);
        console::strip_ansi_codes(&raw).replace('\r', "")
    }

    /// Waits until this was written since the last key.
    pub fn wait_for(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let fresh = self.fresh();
            if fresh.contains(text) {
                return fresh;
            }
            let goes_on = self.take(Duration::from_millis(20));
            assert!(
                goes_on && Instant::now() < deadline || self.fresh().contains(text),
                "no {text:?} on the screen:\n{}",
                self.screen.screen().contents()
            );
        }
    }

    /// Waits until a question is asked, and until a key would be read as its answer. Gives what
    /// was written since the last key.
    pub fn asked(&mut self, label: &str) -> String {
        self.wait_for(&format!("? {label}"));
        self.listening();
        self.fresh()
    }

    /// Waits until the program reads keys: it does so key by key, with a gap after each.
    pub fn listening(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while !self.modes().contains("-icanon") {
            assert!(Instant::now() < deadline, "no keys are read");
        }
        while self.chunks.try_recv().is_ok_and(|chunk| {
            self.screen.process(&chunk);
            self.written.extend(chunk);
            true
        }) {}
    }

    fn modes(&self) -> String {
        let master = self.master.try_clone().unwrap();
        let mut stty = Command::new("stty");
        let output = stty.arg("-a").stdin(Stdio::from(master)).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Sends bytes as they are.
    pub fn send(&mut self, bytes: &str) {
        self.mark = self.written.len();
        self.master.write_all(bytes.as_bytes()).unwrap();
    }

    pub fn key(&mut self, key: Key) {
        self.send(match key {
            Key::Left => "\x1b[D",
            Key::Down => "\x1b[B",
            Key::Home => "\x1b[H",
            Key::End => "\x1b[F",
            Key::Delete => "\x1b[3~",
            Key::Enter => "\r",
            Key::Esc => "\x1b",
            Key::CtrlC => "\x03",
        });
    }

    /// Answers a question with a line; gives what was written with the question.
    pub fn answer(&mut self, label: &str, line: &str) -> String {
        let shown = self.asked(label);
        self.send(&format!("{line}\r"));
        shown
    }

    /// The entry that Enter would take; none while the menu is being drawn.
    fn offered(&self) -> Option<String> {
        let screen = self.screen.screen().contents();
        let mut lines = screen.lines().rev();
        lines.find_map(|line| line.strip_prefix("❯ ").map(str::to_owned))
    }

    /// Waits until Enter would take an entry of which this is true.
    fn wait_for_offer(&mut self, wanted: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let offered = self.offered();
            if let Some(offered) = offered.filter(|entry| wanted(entry)) {
                return offered;
            }
            let screen = self.screen.screen().contents();
            assert!(Instant::now() < deadline, "not offered:\n{screen}");
            self.take(Duration::from_millis(20));
        }
    }

    /// Waits until Enter would take the entry that starts like this.
    pub fn offers(&mut self, entry: &str) {
        self.wait_for_offer(|offered| offered.starts_with(entry));
        self.listening();
    }

    /// Answers a menu with what it offers first, which must start like this.
    pub fn accept(&mut self, label: &str, entry: &str) -> String {
        let shown = self.asked(label);
        self.offers(entry);
        self.key(Key::Enter);
        shown
    }

    /// Answers a menu with the entry that starts like this; gives what was written with the menu.
    pub fn pick(&mut self, label: &str, entry: &str) -> String {
        let shown = self.asked(label);
        let first = self.wait_for_offer(|_| true);
        let mut offered = first.clone();
        while !offered.starts_with(entry) {
            self.key(Key::Down);
            offered = self.wait_for_offer(|now| now != offered);
            self.listening();
            assert!(offered != first, "no {entry:?} in the menu {label:?}");
        }
        self.key(Key::Enter);
        shown
    }

    /// What can be seen.
    pub fn screen(&self) -> String {
        self.screen.screen().contents()
    }

    /// Waits until this can be seen.
    pub fn sees(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        while !self.screen().contains(text) {
            assert!(
                self.take(Duration::from_millis(20)) && Instant::now() < deadline,
                "no {text:?} in sight:\n{}",
                self.screen()
            );
        }
        self.screen()
    }

    /// As a terminal does with what is pasted into it.
    pub fn paste(&mut self, text: &str) {
        let text = text.replace('\n', "\r");
        self.send(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// Ends the program as a crash would.
    pub fn kill(mut self) {
        self.process.signal(Signal::SIGKILL).unwrap();
        self.process.wait().unwrap();
    }

    /// Waits for the program's end.
    pub fn finish(mut self) -> Ended {
        let deadline = Instant::now() + PATIENCE;
        while self.take(Duration::from_millis(20)) {
            let screen = self.screen.screen().contents();
            assert!(Instant::now() < deadline, "still running:\n{screen}");
        }
        let status = self.process.wait().unwrap();
        let WaitStatus::Exited(_, code) = status else {
            panic!("{status:?}");
        };
        Ended {
            code,
            raw: String::from_utf8_lossy(&self.written).into_owned(),
            screen: self.screen.screen().contents(),
            modes: self.modes(),
        }
    }
}

fn size(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).unwrap()
}

/// A terminal's clipboard sequence for a text (OSC 52).
pub fn clipboard(text: &str) -> String {
    use base64::Engine as _;
    let payload = base64::engine::general_purpose::STANDARD.encode(text);
    format!("\x1b]52;c;{payload}\x07")
}
