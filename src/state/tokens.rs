//! `tokens.json`: the one file in which tokens can be read.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::damage::{damaged, other_version};
use crate::domain::{Stream, StreamId, Token};
use crate::error::Failure;

const VERSION: u32 = 1;

/// The plain tokens by stream id, borrowed from the file's text where they stand in it.
#[derive(Serialize, Deserialize)]
pub struct Tokens<'a> {
    version: u32,
    #[serde(borrow)]
    tokens: BTreeMap<&'a str, &'a str>,
}

impl Default for Tokens<'_> {
    fn default() -> Self {
        Self {
            version: VERSION,
            tokens: BTreeMap::new(),
        }
    }
}

impl std::fmt::Debug for Tokens<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tokens of {} streams", self.tokens.len())
    }
}

impl<'a> Tokens<'a> {
    /// Reads the file's text; empty text is no tokens.
    ///
    /// # Errors
    /// When it cannot be read. The failure repeats nothing of the text.
    pub fn parse(path: &Path, text: &'a str) -> Result<Self, Failure> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let tokens: Self = serde_json::from_str(text).map_err(|error| {
            damaged(
                path,
                &format!(" at line {}, column {}", error.line(), error.column()),
            )
        })?;
        if tokens.version != VERSION {
            return Err(other_version(path, tokens.version, VERSION));
        }
        Ok(tokens)
    }

    /// The token in force for a stream: the one whose digest the stream has.
    #[must_use]
    pub fn of(&self, stream: &Stream) -> Option<Token> {
        let digest = stream.digest()?;
        let keys = [stream.id.to_string(), before_key(&stream.id)];
        let kept = keys
            .iter()
            .filter_map(|key| self.tokens.get(key.as_str())?.parse::<Token>().ok());
        kept.into_iter().find(|token| token.digest() == digest)
    }

    /// Every key and token; `None` for a text that is no token.
    #[must_use]
    pub fn all(&self) -> BTreeMap<String, Option<Token>> {
        self.tokens
            .iter()
            .map(|(id, token)| ((*id).to_owned(), token.parse().ok()))
            .collect()
    }

    /// Keeps a token, and the one that it replaces under a key of its own until the change is done.
    pub fn insert(&mut self, id: &'a StreamId, before: &'a str, token: &'a Token) {
        if let Some(old) = self.tokens.insert(id.as_str(), token.expose()) {
            self.tokens.insert(before, old);
        }
    }

    /// Forgets what stands under a key; `false` when there was nothing.
    pub fn remove(&mut self, key: &str) -> bool {
        self.tokens.remove(key).is_some()
    }

    /// The file's new text.
    #[must_use]
    pub fn to_text(&self) -> String {
        // A map of strings always has a JSON form.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

/// Where a replaced token stands until its successor is in force.
pub fn before_key(id: &StreamId) -> String {
    format!("{id}.before")
}
