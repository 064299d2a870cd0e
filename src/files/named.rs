//! Files that are not the home's: what a person names as input or output.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::atomic;
use crate::error::Failure;

/// How an input is called in sentences.
pub fn input_name(path: &Path) -> String {
    if path == Path::new("-") {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    }
}

/// What a person names as an input: a file, or `-` for standard input.
pub fn read_text_input(path: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    if path == Path::new("-") {
        io::stdin()
            .read_to_string(&mut text)
            .context("cannot read standard input")?;
        return Ok(text);
    }
    Ok(fs::read_to_string(path).map_err(|error| unread(path, &error))?)
}

/// As [`read_text_input`], refused when it has more than so many bytes; no more are read.
pub fn read_limited_input(path: &Path, most: u64) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        let input = io::stdin().lock().take(most + 1);
        read_all(input, &mut bytes).context("cannot read standard input")?;
    } else {
        let file = File::open(path).map_err(|error| unread(path, &error))?;
        read_all(file.take(most + 1), &mut bytes).map_err(|error| unread(path, &error))?;
    }
    if bytes.len() as u64 > most {
        let failure = format_args!("{} is larger than {most} bytes", input_name(path));
        return Err(Failure::usage(failure).into());
    }
    Ok(String::from_utf8(bytes).map_err(|_| not_text(path))?)
}

fn read_all(mut input: impl io::Read, bytes: &mut Vec<u8>) -> io::Result<usize> {
    input.read_to_end(bytes)
}

pub fn is_same_file(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| fs::canonicalize(path).ok();
    whole(one).is_some_and(|one| whole(other) == Some(one))
}

fn unread(path: &Path, error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::InvalidData {
        return not_text(path);
    }
    Failure::failed(format_args!("cannot read {}: {error}", path.display()))
        .hint("check the path; use - for standard input")
}

fn not_text(path: &Path) -> Failure {
    Failure::usage(format_args!("{} is not UTF-8 text", input_name(path)))
        .hint("save it as UTF-8, or convert it, for example with iconv -f latin1 -t utf-8")
}

/// As [`read_text_input`], with a mark in the place of what is not UTF-8.
pub fn read_lossy_input(path: &Path) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin()
            .read_to_end(&mut bytes)
            .context("cannot read standard input")?;
    } else {
        bytes = fs::read(path).map_err(|error| unread(path, &error))?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Writes a file as a whole, over an old one if there is one; for its owner only.
pub fn replace_file(path: &Path, text: &str) -> anyhow::Result<()> {
    // A device or a pipe is written to, not replaced.
    let special = fs::metadata(path).is_ok_and(|meta| !meta.is_file());
    let written = if special {
        fs::write(path, text)
    } else {
        atomic::replace(path, &[text])
    };
    written.with_context(|| format!("cannot write {}", path.display()))
}

/// A file that was not there before, for secrets: mode 0600 from its creation.
#[derive(Debug)]
pub struct NewFile {
    path: PathBuf,
    file: File,
}

impl NewFile {
    pub fn create(path: &Path) -> anyhow::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(path) {
            Ok(file) => Ok(Self {
                path: path.to_owned(),
                file,
            }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(Failure::usage(
                format_args!("{} already exists", path.display()),
            )
            .hint("choose a file that doesn't exist yet")
            .into()),
            Err(error) => Err(error).with_context(|| format!("cannot create {}", path.display())),
        }
    }

    /// Durable when it returns.
    pub fn write(mut self, text: &str) -> anyhow::Result<()> {
        let written = self
            .file
            .write_all(text.as_bytes())
            .and_then(|()| self.file.sync_all());
        written.with_context(|| format!("cannot write {}", self.path.display()))
    }

    pub fn discard(self) {
        let _ = fs::remove_file(self.path);
    }
}
