//! Changes to a catalogue in files: when they are refused, and what they leave behind.

mod reading;
mod secrets;
mod streams;

use std::fs;
use std::sync::Arc;

use super::{Home, LocalStore};
use crate::domain::{
    Route, RouteSecrets, SenderId, Stream, StreamDraft, StreamId, StreamIdentity, Token, Way,
    WebhookSecret,
};
use crate::store::{Catalogue, CatalogueChange, CatalogueStore, Clock, Revision, StoreError};

struct Place {
    folder: tempfile::TempDir,
    store: LocalStore,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::locate(Some(folder.path().to_owned())).unwrap();
        let store = LocalStore::new(home, Clock::system());
        Self { folder, store }
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }

    fn write(&self, text: &str) {
        fs::write(self.folder.path().join("state.json"), text).unwrap();
    }

    fn apply(&self, changes: Vec<CatalogueChange>) -> Result<Revision, StoreError> {
        run(self.store.apply(changes, None))
    }

    fn catalogue(&self) -> Arc<Catalogue> {
        run(self.store.snapshot()).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let catalogue = self.catalogue();
        let names = catalogue.entries().map(|entry| entry.name().to_owned());
        names.collect()
    }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(work)
}

fn id(n: u8) -> StreamId {
    format!("st_0000000000{n:02}").parse().unwrap()
}

fn stream(n: u8, name: &str) -> Stream {
    let draft = StreamDraft {
        name: Some(name.parse().unwrap()),
        ..StreamDraft::default()
    };
    let identity = StreamIdentity {
        id: id(n),
        created_at: jiff::Timestamp::UNIX_EPOCH,
        now: jiff::Timestamp::UNIX_EPOCH,
    };
    draft.build(identity).unwrap()
}

fn token(seed: u8) -> Token {
    Token::issue(|| seed)
}

fn sender(text: &str) -> SenderId {
    text.parse().unwrap()
}

fn put(before: Option<&Stream>, after: &Stream) -> CatalogueChange {
    CatalogueChange::Put {
        before: before.cloned().map(Box::new),
        after: Box::new(after.clone()),
        token: None,
        raise: false,
    }
}

fn with_token(before: Option<&Stream>, after: &Stream, token: Token) -> CatalogueChange {
    CatalogueChange::Put {
        before: before.cloned().map(Box::new),
        after: Box::new(after.clone()),
        token: Some(token),
        raise: true,
    }
}

fn route(name: &str, streams: &[StreamId], replace: bool) -> CatalogueChange {
    CatalogueChange::PutRoute {
        route: Box::new(Route {
            streams: streams.to_vec(),
            ..Route::new(
                name.parse().unwrap(),
                Way::streams_api("https://api.example.com".parse().unwrap()),
                jiff::Timestamp::UNIX_EPOCH,
            )
        }),
        secrets: RouteSecrets {
            token: Some(format!("token-of-{name}").parse().unwrap()),
            account_key: None,
            incoming: None,
        },
        replace,
    }
}
