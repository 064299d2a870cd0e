//! One writer at a time: a kernel lock on a file beside the state, gone with its process.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::error::Failure;

/// How long a change waits for another to finish.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(5);

/// Held for as long as it lives.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// What is said of a file in a home that cannot be written to.
pub(super) fn closed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format_args!("cannot open {}: {error}", path.display()))
        .hint("make the folder one that you may write to, or name another with --home")
}

impl Lock {
    /// Takes the lock, waiting at most five seconds.
    ///
    /// # Errors
    /// When the lock file cannot be opened, or when the wait was in vain: then it says which
    /// process to wait for.
    pub fn take(path: &Path) -> anyhow::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(|error| closed(path, &error))?;
        let give_up = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < give_up => {
                    std::thread::sleep(PAUSE);
                }
                Err(TryLockError::WouldBlock) => return Err(busy(&mut file, path).into()),
                Err(TryLockError::Error(error)) => {
                    return Err(error).with_context(|| format!("cannot lock {}", path.display()));
                }
            }
        }
        // The holder's number only serves the message above: failing to note it loses nothing.
        let _ = file
            .set_len(0)
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        Ok(Self { _file: file })
    }
}

fn busy(file: &mut File, path: &Path) -> Failure {
    let mut holder = String::new();
    let known = file
        .rewind()
        .and_then(|()| file.read_to_string(&mut holder))
        .is_ok();
    let holder = match holder.trim() {
        pid if known && !pid.is_empty() && pid.bytes().all(|b| b.is_ascii_digit()) => {
            format!("process {pid}")
        }
        _ => "another process".to_owned(),
    };
    Failure::failed(format_args!(
        "{} is changing the streams in {}: waited 5 s for it",
        holder,
        path.parent().unwrap_or(path).display()
    ))
    .hint("wait for it to finish, then run the same command again")
}
