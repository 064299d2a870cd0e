//! Where callers reach a gateway: the sockets that it listens on, and the door for SMPP.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpSocket};

use super::listen::OpenError;
use super::smpp::{Smpp, Tls};
use crate::service::{Context, Notices, Policy};

/// Connections that may wait to be taken; the system may allow fewer.
const BACKLOG: u32 = 4_096;

/// Bytes of answers that the system keeps for a client. Left to itself it keeps megabytes for each
/// client that never reads. Enough for several answers of 250 messages.
const SEND_BUFFER: u32 = 128 * 1024;

#[derive(Debug, Clone)]
pub struct SmppOptions {
    /// Port 0 is any free one.
    pub listen: SocketAddr,
    pub tls: Option<Tls>,
}

#[derive(Debug)]
pub(super) struct SmppDoor {
    pub(super) listener: TcpListener,
    pub(super) address: SocketAddr,
    pub(super) smpp: Arc<Smpp>,
}

pub(super) fn is_local(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

/// The same streams, for whoever reaches this address.
pub(super) fn smpp_door(
    options: SmppOptions,
    context: &Context,
    allow_any: bool,
) -> Result<SmppDoor, OpenError> {
    let SmppOptions { listen, tls } = options;
    let (listener, address) = listener(listen, "--smpp")?;
    let policy = Policy {
        any_address: is_local(listen) || allow_any,
        ..context.policy.clone()
    };
    let context = Context {
        store: Arc::clone(&context.store),
        streams: Arc::clone(&context.streams),
        policy,
        log: context.log.clone(),
    };
    let notices = Notices::new(Arc::clone(&context.store), context.log.clone());
    let smpp = Arc::new(Smpp {
        context,
        notices: Arc::new(notices),
        tls,
    });
    Ok(SmppDoor {
        listener,
        address,
        smpp,
    })
}

/// Listens, and where.
pub(super) fn listener(
    address: SocketAddr,
    flag: &'static str,
) -> Result<(TcpListener, SocketAddr), OpenError> {
    let listening = || {
        let listener = listen(address)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    listening().map_err(|error| OpenError::Address {
        address,
        flag,
        error,
    })
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // On Windows this would let two gateways share a port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    // Inherited by each connection.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}
