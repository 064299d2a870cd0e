//! The home as a doctor looks at it: modes, and which tokens there are.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use super::home::{Home, read_or_empty};
use super::tokens::Tokens;
use super::{Entry, State};
use crate::domain::Token;

impl Home {
    /// The folder and files that others may read or change, each with the mode it should have.
    #[must_use]
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
    #[must_use]
    pub fn closed_to_us(&self) -> Option<String> {
        let folder = self.folder();
        match std::fs::metadata(folder) {
            Ok(meta) if !meta.is_dir() => Some("it is not a folder".to_owned()),
            Ok(_) => tempfile::tempfile_in(folder)
                .err()
                .map(|error| crate::atomic::plain(error).to_string()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => Some(error.to_string()),
        }
    }

    /// Gives a path of the home the mode it should have.
    ///
    /// # Errors
    /// When the system refuses.
    #[cfg(unix)]
    pub fn close(&self, path: &std::path::Path, mode: u32) -> std::io::Result<()> {
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))
    }

    /// Modes are not this system's way: there is nothing to close.
    ///
    /// # Errors
    /// Never.
    #[cfg(not(unix))]
    pub fn close(&self, _: &std::path::Path, _: u32) -> std::io::Result<()> {
        Ok(())
    }

    /// Every token by the id of its stream; `None` for one that is no token.
    ///
    /// # Errors
    /// When the token file is there and cannot be read.
    pub fn all_tokens(&self) -> anyhow::Result<BTreeMap<String, Option<Token>>> {
        let text = read_or_empty(self.tokens_path())?;
        Ok(Tokens::parse(self.tokens_path(), &text)?.all())
    }

    /// Forgets tokens whose streams are gone. Looks again under the lock.
    ///
    /// # Errors
    /// As [`Home::change`].
    pub fn forget_orphans(&self) -> anyhow::Result<()> {
        self.change(|change| {
            for key in Self::orphans(&change.state, &self.all_tokens()?) {
                change.revoke(key);
            }
            Ok(())
        })
    }

    /// The keys of the tokens that belong to no stream.
    #[must_use]
    pub fn orphans<'t>(
        state: &State<'_>,
        tokens: &'t BTreeMap<String, Option<Token>>,
    ) -> Vec<&'t str> {
        let ids: HashSet<_> = state.entries().iter().map(Entry::id).collect();
        tokens
            .keys()
            .map(String::as_str)
            .filter(|key| !ids.contains(key))
            .collect()
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
