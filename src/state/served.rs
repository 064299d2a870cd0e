//! The home as a gateway uses it: told of every change, and known to be served.

use std::fs::{self, File, OpenOptions};
use std::path::PathBuf;

use anyhow::Context as _;

use super::home::Home;
use super::lock::closed;

/// What tells one version of a file from the next, without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp(Vec<u64>);

/// Says that a gateway serves the home, for as long as it lives. The kernel takes it back from a
/// process that was killed.
#[derive(Debug)]
pub struct Serving {
    _file: File,
}

impl Home {
    /// The state file as it is now; `None` where there is none.
    #[must_use]
    pub fn stamp(&self) -> Option<Stamp> {
        fs::metadata(self.state_path())
            .ok()
            .map(|meta| stamp(&meta))
    }

    /// Where messages are kept.
    #[must_use]
    pub fn journal_path(&self) -> PathBuf {
        self.folder().join("messages.db")
    }

    /// Makes an empty journal file where there is none, for its owner only; its path.
    ///
    /// # Errors
    /// When the folder or the file cannot be made.
    pub fn prepare_journal(&self) -> anyhow::Result<PathBuf> {
        self.create_folder()?;
        let path = self.journal_path();
        private(OpenOptions::new().write(true).create(true))
            .open(&path)
            .map_err(|error| closed(&path, &error))?;
        Ok(path)
    }

    fn serving_path(&self) -> PathBuf {
        self.folder().join(".serving")
    }

    /// Says that this process serves the home. Several may.
    ///
    /// # Errors
    /// When the mark cannot be made.
    pub fn announce_serving(&self) -> anyhow::Result<Serving> {
        let path = self.serving_path();
        let file = private(OpenOptions::new().write(true).create(true))
            .open(&path)
            .map_err(|error| closed(&path, &error))?;
        file.lock_shared()
            .with_context(|| format!("cannot lock {}", path.display()))?;
        Ok(Serving { _file: file })
    }

    /// Whether a process serves the home.
    #[must_use]
    pub fn is_served(&self) -> bool {
        let file = OpenOptions::new().write(true).open(self.serving_path());
        file.is_ok_and(|file| file.try_lock().is_err())
    }
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.truncate(false)
}

#[cfg(unix)]
fn stamp(meta: &fs::Metadata) -> Stamp {
    use std::os::unix::fs::MetadataExt as _;
    let times = [
        meta.mtime(),
        meta.mtime_nsec(),
        meta.ctime(),
        meta.ctime_nsec(),
    ];
    let times = times.map(i64::cast_unsigned);
    Stamp(
        [meta.dev(), meta.ino(), meta.size()]
            .into_iter()
            .chain(times)
            .collect(),
    )
}

#[cfg(not(unix))]
fn stamp(meta: &fs::Metadata) -> Stamp {
    let modified = meta.modified().ok();
    let since = modified.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    let since = since.unwrap_or_default();
    Stamp(vec![
        meta.len(),
        since.as_secs(),
        since.subsec_nanos().into(),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_is_served_as_long_as_somebody_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::locate(Some(folder.path().to_owned())).unwrap();
        assert!(!home.is_served());
        let (one, other) = (
            home.announce_serving().unwrap(),
            home.announce_serving().unwrap(),
        );
        assert!(home.is_served());
        drop(one);
        assert!(home.is_served());
        drop(other);
        assert!(!home.is_served());
    }

    #[test]
    fn every_change_of_the_state_file_changes_its_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::locate(Some(folder.path().to_owned())).unwrap();
        assert_eq!(home.stamp(), None);
        let path = folder.path().join("state.json");
        let mut seen = vec![];
        for text in ["a", "b", "b"] {
            crate::atomic::replace(&path, &[text]).unwrap();
            let stamp = home.stamp().unwrap();
            assert!(!seen.contains(&stamp), "{stamp:?}");
            assert_eq!(home.stamp().unwrap(), stamp);
            seen.push(stamp);
        }
    }
}
