//! One writer at a time: a kernel lock on a file beside the state, gone with its process.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use crate::store::StoreError;

/// How long a change waits for another to finish.
const PATIENCE: Duration = Duration::from_secs(5);

/// Held for as long as it lives.
#[derive(Debug)]
pub struct Lock {
    _file: Arc<File>,
}

pub(super) fn unopened(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::File {
        doing: "open",
        file: path.display().to_string(),
        error: error.to_string(),
    }
}

pub(super) fn unlocked(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::File {
        doing: "lock",
        file: path.display().to_string(),
        error: error.to_string(),
    }
}

impl Lock {
    /// Takes the lock, waiting at most five seconds.
    pub fn take(path: &Path) -> Result<Self, StoreError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|error| unopened(path, &error))?;
        let file = Arc::new(file);
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => wait(&file, path)?,
            Err(TryLockError::Error(error)) => return Err(unlocked(path, &error)),
        }
        // The holder's number only serves the message above: failing to note it loses nothing.
        let _ = file
            .set_len(0)
            .and_then(|()| writeln!(&*file, "{}", std::process::id()));
        Ok(Self { _file: file })
    }
}

/// Waits in the kernel's queue, where nobody is passed over again and again. Who gives up lets go of
/// the file, and with it of a lock that comes too late.
fn wait(file: &Arc<File>, path: &Path) -> Result<(), StoreError> {
    let (told, locked) = mpsc::channel();
    let waiting = Arc::clone(file);
    thread::spawn(move || told.send(waiting.lock()));
    match locked.recv_timeout(PATIENCE) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(unlocked(path, &error)),
        Err(_) => Err(busy(file, path)),
    }
}

fn busy(mut file: &File, path: &Path) -> StoreError {
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
    StoreError::Locked {
        holder,
        folder: path.parent().unwrap_or(path).display().to_string(),
    }
}
