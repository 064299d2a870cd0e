//! A file of results that grows beside the file that it will replace.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tempfile::NamedTempFile;

use crate::atomic::{self, plain};
use crate::error::Failure;

/// Lines on their way into a file. Dropped unfinished, they are gone and the old file stands.
#[derive(Debug)]
pub struct Results {
    path: PathBuf,
    lines: BufWriter<NamedTempFile>,
}

impl Results {
    /// Mode 0600.
    pub fn begin(path: &Path) -> anyhow::Result<Self> {
        let unwritten = || format!("cannot write {}", path.display());
        // A link is followed. What is no file cannot be replaced by one.
        let path = match path.metadata() {
            Ok(meta) if !meta.is_file() => {
                return Err(
                    Failure::usage(format_args!("{} is not a file", path.display()))
                        .hint("choose a file for the results")
                        .into(),
                );
            }
            Ok(_) => std::fs::canonicalize(path).with_context(unwritten)?,
            Err(_) => path.to_owned(),
        };
        let temp = atomic::beside(&path).with_context(unwritten)?;
        Ok(Self {
            path,
            lines: BufWriter::new(temp),
        })
    }

    pub fn append(&mut self, line: &str) -> anyhow::Result<()> {
        writeln!(self.lines, "{line}")
            .map_err(plain)
            .with_context(|| format!("cannot write {}", self.path.display()))
    }

    /// Durable when it returns. If it fails, the old file stands.
    pub fn finish(self) -> anyhow::Result<()> {
        let Self { path, lines } = self;
        let put = || -> std::io::Result<()> {
            let temp = lines
                .into_inner()
                .map_err(std::io::IntoInnerError::into_error)?;
            atomic::put(temp, &path)
        };
        put().with_context(|| format!("cannot write {}", path.display()))
    }
}
