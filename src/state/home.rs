//! Where the files are, and the one way to change them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::Context as _;

use super::tokens::{Tokens, before_key};
use super::{State, lock::Lock};
use crate::atomic::{self, Staged};
use crate::domain::{RouteName, RouteToken, Stream, StreamId, Token, WebhookSecret};
use crate::error::Failure;

/// The home folder. Naming it touches nothing.
#[derive(Debug, Clone)]
pub struct Home {
    folder: PathBuf,
    state: PathBuf,
    tokens: PathBuf,
}

/// A file's text, kept while it is looked at.
#[derive(Debug)]
pub struct TextFile {
    path: PathBuf,
    text: String,
}

impl TextFile {
    /// The text as a state.
    ///
    /// # Errors
    /// When the file is damaged or of another version.
    pub fn state(&self) -> Result<State<'_>, Failure> {
        State::parse(&self.path, &self.text)
    }
}

/// A change in progress, under the lock: the state, and what happens to tokens.
#[derive(Debug)]
pub struct Change<'a> {
    /// The state as it will be written.
    pub state: State<'a>,
    issued: Vec<(StreamId, Token)>,
    secrets: Vec<(StreamId, WebhookSecret)>,
    routes: Vec<(RouteName, RouteToken)>,
    revoked: Vec<String>,
    revoked_routes: Vec<String>,
    replaces: bool,
}

/// Secrets that a change keeps.
struct Kept<'a> {
    issued: &'a [(StreamId, Token)],
    secrets: &'a [(StreamId, WebhookSecret)],
    routes: &'a [(RouteName, RouteToken)],
}

impl Change<'_> {
    /// Keeps a token with its stream, in the place of the one that it may have.
    pub fn issue(&mut self, stream: &mut Stream, token: &Token) {
        self.replaces |= stream.digest().is_some();
        stream.accept(token.digest());
        self.issued.push((stream.id.clone(), token.clone()));
    }

    /// Keeps what a stream's webhook deliveries are signed with.
    pub fn keep_webhook_secret(&mut self, id: &StreamId, secret: &WebhookSecret) {
        self.secrets.push((id.clone(), secret.clone()));
    }

    /// Keeps a route's token.
    pub fn keep_route_token(&mut self, name: &RouteName, token: &RouteToken) {
        self.routes.push((name.clone(), token.clone()));
    }

    /// Forgets the token of a route.
    pub fn forget_route(&mut self, name: &str) {
        self.revoked_routes.push(name.to_owned());
    }

    /// Deletes a stream with its token and its webhook secret, and the routes that served it alone.
    pub fn delete(&mut self, id: &StreamId) {
        for route in self.state.remove(id) {
            self.forget_route(route.name.as_str());
        }
        self.revoke(id.as_str());
    }

    /// Forgets the token and the webhook secret under a stream's id, or under whatever key stands in the file.
    pub fn revoke(&mut self, key: &str) {
        self.revoked.push(key.to_owned());
    }
}

impl Home {
    /// The folder asked for, or `textpeak` in the platform's data directory.
    ///
    /// # Errors
    /// When nothing was asked for and the platform names no data directory.
    pub fn locate(asked: Option<PathBuf>) -> Result<Self, Failure> {
        let folder = match asked {
            Some(folder) => folder,
            None => dirs::data_dir()
                .ok_or_else(|| {
                    Failure::failed("this system names no data directory for its user")
                        .hint("say where with --home DIR or TEXTPEAK_HOME")
                })?
                .join("textpeak"),
        };
        let (state, tokens) = (folder.join("state.json"), folder.join("tokens.json"));
        Ok(Self {
            folder,
            state,
            tokens,
        })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn state_path(&self) -> &Path {
        &self.state
    }

    pub(super) fn tokens_path(&self) -> &Path {
        &self.tokens
    }

    /// Whether there is a state file.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.state.exists()
    }

    /// The state file's text; empty where there is none yet.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn read(&self) -> anyhow::Result<TextFile> {
        Ok(TextFile {
            path: self.state.clone(),
            text: read_or_empty(&self.state)?,
        })
    }

    /// A stream's plain token; `None` where it is not kept.
    ///
    /// # Errors
    /// When the token file is there and cannot be read.
    pub fn token(&self, stream: &Stream) -> anyhow::Result<Option<Token>> {
        let text = read_or_empty(&self.tokens)?;
        Ok(Tokens::parse(&self.tokens, &text)?.of(stream))
    }

    /// What a stream's webhook deliveries are signed with; `None` where nothing is kept yet.
    ///
    /// # Errors
    /// When the token file is there and cannot be read.
    pub fn webhook_secret(&self, id: &StreamId) -> anyhow::Result<Option<WebhookSecret>> {
        let text = read_or_empty(&self.tokens)?;
        Ok(Tokens::parse(&self.tokens, &text)?.webhook_secret(id))
    }

    /// A route's token; `None` where it is not kept.
    ///
    /// # Errors
    /// When the token file is there and cannot be read.
    pub fn route_token(&self, name: &RouteName) -> anyhow::Result<Option<RouteToken>> {
        let text = read_or_empty(&self.tokens)?;
        Ok(Tokens::parse(&self.tokens, &text)?.route(name))
    }

    /// The token file with these more; `None` where there are none.
    fn stage_issued(&self, secrets: &Kept<'_>) -> anyhow::Result<Option<Staged>> {
        let Kept {
            issued,
            secrets,
            routes,
        } = secrets;
        if issued.is_empty() && secrets.is_empty() && routes.is_empty() {
            return Ok(None);
        }
        let text = read_or_empty(&self.tokens)?;
        let before: Vec<_> = issued.iter().map(|(id, _)| before_key(id)).collect();
        let mut tokens = Tokens::parse(&self.tokens, &text)?;
        for ((id, token), before) in issued.iter().zip(&before) {
            tokens.insert(id, before, token);
        }
        for (id, secret) in *secrets {
            tokens.insert_webhook_secret(id, secret);
        }
        for (name, token) in *routes {
            tokens.insert_route(name, token);
        }
        stage(&self.tokens, &[&tokens.to_text()]).map(Some)
    }

    /// The token file without what is over: revoked tokens and replaced ones.
    fn forget(&self, change: &Change<'_>) -> anyhow::Result<()> {
        if change.revoked.is_empty() && change.revoked_routes.is_empty() && !change.replaces {
            return Ok(());
        }
        let text = read_or_empty(&self.tokens)?;
        let mut tokens = Tokens::parse(&self.tokens, &text)?;
        let replaced = change.issued.iter().map(|(id, _)| before_key(id));
        let over: Vec<_> = change.revoked.iter().cloned().chain(replaced).collect();
        let gone = over.iter().filter(|key| tokens.remove(key)).count();
        let routes = change.revoked_routes.iter();
        let gone = gone + routes.filter(|name| tokens.remove_route(name)).count();
        if gone > 0 {
            commit(
                &self.tokens,
                Some(stage(&self.tokens, &[&tokens.to_text()])?),
            )?;
        }
        Ok(())
    }

    /// Reads, changes and writes under the lock. What `change` returns an error for is not
    /// written at all.
    ///
    /// A new token is on disk before the stream that it belongs to, beside the one that it replaces,
    /// and an old one goes last: a crash in between leaves a token too many, never one too few.
    ///
    /// # Errors
    /// Those of `change`, of the lock, and of the file system. The old files are then in place.
    pub fn change<R>(
        &self,
        change: impl FnOnce(&mut Change<'_>) -> anyhow::Result<R>,
    ) -> anyhow::Result<R> {
        self.create_folder()?;
        let _lock = Lock::take(&self.folder.join(".lock"))?;
        atomic::sweep(&self.folder);
        let file = self.read()?;
        let mut draft = Change {
            state: file.state()?,
            issued: Vec::new(),
            secrets: Vec::new(),
            routes: Vec::new(),
            revoked: Vec::new(),
            revoked_routes: Vec::new(),
            replaces: false,
        };
        let result = change(&mut draft)?;
        let kept = Kept {
            issued: &draft.issued,
            secrets: &draft.secrets,
            routes: &draft.routes,
        };
        if !draft.state.is_changed() {
            // Only what the state file does not know of.
            commit(&self.tokens, self.stage_issued(&kept)?)?;
            self.forget(&draft)?;
            return Ok(result);
        }
        let parts = draft.state.to_text();
        let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
        // Both files are written and synced before either takes its place: a full disk is found
        // while the old files stand. The two syncs wait side by side.
        let (tokens, state) = thread::scope(|scope| {
            let tokens = scope.spawn(|| self.stage_issued(&kept));
            let state = stage(&self.state, &parts);
            (tokens.join(), state)
        });
        let tokens =
            tokens.map_err(|_| Failure::failed("the writer of tokens.json panicked"))??;
        let state = state?;
        commit(&self.tokens, tokens)?;
        commit(&self.state, Some(state))?;
        self.forget(&draft)?;
        Ok(result)
    }

    pub(super) fn create_folder(&self) -> anyhow::Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&self.folder)
            .with_context(|| format!("cannot create the folder {}", self.folder.display()))
    }
}

fn stage(path: &Path, parts: &[&str]) -> anyhow::Result<Staged> {
    Ok(Staged::write(path, parts).map_err(|error| unwritten(path, &error))?)
}

fn commit(path: &Path, staged: Option<Staged>) -> anyhow::Result<()> {
    Ok(staged
        .map_or(Ok(()), Staged::commit)
        .map_err(|error| unwritten(path, &error))?)
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    Failure::failed(format_args!("cannot write {}: {error}", path.display())).hint(
        "the old file is as it was: make room or mend the permissions, then run the command again",
    )
}

pub(super) fn read_or_empty(path: &Path) -> anyhow::Result<String> {
    match fs::read_to_string(path) {
        Ok(text) if text.is_empty() => Err(Failure::failed(format_args!(
            "{} is damaged: it is empty",
            path.display()
        ))
        .hint("put a good copy in its place, or remove it to start anew")
        .into()),
        Ok(text) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(Failure::failed(
            format_args!("{} is damaged: it is not UTF-8 text", path.display()),
        )
        .hint("put a good copy in its place; the file was left as it is")
        .into()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}
