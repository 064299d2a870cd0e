//! What tests of services share: a home in a temporary folder, a clock that tests move, and a
//! receiver that records what it is told.

mod receiver;

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

pub use receiver::{Call, Reply, TestReceiver};

use super::log::{Log, LogEntry};
use super::streams::{CurrentStreams, StreamIndex};
use super::{Admitted, Context, Policy, Sent, admit, send};
use crate::api::{ReceivedMessage, StatusEntry};
use crate::domain::{
    EventType, EventTypes, Method, Route, RouteSecrets, Status, Stream, StreamDraft, StreamId,
    StreamIdentity, Token, Way, Webhook,
};
use crate::store::{CatalogueChange, Clock, Delivery, DeliveryFilter, Home, LocalStore, Store};

/// When tests begin, in milliseconds.
const BEGIN: i64 = 1_767_225_600_000;

const SENDER: &str = "ACME";

/// How long a test waits in truth for something that is about to happen.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The simulated delay before a message is delivered.
pub const DELAY: Duration = Duration::from_secs(2);

#[derive(Clone)]
pub struct TestClock {
    now: Arc<AtomicI64>,
    /// How many of the next looks at it panic.
    pub panics: Arc<AtomicUsize>,
}

impl TestClock {
    fn new() -> Self {
        Self {
            now: Arc::new(AtomicI64::new(BEGIN)),
            panics: Arc::default(),
        }
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now.load(Ordering::SeqCst)).unwrap()
    }

    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap();
        self.now.fetch_add(by, Ordering::SeqCst);
    }

    pub fn set_back(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap();
        self.now.fetch_sub(by, Ordering::SeqCst);
    }

    fn clock(&self) -> Clock {
        let this = self.clone();
        Clock::new(move || {
            let one_less = |n: usize| n.checked_sub(1);
            let (set, get) = (Ordering::SeqCst, Ordering::SeqCst);
            let panics = this.panics.fetch_update(set, get, one_less).is_ok();
            assert!(!panics, "the test asked for this panic");
            this.now()
        })
    }
}

pub struct TestHome {
    pub folder: tempfile::TempDir,
    pub store: Arc<dyn Store>,
    pub clock: TestClock,
    pub streams: Arc<CurrentStreams>,
    pub log: Log,
    pub logged: Arc<Mutex<Vec<LogEntry>>>,
}

impl TestHome {
    pub async fn with(streams: impl IntoIterator<Item = Stream>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::locate(Some(folder.path().to_owned())).unwrap();
        let clock = TestClock::new();
        let store: Arc<dyn Store> = Arc::new(LocalStore::new(home, clock.clock()));
        let put = |(n, stream): (usize, Stream)| CatalogueChange::Put {
            before: None,
            after: Box::new(stream),
            token: Some(token(n)),
            raise: true,
        };
        let sender = CatalogueChange::AddSenders(vec![SENDER.parse().unwrap()]);
        let puts = streams.into_iter().enumerate().map(put);
        let changes = std::iter::once(sender).chain(puts).collect();
        store.apply(changes, None).await.unwrap();
        let logged: Arc<Mutex<Vec<LogEntry>>> = Arc::default();
        let kept = Arc::clone(&logged);
        let log = Log::new(move |entry| kept.lock().unwrap().push(entry));
        let current = CurrentStreams::open(Arc::clone(&store), log.clone())
            .await
            .unwrap();
        Self {
            folder,
            store,
            clock,
            streams: Arc::new(current),
            log,
            logged,
        }
    }

    pub async fn index(&self) -> Arc<StreamIndex> {
        self.streams.get().await
    }

    pub fn context(&self) -> Context {
        self.context_for(false, true)
    }

    pub fn context_for(&self, owner: bool, any_address: bool) -> Context {
        Context {
            store: Arc::clone(&self.store),
            streams: Arc::clone(&self.streams),
            policy: Policy {
                owner,
                any_address,
                delivery_delay: DELAY,
            },
            log: self.log.clone(),
        }
    }

    pub async fn admitted(&self, n: usize) -> Admitted {
        let token = token(n);
        let caller = "192.0.2.1".parse().unwrap();
        let token = Some(token.expose().as_bytes());
        admit(&self.context(), token, caller).await.unwrap()
    }

    pub async fn send(&self, n: usize, messages: Vec<ReceivedMessage>) -> Sent {
        let messages = messages.into_iter().map(Ok).collect();
        let admitted = self.admitted(n).await;
        send(&self.context(), &admitted, messages).await.unwrap()
    }

    /// Sends one text to each of these handsets; the messages' ids.
    pub async fn send_to(&self, n: usize, handsets: &[String]) -> Vec<Uuid> {
        let messages = handsets.iter().map(|to| message(to, "Hi")).collect();
        let sent = self.send(n, messages).await;
        let uuid = |entry: crate::api::SendEntry| entry.message_uuid.unwrap().parse().unwrap();
        sent.answer.messages.into_iter().map(uuid).collect()
    }

    pub async fn status(&self, n: usize, uuid: Uuid) -> StatusEntry {
        let asked = vec![uuid.to_string()];
        let answer = super::status(&self.context(), &self.admitted(n).await, asked).await;
        answer.unwrap().messages.remove(0)
    }

    /// Oldest first.
    pub async fn deliveries(&self) -> Vec<Delivery> {
        let all = DeliveryFilter::default();
        let mut found = self.store.deliveries(all, usize::MAX).await.unwrap();
        found.reverse();
        found
    }

    pub async fn change(&self, n: usize, change: impl FnOnce(&mut Stream)) {
        let catalogue = self.store.snapshot().await.unwrap();
        let streams = catalogue.streams().unwrap();
        let before = streams.into_iter().find(|one| one.id == id(n)).unwrap();
        let mut after = before.clone();
        change(&mut after);
        let put = CatalogueChange::Put {
            before: Some(Box::new(before)),
            after: Box::new(after),
            token: None,
            raise: false,
        };
        self.apply(put).await;
    }

    pub async fn apply(&self, change: CatalogueChange) {
        self.store.apply(vec![change], None).await.unwrap();
    }

    pub async fn add_route(&self, name: &str, expire: Option<&str>) {
        let way = Way::streams_api("https://api.example.com".parse().unwrap());
        let route = Box::new(Route {
            expire: expire.map(|span| span.parse().unwrap()),
            ..Route::new(name.parse().unwrap(), way, self.clock.now())
        });
        let secrets = RouteSecrets {
            token: Some("token-of-the-route".parse().unwrap()),
            account_key: None,
            incoming: None,
        };
        let replace = false;
        self.apply(CatalogueChange::PutRoute {
            route,
            secrets,
            replace,
        })
        .await;
    }

    /// Makes a write to messages fail of such a kind fail: a condition in SQL.
    pub fn refuse(&self, when: &str) {
        self.in_database(&format!(
            "CREATE TRIGGER refused {when} BEGIN SELECT RAISE(ABORT, 'refused'); END"
        ));
    }

    /// Lets writes succeed again that were refused.
    pub fn allow(&self) {
        self.in_database("DROP TRIGGER refused");
    }

    /// Changes the database behind the store's back.
    pub fn in_database(&self, sql: &str) {
        let path = self.folder.path().join("messages.db");
        let connection = rusqlite::Connection::open(path).unwrap();
        connection.execute_batch(sql).unwrap();
    }

    pub fn logged(&self, such: impl Fn(&LogEntry) -> bool) -> usize {
        self.logged
            .lock()
            .unwrap()
            .iter()
            .filter(|one| such(one))
            .count()
    }
}

pub fn id(n: usize) -> StreamId {
    format!("st_{n:012}").parse().unwrap()
}

pub fn token(n: usize) -> Token {
    let mut bytes = [n % 62, n / 62].into_iter().cycle();
    Token::issue(|| u8::try_from(bytes.next().unwrap()).unwrap())
}

/// A live stream that is ready, whose messages come from `ACME`.
pub fn live(n: usize) -> Stream {
    let draft = StreamDraft {
        name: Some(format!("Stream {n}").parse().unwrap()),
        ..StreamDraft::default()
    };
    let identity = StreamIdentity {
        id: id(n),
        created_at: Timestamp::UNIX_EPOCH,
        now: Timestamp::UNIX_EPOCH,
    };
    Stream {
        status: Status::Ready,
        default_sender: Some(SENDER.parse().unwrap()),
        ..draft.build(identity).unwrap()
    }
}

pub fn demo(n: usize) -> Stream {
    Stream {
        demo: true,
        ..live(n)
    }
}

/// With a webhook for every event.
pub fn told(stream: Stream, url: &str) -> Stream {
    let events = EventTypes::default();
    let webhook = Webhook {
        method: Method::Post,
        url: url.parse().unwrap(),
        headers: Vec::new(),
        events: events.and(EventType::Received).and(EventType::Status),
    };
    Stream {
        webhook: Some(webhook),
        ..stream
    }
}

pub fn message(to: &str, text: &str) -> ReceivedMessage {
    ReceivedMessage {
        internal_id: None,
        sender: None,
        recipient_phone: to.to_owned(),
        message_content: text.to_owned(),
    }
}

/// So many handsets that take every message.
pub fn handsets(count: usize) -> Vec<String> {
    let fictional = |n: usize| format!("1{}55501{}", 201 + n / 90, 10 + n % 90);
    (0..count).map(fictional).collect()
}
