//! Connections: taken, given a time for their headers, and let go of in good order.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use super::courier::Courier;
use super::engine::{Engine, Policy};
use super::event::{Event, Tell};
use super::queue;
use super::relay;
use super::router::{Desk, router};
use super::served::Served;
use crate::domain::{AllowedIp, Retry, Stream};
use crate::error::Failure;
use crate::journal::Journal;
use crate::state::Home;

/// How long a connection may be without a whole head of a request, also between two requests.
const HEADERS: Duration = Duration::from_secs(8);

/// Largest head of a request, in bytes.
const LARGEST_HEAD: usize = 16 << 10;

/// Most connections at one time; others wait.
const CONNECTIONS: usize = 16_384;

/// Connections that may wait to be taken; the system may allow fewer.
const QUEUE: u32 = 4_096;

/// How long requests may take to finish after the gateway was asked to stop.
const FAREWELL: Duration = Duration::from_secs(10);

/// Pause after a connection could not be taken, as when no file descriptor is left.
const BREATH: Duration = Duration::from_millis(50);

/// How a gateway is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it listens; port 0 is any free one.
    pub listen: SocketAddr,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted: Vec<AllowedIp>,
    /// After how long a simulated message is delivered.
    pub delivery_delay: Duration,
    /// On an address that is not loopback: streams without an allow list are served to anyone.
    pub allow_any: bool,
    /// The caller is the owner of the home: allow lists are not applied.
    pub owner: bool,
    /// Whether messages of live streams are handed on, and their status asked for.
    pub relay: bool,
    /// When a webhook delivery is tried again; without a schedule, deliveries are left to others.
    pub retry: Option<Retry>,
}

/// A gateway that listens.
#[derive(Debug)]
pub struct Gateway {
    listener: TcpListener,
    address: SocketAddr,
    desk: Arc<Desk>,
    courier: Option<Arc<Courier>>,
    home: Home,
    relay: bool,
}

impl Gateway {
    /// Reads the streams, opens the journal and listens, within a runtime.
    ///
    /// # Errors
    /// When the state file or the journal cannot be used, or the address is not free.
    pub fn open(home: &Home, options: Options, tell: Tell) -> anyhow::Result<Self> {
        let Options {
            listen,
            trusted,
            delivery_delay,
            allow_any,
            owner,
            relay,
            retry,
        } = options;
        let served = Arc::new(Served::open(home.clone(), tell.clone())?);
        let local = listen.ip().to_canonical().is_loopback();
        let journal = Journal::open(&home.prepare_journal()?)?;
        let listener = listener(listen).map_err(|error| unheard(listen, &error))?;
        let address = listener.local_addr()?;
        let policy = Policy {
            owner,
            any_address: local || allow_any,
            delivery_delay,
        };
        let courier =
            retry.map(|retry| Arc::new(Courier::new(home.clone(), journal.clone(), retry)));
        let engine = Engine {
            served,
            journal,
            policy,
        };
        let desk = Arc::new(Desk {
            engine,
            tell,
            trusted,
            local,
        });
        Ok(Self {
            listener,
            address,
            desk,
            courier,
            home: home.clone(),
            relay,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The journal.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.desk.engine.journal
    }

    /// The streams that nobody is served on, because they have no allow list.
    #[must_use]
    pub fn without_allow_list(&self) -> Vec<Arc<Stream>> {
        if self.desk.engine.policy.any_address {
            return Vec::new();
        }
        let streams = self.desk.engine.served.streams();
        let open = |stream: &&Arc<Stream>| stream.allowed_ips.is_empty();
        streams.all().filter(open).cloned().collect()
    }

    /// Serves until told to stop; then no connection is taken any more, and requests that have
    /// begun are finished within ten seconds.
    pub async fn serve(self, stop: impl Future<Output = ()>) {
        let app = router(Arc::clone(&self.desk));
        let engine = &self.desk.engine;
        let (running, seen) = watch::channel(());
        let mut workers = JoinSet::new();
        if self.relay {
            workers.spawn(relay::work(
                self.home,
                engine.journal.clone(),
                Arc::clone(&engine.served),
                self.desk.tell.clone(),
                seen.clone(),
            ));
        }
        if let Some(courier) = self.courier {
            workers.spawn(queue::work(
                courier,
                engine.journal.clone(),
                Arc::clone(&engine.served),
                self.desk.tell.clone(),
                seen,
            ));
        }
        let graceful = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let take = async {
            loop {
                // The semaphore is never closed.
                let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                    return;
                };
                match self.listener.accept().await {
                    Ok((socket, peer)) => {
                        let connection = graceful.watch(connection(&app, socket, peer));
                        tokio::spawn(async move {
                            // A client that breaks off is no event.
                            let _ = connection.await;
                            drop(place);
                        });
                    }
                    Err(error) => {
                        self.desk.tell.tell(Event::NotTaken(error.to_string()));
                        tokio::time::sleep(BREATH).await;
                    }
                }
            }
        };
        tokio::select! {
            () = take => {}
            () = stop => {}
        }
        drop(self.listener);
        drop(running);
        let farewell = async {
            graceful.shutdown().await;
            while workers.join_next().await.is_some() {}
        };
        let _ = tokio::time::timeout(FAREWELL, farewell).await;
    }
}

fn listener(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // On Windows this would let two gateways share a port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE)
}

fn connection(
    app: &Router,
    socket: TcpStream,
    peer: SocketAddr,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> + use<> {
    let _ = socket.set_nodelay(true);
    let app = app.clone();
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(peer);
        app.clone().oneshot(request)
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_buf_size(LARGEST_HEAD)
        .serve_connection(TokioIo::new(socket), service)
}

fn unheard(address: SocketAddr, error: &io::Error) -> Failure {
    let failure = Failure::failed(format_args!("cannot listen on {address}: {error}"));
    failure.hint(if error.kind() == io::ErrorKind::AddrInUse {
        "another gateway may be running there: stop it, or listen elsewhere, as with --listen \
         127.0.0.1:0"
    } else {
        "name an address of this machine, like 127.0.0.1:4680"
    })
}
