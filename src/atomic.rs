//! Replacing a file so that a crash leaves the old one or the new one, and nothing between.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

const TEMP_PREFIX: &str = ".textpeak-";
const TEMP_SUFFIX: &str = ".tmp";

/// A file's new content, durable beside the old one and not yet in its place. Dropped, it is gone.
#[derive(Debug)]
pub struct Staged {
    temp: NamedTempFile,
    target: PathBuf,
}

impl Staged {
    /// Writes a temporary file beside `path` (mode 0600 from its creation) and syncs it. A symbolic
    /// link is followed: its target is what will be replaced.
    pub fn write(path: &Path, parts: &[&str]) -> io::Result<Self> {
        let target = match fs::symlink_metadata(path) {
            Ok(meta) if meta.is_symlink() => fs::canonicalize(path)?,
            _ => path.to_owned(),
        };
        let mut temp = beside(&target)?;
        for part in parts {
            temp.write_all(part.as_bytes()).map_err(plain)?;
        }
        temp.as_file().sync_all()?;
        Ok(Self { temp, target })
    }

    /// Renames it over the old file and syncs the folder. If it fails, the old file is untouched.
    pub fn commit(self) -> io::Result<()> {
        rename(self.temp, &self.target)
    }
}

/// A temporary file, mode 0600, in the folder of the one that it will replace.
pub fn beside(target: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new()
        .prefix(TEMP_PREFIX)
        .suffix(TEMP_SUFFIX)
        .tempfile_in(folder_of(target))
        .map_err(plain)
}

pub fn put(temp: NamedTempFile, target: &Path) -> io::Result<()> {
    temp.as_file().sync_all()?;
    rename(temp, target)
}

fn rename(temp: NamedTempFile, target: &Path) -> io::Result<()> {
    temp.persist(target).map_err(|error| error.error)?;
    sync_folder(&folder_of(target))
}

/// The system's own error, without the temporary path that `tempfile` adds: its name helps nobody.
pub fn plain(error: io::Error) -> io::Error {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.source())
        .map(ToString::to_string);
    inner.map_or(error, io::Error::other)
}

pub fn replace(path: &Path, parts: &[&str]) -> io::Result<()> {
    Staged::write(path, parts)?.commit()
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Removes what killed writers left behind. Only for the holder of the folder's lock: nobody
/// else can be writing then.
pub fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(TEMP_PREFIX) && name.ends_with(TEMP_SUFFIX) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_whole_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        replace(&path, &["old"]).unwrap();
        replace(&path, &["ne", "w"]).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn files_are_for_their_owner_and_links_are_followed() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&target, "old").unwrap();
        symlink(&target, &link).unwrap();
        replace(&link, &["new"]).unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(
            fs::metadata(&target).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        fs::create_dir(&path).unwrap();
        assert!(replace(&path, &["ne", "w"]).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn sweeping_takes_only_our_own_leftovers() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".textpeak-abc.tmp", "state.json", ".textpeak-abc", "x.tmp"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        sweep(folder.path());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    }
}
