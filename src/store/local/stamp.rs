//! What tells one version of a file from the next, without reading it.

use std::fs::{self, Metadata};
use std::path::Path;

use crate::store::Revision;

/// A file's identity, size and times; `None` stands for a file that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp([u64; 7]);

impl Stamp {
    pub fn of(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().as_ref().map(Self::read)
    }

    #[cfg(unix)]
    pub fn read(meta: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self([
            meta.dev(),
            meta.ino(),
            meta.size(),
            meta.mtime().cast_unsigned(),
            meta.mtime_nsec().cast_unsigned(),
            meta.ctime().cast_unsigned(),
            meta.ctime_nsec().cast_unsigned(),
        ])
    }

    #[cfg(not(unix))]
    pub fn read(meta: &Metadata) -> Self {
        let modified = meta.modified().ok();
        let since = modified.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        let since = since.unwrap_or_default();
        let nanoseconds = since.subsec_nanos().into();
        Self([meta.len(), since.as_secs(), nanoseconds, 0, 0, 0, 0])
    }

    pub fn revision(stamp: Option<Self>) -> Revision {
        Revision::of(stamp.as_ref().map_or(&[], |stamp| &stamp.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_of_a_file_changes_its_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        assert_eq!(Stamp::of(&path), None);
        let mut seen = vec![];
        for text in ["a", "b", "b"] {
            crate::atomic::replace(&path, &[text]).unwrap();
            let stamp = Stamp::of(&path).unwrap();
            assert!(!seen.contains(&stamp), "{stamp:?}");
            assert_eq!(Stamp::of(&path).unwrap(), stamp);
            seen.push(stamp);
        }
    }
}
