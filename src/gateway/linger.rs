//! An answer that comes before its request was read. If the socket were closed at once, the system
//! would answer what the client still writes with a reset, and the client would lose the answer.

use std::time::Duration;

use tokio::io::AsyncWrite as _;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use super::activity::Activity;

/// How many connections may be read from at one time only to be thrown away.
pub(super) const MAX_LINGERING: usize = 256;

/// Most bytes that one client may still write.
const MAX_BYTES: usize = 32 << 20;

/// How long one client may still write.
const LINGER_TIMEOUT: Duration = Duration::from_secs(2);

const PIECE: usize = 16 << 10;

/// Says that nothing more will be written, and drops what the client still writes until it has
/// heard that.
pub(super) async fn linger(mut stream: TcpStream, places: &Semaphore, activity: &Activity) {
    let Ok(_place) = places.try_acquire() else {
        return;
    };
    activity.idle_begins();
    let drained = async {
        std::future::poll_fn(|cx| std::pin::Pin::new(&mut stream).poll_shutdown(cx)).await?;
        let mut piece = vec![0; PIECE];
        let mut dropped = 0;
        while dropped < MAX_BYTES {
            stream.readable().await?;
            match stream.try_read(&mut piece) {
                Ok(0) => break,
                Ok(read) => dropped += read,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
                Err(error) => return Err(error),
            }
            activity.idle_begins();
        }
        Ok(())
    };
    // Whatever ends it, there is nothing left to do.
    let _ = tokio::time::timeout(LINGER_TIMEOUT, drained).await;
}
