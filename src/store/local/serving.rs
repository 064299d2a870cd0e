//! The home as a gateway uses it: known to be served, with a file for its messages.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use super::home::Home;
use super::lock::{unlocked, unopened};
use crate::store::StoreError;

/// Says that a gateway serves the home, for as long as it lives. The kernel takes it back from a
/// process that was killed.
#[derive(Debug)]
pub struct Serving {
    _file: File,
}

impl Home {
    pub fn messages_path(&self) -> PathBuf {
        self.folder().join("messages.db")
    }

    /// Makes an empty file where there is none, for its owner only.
    pub(super) fn create_private(&self, path: &Path) -> Result<(), StoreError> {
        self.create_folder()?;
        let opened = private(OpenOptions::new().write(true).create(true)).open(path);
        opened.map(drop).map_err(|error| unopened(path, &error))
    }

    fn serving_path(&self) -> PathBuf {
        self.folder().join(".serving")
    }

    /// Says that this process serves the home. Several may.
    pub fn announce_serving(&self) -> Result<Serving, StoreError> {
        let path = self.serving_path();
        let file = private(OpenOptions::new().write(true).create(true))
            .open(&path)
            .map_err(|error| unopened(&path, &error))?;
        file.lock_shared()
            .map_err(|error| unlocked(&path, &error))?;
        Ok(Serving { _file: file })
    }

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
}
