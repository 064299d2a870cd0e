//! The home as a doctor looks at it: who can get at it, and whether it can be written.

use std::path::PathBuf;

use super::home::Home;

impl Home {
    /// The folder and files that others may read or change, each with the mode it should have.
    pub fn too_open(&self) -> Vec<(PathBuf, u32)> {
        if !self.folder().is_dir() {
            return Vec::new();
        }
        let folder = (self.folder().to_owned(), 0o700);
        let journal = ["messages.db", "messages.db-wal", "messages.db-shm"];
        let files = [self.state_path(), self.tokens_path()]
            .into_iter()
            .map(std::path::Path::to_owned)
            .chain(journal.map(|name| self.folder().join(name)))
            .map(|path| (path, 0o600));
        std::iter::once(folder)
            .chain(files)
            .filter(|(path, mode)| is_wider(path, *mode))
            .collect()
    }

    /// Why nothing can be written into the home, if so; a home that is not there yet is none.
    pub fn closed_to_us(&self) -> Option<String> {
        let folder = self.folder();
        match std::fs::metadata(folder) {
            Ok(meta) if !meta.is_dir() => Some("not a folder".to_owned()),
            Ok(_) => tempfile::tempfile_in(folder)
                .err()
                .map(|error| crate::atomic::plain(error).to_string()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => Some(error.to_string()),
        }
    }

    #[cfg(unix)]
    pub fn close(&self, path: &std::path::Path, mode: u32) -> std::io::Result<()> {
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))
    }

    /// Modes are not this system's way: there is nothing to close.
    #[cfg(not(unix))]
    pub fn close(&self, _: &std::path::Path, _: u32) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(unix)]
fn is_wider(path: &std::path::Path, mode: u32) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o777 & !mode != 0)
}

#[cfg(not(unix))]
fn is_wider(_: &std::path::Path, _: u32) -> bool {
    false
}
