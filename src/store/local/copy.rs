//! A folder as the source or the target of a copy. While a target is written, a file in it says so: what
//! stands beside it does not count.

use std::path::{Path, PathBuf};
use std::{fs, thread};

use tokio::sync::{mpsc, oneshot};

use super::damage::unwritten;
use super::document;
use super::home::Home;
use super::lock::Lock;
use super::messages;
use super::tokens::Tokens;
use crate::atomic::Staged;
use crate::store::copy::{Counts, Load, Portion};
use crate::store::{Catalogue, LocalStore, Secrets, StoreError};

impl Home {
    fn copying_path(&self) -> PathBuf {
        self.folder().join(".copying")
    }

    /// Whether there is nothing in it; a copy that was interrupted is nothing.
    pub(in crate::store) fn is_empty(&self) -> bool {
        let kept = [self.state_path(), self.tokens_path()];
        let any = kept.iter().any(|file| file.exists()) || self.messages_path().exists();
        !any || self.copying_path().exists()
    }
}

impl LocalStore {
    pub(in crate::store) async fn export(
        &self,
        to: mpsc::Sender<Portion>,
    ) -> Result<(), StoreError> {
        let path = self.home().messages_path();
        on_a_thread(move || messages::export(&path, &to)).await
    }

    pub(in crate::store) async fn counts(&self) -> Result<Counts, StoreError> {
        let path = self.home().messages_path();
        on_a_thread(move || messages::count(&path)).await
    }

    pub(in crate::store) async fn import(&self, load: Load) -> Result<(), StoreError> {
        let home = self.home().clone();
        on_a_thread(move || fill(&home, load)).await
    }
}

async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let (told, done) = oneshot::channel();
    thread::spawn(move || told.send(work()));
    done.await.unwrap_or(Err(StoreError::Stopped))
}

fn fill(home: &Home, load: Load) -> Result<(), StoreError> {
    home.create_folder()?;
    let _lock = Lock::take(&home.lock_path())?;
    let copying = home.copying_path();
    home.create_private(&copying)?;
    let database = home.messages_path();
    let beside = ["-wal", "-shm"].map(|ending| {
        let mut name = database.clone().into_os_string();
        name.push(ending);
        PathBuf::from(name)
    });
    let mut all = vec![home.state_path(), home.tokens_path(), &database];
    all.extend(beside.iter().map(PathBuf::as_path));
    for file in all {
        remove(file)?;
    }
    home.create_private(&database)?;
    messages::import(&database, load.rows)?;
    write_catalogue(home, &load.catalogue, &load.secrets)?;
    remove(&copying)
}

fn remove(file: &Path) -> Result<(), StoreError> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(unwritten(file, &error)),
        _ => Ok(()),
    }
}

fn write_catalogue(
    home: &Home,
    catalogue: &Catalogue,
    secrets: &Secrets,
) -> Result<(), StoreError> {
    let put = |path: &Path, parts: &[&str]| {
        let staged = Staged::write(path, parts).and_then(Staged::commit);
        staged.map_err(|error| unwritten(path, &error))
    };
    let tokens = Tokens::from_texts(secrets.texts()).to_text();
    put(home.tokens_path(), &[&tokens])?;
    // As a file of this version has them.
    let texts: Vec<String> = catalogue
        .entries()
        .map(|entry| document::entry(entry.json()))
        .collect();
    let texts = texts.iter().map(String::as_str);
    let parts = document::write(catalogue.senders(), catalogue.routes(), texts);
    let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    put(home.state_path(), &parts)
}
