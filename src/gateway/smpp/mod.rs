//! The door for callers that speak SMPP 3.4. Each connection is a session: bound to one stream, it
//! submits messages by the rules of a request over HTTP, and is told of incoming messages and of the
//! final statuses that it asked for.

mod accepting;
mod bind;
mod deliver;
mod parts;
mod session;
mod submission;
mod telling;
#[cfg(test)]
mod tests;
mod tls;
mod told;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::sync::watch;

use super::activity::Activity;
use crate::service::{Context, Notices};
use session::Session;
pub use tls::{Tls, TlsError};

/// What all sessions share.
#[derive(Debug)]
pub(super) struct Smpp {
    pub(super) context: Context,
    pub(super) notices: Arc<Notices>,
    pub(super) tls: Option<Tls>,
}

/// One connection, from its first byte to its last. It ends in good order when the other end of
/// `running` is gone.
pub(super) async fn connection(
    smpp: Arc<Smpp>,
    stream: TcpStream,
    peer: SocketAddr,
    activity: Arc<Activity>,
    running: watch::Receiver<()>,
) {
    let _ = stream.set_nodelay(true);
    let caller = peer.ip().to_canonical();
    let Some(tls) = smpp.tls.clone() else {
        return Session::new(smpp, stream, caller, activity)
            .run(running)
            .await;
    };
    // A handshake waits for the caller as a request does, and ends as one does.
    if let Ok(stream) = tls.accept(stream).await {
        Session::new(smpp, stream, caller, activity)
            .run(running)
            .await;
    }
}
