//! A webhook receiver on loopback: takes deliveries, has them judged, answers as it was told to, and
//! hands on what came. It knows no secret and prints nothing.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::mpsc::Sender;

use crate::api::{Delivery, Verdict};

/// Largest body that is taken, in bytes.
const MAX_BODY: usize = 1 << 20;

/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// How long requests may take to finish after the receiver was asked to stop.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub enum Judgment {
    Verified(Verdict),
    /// Why the signature could not be checked.
    Unverified(String),
}

/// Checks the signature of a delivery that came at this moment.
pub type Judge = Arc<dyn Fn(&Delivery, Timestamp) -> Judgment + Send + Sync>;

#[derive(Debug, Clone, Copy, Default)]
pub struct Behavior {
    /// So many requests get 500 first.
    pub fail: u64,
    /// The status of every answer, whatever came.
    pub status: Option<u16>,
    pub delay: Duration,
}

#[derive(Debug)]
pub struct Received {
    /// The moment when its body was complete.
    pub at: Timestamp,
    pub delivery: Delivery,
    pub judgment: Judgment,
    pub answered: u16,
}

/// Listens, and does not answer before [`Receiver::serve`].
#[derive(Debug)]
pub struct Receiver {
    listener: TcpListener,
    address: SocketAddr,
}

struct Shared {
    behavior: Behavior,
    judge: Judge,
    count: AtomicU64,
    received: Sender<Received>,
}

impl Receiver {
    /// Listens on a port of 127.0.0.1; 0 is any free one.
    pub async fn bind(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until told to stop; requests that have begun then have a second to finish.
    pub async fn serve(
        self,
        behavior: Behavior,
        judge: Judge,
        received: Sender<Received>,
        stop: impl Future<Output = ()> + Send + 'static,
    ) {
        let shared = Arc::new(Shared {
            behavior,
            judge,
            count: AtomicU64::new(0),
            received,
        });
        let app = Router::new().fallback(take).with_state(shared);
        let (stopping, mut stopped) = tokio::sync::watch::channel(());
        let serving = axum::serve(self.listener, app).with_graceful_shutdown(async move {
            stop.await;
            drop(stopping);
        });
        let give_up = async {
            // Ends with an error when its other end is dropped, which is the sign.
            let _ = stopped.changed().await;
            tokio::time::sleep(SHUTDOWN_TIMEOUT).await;
        };
        tokio::select! {
            _ = serving.into_future() => {}
            () = give_up => {}
        }
    }
}

async fn take(State(shared): State<Arc<Shared>>, request: Request) -> StatusCode {
    let (delivery, refused) = read(request).await;
    let at = Timestamp::now();
    let (judgment, good) = match refused {
        Some((status, sentence)) => (Judgment::Unverified(sentence.to_owned()), status),
        None => judged(&shared.judge, &delivery, at),
    };
    let Behavior {
        fail,
        status,
        delay,
    } = shared.behavior;
    let number = shared.count.fetch_add(1, Ordering::Relaxed);
    let answer = match status.and_then(|status| StatusCode::from_u16(status).ok()) {
        Some(status) => status,
        None if number < fail => StatusCode::INTERNAL_SERVER_ERROR,
        None => good,
    };
    let received = Received {
        at,
        delivery,
        judgment,
        answered: answer.as_u16(),
    };
    // Whoever listened may be gone; the sender of the request gets its answer all the same.
    let _ = shared.received.send(received).await;
    tokio::time::sleep(delay).await;
    answer
}

fn judged(judge: &Judge, delivery: &Delivery, at: Timestamp) -> (Judgment, StatusCode) {
    let judgment = judge(delivery, at);
    let wrong = matches!(&judgment, Judgment::Verified(verdict) if !verdict.is_valid());
    let status = if wrong {
        StatusCode::UNAUTHORIZED
    } else {
        StatusCode::OK
    };
    (judgment, status)
}

/// The request as plain data, and why its body is not there.
async fn read(request: Request) -> (Delivery, Option<(StatusCode, &'static str)>) {
    let (head, body) = request.into_parts();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let header = |(name, value): (&HeaderName, &HeaderValue)| (name.to_string(), text(value));
    let mut delivery = Delivery {
        method: Some(head.method.to_string()),
        target: Some(head.uri.to_string()),
        headers: head.headers.iter().map(header).collect(),
        body: String::new(),
    };
    let body = tokio::time::timeout(BODY_TIMEOUT, axum::body::to_bytes(body, MAX_BODY));
    let refused = match body.await {
        Ok(Ok(bytes)) => match String::from_utf8(bytes.into()) {
            Ok(text) => {
                delivery.body = text;
                None
            }
            Err(_) => Some((StatusCode::BAD_REQUEST, "The body is not UTF-8 text.")),
        },
        Ok(Err(_)) => Some((
            StatusCode::PAYLOAD_TOO_LARGE,
            "The body is larger than 1 MiB, or was cut off.",
        )),
        Err(_) => Some((
            StatusCode::REQUEST_TIMEOUT,
            "The body did not arrive within 30 s.",
        )),
    };
    (delivery, refused)
}
