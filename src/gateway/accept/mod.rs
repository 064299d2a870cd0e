//! Takes connections; and speaks HTTP on one.

#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::{HeaderValue, header};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

use super::activity::Activity;
use super::client_socket::ClientSocket;
use super::connections::Connections;
use super::linger::linger;
use crate::service::log::{Log, LogEntry};

/// Largest head of a request, in bytes.
const LARGEST_HEAD: usize = 16 << 10;

/// How often the log says that connections cannot be taken.
const LOG_INTERVAL: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub(super) peer: SocketAddr,
    /// A request on this connection had both a Content-Length and a Transfer-Encoding.
    pub(super) conflict: bool,
}

/// Takes connections for ever. Where places or file descriptors run out, connections that wait for
/// a request make room.
pub(super) async fn accept<F>(
    listener: &TcpListener,
    connections: &Arc<Connections>,
    log: &Log,
    serve: impl Fn(TcpStream, SocketAddr, Arc<Activity>) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let mut logged: Option<Instant> = None;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                while connections.is_full() {
                    connections.make_room().await;
                }
                let activity = Arc::new(Activity::new());
                let connection = serve(stream, peer, Arc::clone(&activity));
                connections.spawn(activity, connection);
            }
            // The client was gone before it was taken.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                if logged.is_none_or(|logged| logged.elapsed() >= LOG_INTERVAL) {
                    logged = Some(Instant::now());
                    log.write(LogEntry::NotTaken(error.to_string()));
                }
                connections.make_room().await;
            }
        }
    }
}

pub(super) async fn connection(
    app: Router,
    stream: TcpStream,
    peer: SocketAddr,
    activity: Arc<Activity>,
    connections: Arc<Connections>,
) {
    let _ = stream.set_nodelay(true);
    let mut socket = TokioIo::new(ClientSocket::new(stream, Arc::clone(&activity)));
    let service = service_fn(|mut request: hyper::Request<hyper::body::Incoming>| {
        let conflict = activity.request_begins();
        request.extensions_mut().insert(Origin { peer, conflict });
        let answer = app.clone().oneshot(request);
        async {
            let mut answer = answer.await;
            // A connection with an unread body in it is of no use for another request.
            if let Ok(answer) = &mut answer
                && (activity.is_inside_body() || connections.is_stopping())
            {
                let close = HeaderValue::from_static("close");
                answer.headers_mut().insert(header::CONNECTION, close);
            }
            activity.idle_begins();
            answer
        }
    });
    // A client that breaks off is no event.
    let _ = http1::Builder::new()
        .max_buf_size(LARGEST_HEAD)
        .serve_connection(&mut socket, service)
        .await;
    if let Some(stream) = socket.into_inner().unread() {
        linger(stream, &connections.lingering, &activity).await;
    }
}
