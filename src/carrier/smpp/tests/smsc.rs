//! An SMSC that does what a test says, and what is kept of what it tells.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncWriteExt as _, DuplexStream, ReadHalf, WriteHalf};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::carrier::smpp::dial::{Dial, Duplex};
use crate::carrier::smpp::wire::PduReader;
use crate::carrier::smpp::{SmppCarrier, lock};
use crate::carrier::{CarrierReceipt, Heard, IncomingMessage, Keep};
use crate::domain::SmppSettings;
use crate::smpp::{BindKind, BindResp, Body, Pdu, ShortMessage, Taken, status};

/// Longer than anything that is waited for here.
const NEVER: Duration = Duration::from_secs(600);

pub struct Smsc {
    connections: mpsc::UnboundedReceiver<DuplexStream>,
    pub dial: Dial,
    /// Whether nobody listens.
    pub is_away: Arc<AtomicBool>,
    /// How often it was dialed.
    pub dialed: Arc<AtomicUsize>,
    pub kept: Arc<Mutex<Vec<Heard>>>,
    /// Whether nothing can be kept.
    pub is_full: Arc<AtomicBool>,
}

impl Smsc {
    pub fn new() -> Self {
        let (connected, connections) = mpsc::unbounded_channel();
        let (is_away, dialed) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let (away, count) = (Arc::clone(&is_away), Arc::clone(&dialed));
        let dial: Dial = Arc::new(move || {
            count.fetch_add(1, Ordering::Relaxed);
            let (near, far) = tokio::io::duplex(64 * 1024);
            let is_away = away.load(Ordering::Relaxed) || connected.send(far).is_err();
            Box::pin(async move {
                if is_away {
                    return Err(std::io::ErrorKind::ConnectionRefused.into());
                }
                Ok(Box::new(near) as Box<dyn Duplex>)
            })
        });
        Self {
            connections,
            dial,
            is_away,
            dialed,
            kept: Arc::default(),
            is_full: Arc::default(),
        }
    }

    pub fn carrier(&self, settings: SmppSettings) -> SmppCarrier {
        let (kept, is_full) = (Arc::clone(&self.kept), Arc::clone(&self.is_full));
        let keep: Keep = Arc::new(move |heard| {
            let (kept, is_full) = (Arc::clone(&kept), Arc::clone(&is_full));
            Box::pin(async move {
                let is_kept = !is_full.load(Ordering::Relaxed);
                if is_kept {
                    lock(&kept).extend(heard);
                }
                is_kept
            })
        });
        let password = "hunter2".parse().unwrap();
        SmppCarrier::over(Arc::clone(&self.dial), settings, password, keep, 7)
    }

    pub async fn connection(&mut self) -> Peer {
        let stream = timeout(NEVER, self.connections.recv()).await.unwrap();
        let (reader, writer) = tokio::io::split(stream.unwrap());
        Peer {
            reader: PduReader::new(reader),
            writer,
        }
    }

    /// The next connection, bound.
    pub async fn bound(&mut self) -> Peer {
        let mut peer = self.connection().await;
        peer.accept().await;
        // Time for the carrier to hear of it.
        tokio::time::sleep(Duration::from_millis(1)).await;
        peer
    }

    pub fn texts(&self) -> Vec<String> {
        self.incoming().into_iter().map(|one| one.text).collect()
    }

    pub fn incoming(&self) -> Vec<IncomingMessage> {
        self.all(|one| {
            let Heard::Incoming(incoming) = one else {
                return None;
            };
            Some(incoming.clone())
        })
    }

    pub fn receipts(&self) -> Vec<CarrierReceipt> {
        self.all(|one| {
            let Heard::Receipt(receipt) = one else {
                return None;
            };
            Some(receipt.clone())
        })
    }

    pub fn links(&self) -> Vec<String> {
        self.all(|one| {
            let Heard::Link(link) = one else {
                return None;
            };
            Some(link.clone())
        })
    }

    fn all<T>(&self, which: impl Fn(&Heard) -> Option<T>) -> Vec<T> {
        lock(&self.kept).iter().filter_map(which).collect()
    }
}

/// The SMSC's end of a connection.
pub struct Peer {
    reader: PduReader<ReadHalf<DuplexStream>>,
    writer: WriteHalf<DuplexStream>,
}

impl Peer {
    /// `None` at the end.
    pub async fn next(&mut self) -> Option<Pdu> {
        let read = timeout(NEVER, self.reader.next()).await.unwrap();
        Some(read.ok()?.unwrap())
    }

    pub async fn accept(&mut self) -> BindKind {
        let pdu = self.next().await.unwrap();
        let Body::Bind(kind, bind) = pdu.body else {
            panic!("{pdu:?}")
        };
        assert_eq!((&*bind.system_id, &*bind.password), ("acme", "hunter2"));
        let body = Body::BindResp(kind, BindResp::new("smsc"));
        self.respond(status::ESME_ROK, pdu.sequence, body).await;
        kind
    }

    /// The next part, with its sequence number.
    pub async fn part(&mut self) -> (u32, ShortMessage) {
        let pdu = self.next().await.unwrap();
        let Body::SubmitSm(part) = pdu.body else {
            panic!("{pdu:?}")
        };
        (pdu.sequence, *part)
    }

    pub async fn text(&mut self) -> (u32, String) {
        let (sequence, part) = self.part().await;
        let text = String::from_utf8_lossy(part.content().octets).into_owned();
        (sequence, text)
    }

    pub async fn take(&mut self, sequence: u32, id: &str) {
        let body = Body::SubmitSmResp(Taken::new(id));
        self.respond(status::ESME_ROK, sequence, body).await;
    }

    pub async fn refuse(&mut self, sequence: u32, status: u32) {
        let body = Body::SubmitSmResp(Taken::default());
        self.respond(status, sequence, body).await;
    }

    pub async fn respond(&mut self, status: u32, sequence: u32, body: Body) {
        self.send(&Pdu::response(status, sequence, body)).await;
    }

    pub async fn send(&mut self, pdu: &Pdu) {
        self.octets(&pdu.encode()).await;
    }

    pub async fn octets(&mut self, octets: &[u8]) {
        self.writer.write_all(octets).await.unwrap();
    }

    /// Delivers a message; how it is answered.
    pub async fn deliver(&mut self, sequence: u32, message: ShortMessage) -> u32 {
        let body = Body::DeliverSm(Box::new(message));
        self.send(&Pdu::request(sequence, body)).await;
        let pdu = self.next().await.unwrap();
        assert!(matches!(pdu.body, Body::DeliverSmResp(_)), "{pdu:?}");
        assert_eq!(pdu.sequence, sequence);
        pdu.status
    }
}
