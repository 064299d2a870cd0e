//! What must not be printed: tokens, webhook secrets and the tokens of routes, as they were at one
//! moment.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use crate::domain::{RouteName, RouteSecrets, Stream, StreamId, Token, WebhookSecret, name_key};

/// Tokens and webhook secrets by stream id, those of routes by route name.
#[derive(Default)]
pub struct Secrets {
    tokens: Table,
    webhooks: Table,
    routes: Table,
    account_keys: Table,
    incoming: Table,
}

/// Texts by stream id, or by route name in lower case.
#[derive(Default)]
pub struct SecretTexts<'a> {
    pub tokens: Vec<(&'a str, &'a str)>,
    pub webhooks: Vec<(&'a str, &'a str)>,
    pub routes: Vec<(&'a str, &'a str)>,
    pub account_keys: Vec<(&'a str, &'a str)>,
    pub incoming: Vec<(&'a str, &'a str)>,
}

/// Keys and values in one text, sorted by key.
#[derive(Default)]
struct Table {
    text: String,
    rows: Vec<(Range<usize>, Range<usize>)>,
}

impl Table {
    fn new(pairs: Vec<(&str, &str)>) -> Self {
        let mut table = Self::default();
        for (key, value) in pairs {
            let start = table.text.len();
            table.text.push_str(key);
            let middle = table.text.len();
            table.text.push_str(value);
            table.rows.push((start..middle, middle..table.text.len()));
        }
        let text = &table.text;
        table
            .rows
            .sort_unstable_by(|(one, _), (other, _)| text[one.clone()].cmp(&text[other.clone()]));
        table
    }

    fn get(&self, wanted: &str) -> Option<&str> {
        let at = self
            .rows
            .binary_search_by(|(key, _)| self.text[key.clone()].cmp(wanted));
        let (_, value) = self.rows.get(at.ok()?)?;
        Some(&self.text[value.clone()])
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.rows
            .iter()
            .map(|(key, value)| (&self.text[key.clone()], &self.text[value.clone()]))
    }
}

impl Secrets {
    pub fn new(texts: SecretTexts<'_>) -> Self {
        Self {
            tokens: Table::new(texts.tokens),
            webhooks: Table::new(texts.webhooks),
            routes: Table::new(texts.routes),
            account_keys: Table::new(texts.account_keys),
            incoming: Table::new(texts.incoming),
        }
    }

    /// All of them, as they are kept.
    pub(super) fn texts(&self) -> SecretTexts<'_> {
        SecretTexts {
            tokens: self.tokens.iter().collect(),
            webhooks: self.webhooks.iter().collect(),
            routes: self.routes.iter().collect(),
            account_keys: self.account_keys.iter().collect(),
            incoming: self.incoming.iter().collect(),
        }
    }

    /// The token in force for a stream: the one whose digest the stream has.
    pub fn token(&self, stream: &Stream) -> Option<Token> {
        let digest = stream.digest()?;
        let keys = [stream.id.to_string(), before_key(&stream.id)];
        let kept = keys
            .iter()
            .filter_map(|key| self.tokens.get(key)?.parse::<Token>().ok());
        kept.into_iter().find(|token| token.digest() == digest)
    }

    /// `None` where nothing is kept yet.
    pub fn webhook_secret(&self, id: &StreamId) -> Option<WebhookSecret> {
        self.webhooks.get(id.as_str())?.parse().ok()
    }

    /// `None` where neither a token nor a key is kept.
    pub fn of_route(&self, name: &RouteName) -> Option<RouteSecrets> {
        let key = name_key(name.as_str());
        let secrets = RouteSecrets {
            token: self.routes.get(&key).and_then(|it| it.parse().ok()),
            account_key: self.account_keys.get(&key).and_then(|it| it.parse().ok()),
            incoming: self.incoming.get(&key).and_then(|it| it.parse().ok()),
        };
        let any = secrets.token.is_some() || secrets.account_key.is_some();
        any.then_some(secrets)
    }

    /// Every stream's token by the key that it is kept under; `None` for a text that is no token, and
    /// for a webhook secret alone.
    pub fn all(&self) -> BTreeMap<String, Option<Token>> {
        let secrets = self.webhooks.iter();
        let tokens = self.tokens.iter();
        secrets
            .map(|(id, _)| (id.to_owned(), None))
            .chain(tokens.map(|(id, token)| (id.to_owned(), token.parse().ok())))
            .collect()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets of {} streams", self.tokens.rows.len())
    }
}

/// Where a replaced token stands until its successor is in force.
pub(super) fn before_key(id: &StreamId) -> String {
    format!("{id}.before")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_found_by_key_in_whatever_order_they_came() {
        let secrets = Secrets::new(SecretTexts {
            routes: vec![("b", "token-b"), ("main", "token-main"), ("a", "token-a")],
            account_keys: vec![("a", "key-a")],
            ..SecretTexts::default()
        });
        let of = |name: &str| secrets.of_route(&name.parse().unwrap());
        let token = |name: &str| of(name).and_then(|secrets| secrets.token);
        let key = of("A").unwrap().account_key.unwrap();
        assert_eq!(key.expose(), "key-a");
        assert_eq!(of("main").unwrap().account_key, None);
        assert_eq!(token("MAIN").unwrap().expose(), "token-main");
        assert_eq!(token("a").unwrap().expose(), "token-a");
        assert_eq!(token("c"), None);
    }

    #[test]
    fn show_nothing_of_themselves() {
        let id = "st_000000000001";
        let secrets = Secrets::new(SecretTexts {
            tokens: vec![(id, "tp_hunter2")],
            webhooks: vec![(id, "hunter2")],
            routes: vec![("a", "hunter2")],
            ..SecretTexts::default()
        });
        assert_eq!(format!("{secrets:?}"), "Secrets of 1 streams");
        assert_eq!(secrets.all(), BTreeMap::from([(id.to_owned(), None)]));
    }
}
