//! Sessions on a stream in memory, over a home of their own.

mod binding;
mod lively;
mod parts;
mod submitting;
mod telling;

use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::*;
use crate::domain::Stream;
use crate::service::testing::{PATIENCE, TestHome, id, token};
use crate::smpp::{Address, Bind, BindKind, Body, Pdu, ShortMessage, frame, status, text};

pub const HANDSET: &str = "12025550143";

pub struct Door {
    pub home: TestHome,
    pub smpp: Arc<Smpp>,
    pub running: Option<watch::Sender<()>>,
    seen: watch::Receiver<()>,
}

impl Door {
    pub async fn with(streams: impl IntoIterator<Item = Stream>) -> Self {
        let home = TestHome::with(streams).await;
        let notices = Notices::new(Arc::clone(&home.store), home.log.clone());
        let smpp = Arc::new(Smpp {
            context: home.context(),
            notices: Arc::new(notices),
            tls: None,
        });
        let (running, seen) = watch::channel(());
        tokio::spawn(Arc::clone(&smpp.notices).work(seen.clone()));
        Self {
            home,
            smpp,
            running: Some(running),
            seen,
        }
    }

    pub fn open(&self) -> Caller {
        self.open_within(1 << 20)
    }

    /// With so many bytes of room in each direction.
    pub fn open_within(&self, room: usize) -> Caller {
        let (ours, theirs) = duplex(room);
        let address = "192.0.2.1".parse().unwrap();
        let activity = Arc::new(Activity::new());
        let session = Session::new(Arc::clone(&self.smpp), theirs, address, activity);
        Caller {
            session: tokio::spawn(session.run(self.seen.clone())),
            stream: ours,
            input: Vec::new(),
            sequence: 0,
        }
    }

    /// Bound to the first stream.
    pub async fn bound(&self, kind: BindKind) -> Caller {
        let mut caller = self.open();
        let bound = caller.bind(kind, id(0).as_str(), token(0).expose()).await;
        assert_eq!(bound, status::ESME_ROK);
        caller
    }

    /// The texts of all messages, oldest first.
    pub async fn texts(&self) -> Vec<String> {
        let all = crate::store::MessageFilter::default();
        let found = self.home.store.messages(all, usize::MAX).await.unwrap();
        found.into_iter().rev().map(|(_, one)| one.text).collect()
    }
}

/// The other end of a session.
pub struct Caller {
    pub session: JoinHandle<()>,
    pub stream: DuplexStream,
    input: Vec<u8>,
    sequence: u32,
}

impl Caller {
    pub async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// Writes requests at once; the sequence number of the first.
    pub async fn request(&mut self, bodies: impl IntoIterator<Item = Body>) -> u32 {
        let first = self.sequence + 1;
        let mut bytes = Vec::new();
        for body in bodies {
            self.sequence += 1;
            Pdu::request(self.sequence, body).encode_into(&mut bytes);
        }
        self.write(&bytes).await;
        first
    }

    pub async fn respond(&mut self, to: &Pdu, status: u32, body: Body) {
        let response = Pdu::response(status, to.sequence, body);
        self.write(&response.encode()).await;
    }

    /// `None` at the end.
    pub async fn next(&mut self) -> Option<Pdu> {
        loop {
            if let Some((frame, rest)) = frame::first(&self.input).unwrap() {
                let (pdu, rest) = (Pdu::decode(frame).unwrap(), rest.to_vec());
                self.input = rest;
                return Some(pdu);
            }
            let read = self.stream.read_buf(&mut self.input);
            let read = tokio::time::timeout(PATIENCE * 10, read).await;
            if read.expect("nothing came").unwrap_or(0) == 0 {
                return None;
            }
        }
    }

    pub async fn bind(&mut self, kind: BindKind, system_id: &str, password: &str) -> u32 {
        let bind = Bind {
            system_id: system_id.to_owned(),
            password: password.to_owned(),
            interface_version: 0x34,
            ..Bind::default()
        };
        self.request([Body::Bind(kind, Box::new(bind))]).await;
        self.next().await.unwrap().status
    }

    /// The status and the id of the next answer to a `submit_sm`.
    pub async fn taken(&mut self) -> (u32, u32, Option<String>) {
        let pdu = self.next().await.unwrap();
        let Body::SubmitSmResp(taken) = pdu.body else {
            panic!("{pdu:?}")
        };
        (pdu.sequence, pdu.status, taken.message_id)
    }

    /// The next thing that it is told, which it takes.
    pub async fn told(&mut self) -> ShortMessage {
        let pdu = self.next().await.unwrap();
        let Body::DeliverSm(message) = pdu.body.clone() else {
            panic!("{pdu:?}")
        };
        let taken = Body::DeliverSmResp(crate::smpp::Taken::new(""));
        self.respond(&pdu, status::ESME_ROK, taken).await;
        *message
    }
}

pub fn submit(to: &str, text: &str) -> ShortMessage {
    let (data_coding, short_message) = text::encode(text);
    ShortMessage {
        destination: Address {
            ton: 1,
            npi: 1,
            number: to.to_owned(),
        },
        data_coding,
        short_message,
        ..ShortMessage::default()
    }
}

pub fn submit_sm(to: &str, text: &str) -> Body {
    Body::SubmitSm(Box::new(submit(to, text)))
}
