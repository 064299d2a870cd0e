//! A gateway that listens: what it is set up with, and everything that runs while it serves.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::accept::{accept, connection};
use super::activity::Limits;
use super::connections::Connections;
use super::door::{SmppDoor, SmppOptions, is_local, listener, smpp_door};
use super::router::{AppState, router};
use super::smpp;
use crate::domain::{AllowedIp, RetryPolicy, Stream};
use crate::service::log::Log;
use crate::service::streams::CurrentStreams;
use crate::service::{
    Carriers, Context, Dispatcher, Policy, Relay, work_listen, work_outbox, work_relay,
};
use crate::store::{Store, StoreError};

const MAX_CONNECTIONS: usize = 16_384;

/// How long requests may take to finish after the gateway was asked to stop.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug, Clone)]
pub struct Options {
    /// Port 0 is any free one.
    pub listen: SocketAddr,
    /// Where callers that speak SMPP are served, if they are.
    pub smpp: Option<SmppOptions>,
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
    /// When a webhook delivery is tried again; without a schedule, deliveries and what carriers tell
    /// are left to others.
    pub retry: Option<RetryPolicy>,
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("cannot listen on {address}: {error}")]
    Address {
        address: SocketAddr,
        /// Which flag names another.
        flag: &'static str,
        error: io::Error,
    },
}

#[derive(Debug)]
pub struct Gateway {
    listener: TcpListener,
    address: SocketAddr,
    smpp: Option<SmppDoor>,
    app: Arc<AppState>,
    retry: Option<RetryPolicy>,
    relay: bool,
}

impl Gateway {
    pub async fn open(
        store: Arc<dyn Store>,
        options: Options,
        log: Log,
    ) -> Result<Self, OpenError> {
        let Options {
            listen,
            smpp,
            trusted,
            delivery_delay,
            allow_any,
            owner,
            relay,
            retry,
        } = options;
        let streams = CurrentStreams::open(Arc::clone(&store), log.clone()).await?;
        let local = is_local(listen);
        store.prepare().await?;
        let (listener, address) = listener(listen, "--listen")?;
        let context = Context {
            store,
            streams: Arc::new(streams),
            policy: Policy {
                owner,
                any_address: local || allow_any,
                delivery_delay,
            },
            log,
        };
        let smpp = smpp.map(|options| smpp_door(options, &context, allow_any));
        let smpp = smpp.transpose()?;
        let app = Arc::new(AppState {
            context,
            trusted,
            local,
        });
        Ok(Self {
            listener,
            address,
            smpp,
            app,
            retry,
            relay,
        })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `None` where nobody is served over SMPP.
    pub fn smpp_address(&self) -> Option<SocketAddr> {
        self.smpp.as_ref().map(|door| door.address)
    }

    /// The streams that have a token, in any order.
    pub async fn streams(&self) -> Vec<Arc<Stream>> {
        let streams = self.app.context.streams.get().await;
        streams.all().cloned().collect()
    }

    /// The streams that nobody is served on, because they have no allow list.
    pub async fn without_allow_list(&self) -> Vec<Arc<Stream>> {
        let smpp = self.smpp.iter().map(|door| &door.smpp.context.policy);
        let mut policies = smpp.chain([&self.app.context.policy]);
        if policies.all(|policy| policy.any_address) {
            return Vec::new();
        }
        let streams = self.app.context.streams.get().await;
        let open = |stream: &&Arc<Stream>| stream.allowed_ips.is_empty();
        streams.all().filter(open).cloned().collect()
    }

    /// The workers that carry out what must leave later, until the other end of `running` is gone.
    fn workers(&self, carriers: &Arc<Carriers>, running: &watch::Receiver<()>) -> JoinSet<()> {
        let mut workers = JoinSet::new();
        let Context {
            store,
            streams,
            log,
            ..
        } = &self.app.context;
        if self.relay {
            let relay = Relay::new(Arc::clone(store), Arc::clone(streams), Arc::clone(carriers));
            workers.spawn(work_relay(Arc::new(relay), log.clone(), running.clone()));
            if self.retry.is_some() {
                workers.spawn(work_listen(
                    Arc::clone(carriers),
                    Arc::clone(store),
                    Arc::clone(streams),
                    log.clone(),
                    running.clone(),
                ));
            }
        }
        if let Some(retry) = self.retry.clone() {
            let dispatcher = Dispatcher::new(Arc::clone(store), Arc::clone(streams), retry);
            workers.spawn(work_outbox(
                Arc::new(dispatcher),
                Arc::clone(store),
                Arc::clone(streams),
                log.clone(),
                running.clone(),
            ));
        }
        if let Some(door) = &self.smpp {
            let notices = Arc::clone(&door.smpp.notices);
            workers.spawn(notices.work(running.clone()));
        }
        workers
    }

    /// Serves until told to stop; then no connection is taken any more, and requests that have
    /// begun and go on are finished within ten seconds.
    pub async fn serve(self, stop: impl Future<Output = ()>) {
        let app = router(Arc::clone(&self.app));
        let (running, seen) = watch::channel(());
        let Context {
            store,
            streams,
            log,
            ..
        } = &self.app.context;
        let carriers = Carriers::new(Arc::clone(store), Arc::clone(streams), log.clone());
        let carriers = Arc::new(carriers);
        let mut workers = self.workers(&carriers, &seen);
        let connections = Arc::new(Connections::new(places(), Limits::SERVING));
        let http = accept(
            &self.listener,
            &connections,
            log,
            |stream, peer, activity| {
                connection(
                    app.clone(),
                    stream,
                    peer,
                    activity,
                    Arc::clone(&connections),
                )
            },
        );
        let smpp = async {
            let Some(SmppDoor { listener, smpp, .. }) = &self.smpp else {
                return std::future::pending().await;
            };
            accept(listener, &connections, log, |stream, peer, activity| {
                smpp::connection(Arc::clone(smpp), stream, peer, activity, seen.clone())
            })
            .await;
        };
        tokio::select! {
            () = http => {}
            () = smpp => {}
            () = connections.sweep() => {}
            () = stop => {}
        }
        drop(self.listener);
        drop(self.smpp);
        drop(running);
        let finish = async {
            connections.finish().await;
            while workers.join_next().await.is_some() {}
            carriers.close().await;
        };
        let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, finish).await;
        connections.end_all();
    }
}

/// How many connections there may be. A quarter of the descriptors is left for files and webhooks.
fn places() -> usize {
    #[cfg(unix)]
    let descriptors = rustix::process::getrlimit(rustix::process::Resource::Nofile)
        .current
        .and_then(|most| usize::try_from(most).ok());
    #[cfg(not(unix))]
    let descriptors: Option<usize> = None;
    descriptors.map_or(MAX_CONNECTIONS, |most| {
        MAX_CONNECTIONS.min(most / 4 * 3).max(1)
    })
}
