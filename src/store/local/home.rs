//! Where the files are.

use std::fs;
use std::path::{Path, PathBuf};

use crate::store::StoreError;

/// Naming it touches nothing.
#[derive(Debug, Clone)]
pub struct Home {
    folder: PathBuf,
    state: PathBuf,
    tokens: PathBuf,
}

impl Home {
    /// The folder asked for, or `textpeak` in the platform's data directory.
    pub fn locate(asked: Option<PathBuf>) -> Result<Self, StoreError> {
        let folder = match asked {
            Some(folder) => folder,
            None => dirs::data_dir()
                .ok_or(StoreError::NoDataDirectory)?
                .join("textpeak"),
        };
        let (state, tokens) = (folder.join("state.json"), folder.join("tokens.json"));
        Ok(Self {
            folder,
            state,
            tokens,
        })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn state_path(&self) -> &Path {
        &self.state
    }

    pub fn tokens_path(&self) -> &Path {
        &self.tokens
    }

    pub(super) fn lock_path(&self) -> PathBuf {
        self.folder.join(".lock")
    }

    pub fn exists(&self) -> bool {
        self.state.exists()
    }

    pub(super) fn create_folder(&self) -> Result<(), StoreError> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&self.folder)
            .map_err(|error| StoreError::File {
                doing: "create the folder",
                file: self.folder.display().to_string(),
                error: error.to_string(),
            })
    }
}
