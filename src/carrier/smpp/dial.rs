//! How a connection to an SMSC comes about.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::prompt::Prompt;
use crate::client::secured;
use crate::domain::SmppSettings;

/// How long a connection may take to come about, with TLS.
const CONNECT: Duration = Duration::from_secs(10);

pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

type Dialed = Pin<Box<dyn Future<Output = io::Result<Box<dyn Duplex>>> + Send>>;

/// Opens a connection.
pub type Dial = Arc<dyn Fn() -> Dialed + Send + Sync>;

/// Over the network, as the settings say.
pub fn dial(settings: &SmppSettings) -> Dial {
    let (address, tls) = (settings.address.clone(), settings.tls);
    Arc::new(move || {
        let address = address.clone();
        Box::pin(async move {
            let open = async {
                let stream = Prompt::new(TcpStream::connect(address.as_str()).await?)?;
                Ok(if tls {
                    Box::new(secured(stream, address.host()).await?) as Box<dyn Duplex>
                } else {
                    Box::new(stream)
                })
            };
            let late = || {
                let limit = CONNECT.as_secs();
                let why = format!("no response within {limit} s");
                io::Error::new(io::ErrorKind::TimedOut, why)
            };
            timeout(CONNECT, open).await.unwrap_or_else(|_| Err(late()))
        })
    })
}
