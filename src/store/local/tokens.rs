//! `tokens.json`: the one file in which tokens and webhook secrets can be read.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::damage::{damaged, other_version};
use crate::domain::{RouteName, RouteSecrets, StreamId, Token, WebhookSecret, name_key};
use crate::store::secrets::SecretTexts;
use crate::store::{Secrets, StoreError};

const VERSION: u32 = 1;

#[expect(clippy::struct_field_names, reason = "the names stand in the file")]
/// The plain tokens by stream id, borrowed from the file's text where they stand in it.
#[derive(Serialize, Deserialize)]
pub struct Tokens<'a> {
    version: u32,
    #[serde(borrow)]
    tokens: BTreeMap<&'a str, &'a str>,
    /// What webhook deliveries are signed with, by stream id.
    #[serde(borrow, default, skip_serializing_if = "BTreeMap::is_empty")]
    webhook_secrets: BTreeMap<&'a str, &'a str>,
    /// Tokens of other APIs, by route name in lower case.
    #[serde(borrow, default, skip_serializing_if = "BTreeMap::is_empty")]
    routes: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
    /// Keys of hosted accounts, by route name in lower case.
    #[serde(borrow, default, skip_serializing_if = "BTreeMap::is_empty")]
    account_keys: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
    /// What stands at the end of the addresses of incoming messages, by route name in lower case.
    #[serde(borrow, default, skip_serializing_if = "BTreeMap::is_empty")]
    incoming: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
}

impl Default for Tokens<'_> {
    fn default() -> Self {
        Self {
            version: VERSION,
            tokens: BTreeMap::new(),
            webhook_secrets: BTreeMap::new(),
            routes: BTreeMap::new(),
            account_keys: BTreeMap::new(),
            incoming: BTreeMap::new(),
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
    /// The failure repeats nothing of the text.
    pub fn parse(path: &Path, text: &'a str) -> Result<Self, StoreError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let tokens: Self = serde_json::from_str(text).map_err(|error| {
            damaged(
                path,
                format!(" at line {}, column {}", error.line(), error.column()),
            )
        })?;
        if tokens.version != VERSION {
            return Err(other_version(path, tokens.version, VERSION));
        }
        Ok(tokens)
    }

    pub fn to_secrets(&self) -> Secrets {
        let of_streams = |table: &BTreeMap<&'a str, &'a str>| -> Vec<_> {
            table.iter().map(|(id, text)| (*id, *text)).collect()
        };
        Secrets::new(SecretTexts {
            tokens: of_streams(&self.tokens),
            webhooks: of_streams(&self.webhook_secrets),
            routes: of_routes(&self.routes),
            account_keys: of_routes(&self.account_keys),
            incoming: of_routes(&self.incoming),
        })
    }

    pub fn from_texts(texts: SecretTexts<'a>) -> Self {
        let of_routes = |pairs: Vec<(&'a str, &'a str)>| {
            let borrowed = |(key, value): (&'a str, &'a str)| (key.into(), value.into());
            pairs.into_iter().map(borrowed).collect()
        };
        Self {
            version: VERSION,
            tokens: texts.tokens.into_iter().collect(),
            webhook_secrets: texts.webhooks.into_iter().collect(),
            routes: of_routes(texts.routes),
            account_keys: of_routes(texts.account_keys),
            incoming: of_routes(texts.incoming),
        }
    }

    pub fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.tokens
            .keys()
            .chain(self.webhook_secrets.keys())
            .copied()
    }

    /// Keeps a token, and the one that it replaces under a key of its own until the change is done.
    pub fn insert(&mut self, id: &'a StreamId, before: &'a str, token: &'a Token) {
        if let Some(old) = self.tokens.insert(id.as_str(), token.expose()) {
            self.tokens.insert(before, old);
        }
    }

    /// Keeps what a stream's webhook deliveries are signed with, unless something is kept already;
    /// `false` then.
    pub fn keep_webhook_secret(&mut self, id: &'a StreamId, secret: &'a WebhookSecret) -> bool {
        let known = self.webhook_secrets.get(id.as_str());
        let kept = known.is_some_and(|known| known.parse::<WebhookSecret>().is_ok());
        if !kept {
            self.webhook_secrets.insert(id.as_str(), secret.expose());
        }
        !kept
    }

    /// Keeps the secrets of a route in the place of those that it has; the secret of its address
    /// stays unless there is a new one.
    pub fn insert_route(&mut self, name: &RouteName, secrets: &'a RouteSecrets) {
        let RouteSecrets {
            token,
            account_key,
            incoming,
        } = secrets;
        let key = name_key(name.as_str());
        match account_key {
            Some(it) => self
                .account_keys
                .insert(key.clone().into(), it.expose().into()),
            None => self.account_keys.remove(key.as_str()),
        };
        if let Some(incoming) = incoming {
            self.incoming
                .insert(key.clone().into(), incoming.expose().into());
        }
        match token {
            Some(token) => self.routes.insert(key.into(), token.expose().into()),
            None => self.routes.remove(key.as_str()),
        };
    }

    /// `false` when there was none.
    pub fn remove_route(&mut self, name: &str) -> bool {
        let key = name_key(name);
        self.incoming.remove(key.as_str());
        let account_key = self.account_keys.remove(key.as_str()).is_some();
        self.routes.remove(key.as_str()).is_some() || account_key
    }

    /// Forgets what stands under a stream's id or another key; `false` when there was nothing.
    pub fn remove(&mut self, key: &str) -> bool {
        let token = self.tokens.remove(key).is_some();
        self.webhook_secrets.remove(key).is_some() || token
    }

    pub fn to_text(&self) -> String {
        // A map of strings always has a JSON form.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

fn of_routes<'b>(table: &'b BTreeMap<Cow<'_, str>, Cow<'_, str>>) -> Vec<(&'b str, &'b str)> {
    table
        .iter()
        .map(|(name, text)| (&**name, &**text))
        .collect()
}
