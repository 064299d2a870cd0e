//! Whether an SMSC can be bound to, for a person who wants to know.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use super::bind::{FIRST, bind, request};
use super::dial::{Dial, dial};
use super::said::said;
use crate::domain::{Bind, RouteToken, SmppSettings};
use crate::smpp::{BindKind, Body, Pdu, command, status};

/// How long the SMSC may take to answer what follows the bind.
const ANSWER: Duration = Duration::from_secs(10);

/// Everything went well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmppProbe {
    /// What the SMSC calls itself.
    pub system_id: Option<String>,
    pub elapsed: Duration,
}

/// Connects, binds, asks whether the SMSC is there, and takes its leave; for each connection that the
/// route has. An error says which of these went wrong.
pub async fn probe(settings: &SmppSettings, password: &RouteToken) -> Result<SmppProbe, String> {
    probe_over(&dial(settings), settings, password).await
}

pub(super) async fn probe_over(
    dial: &Dial,
    settings: &SmppSettings,
    password: &RouteToken,
) -> Result<SmppProbe, String> {
    let begun = Instant::now();
    let kinds: &[BindKind] = match settings.bind {
        Bind::Transceiver => &[BindKind::Transceiver],
        Bind::TransmitterAndReceiver => &[BindKind::Transmitter, BindKind::Receiver],
    };
    let mut system_id = None;
    for kind in kinds {
        let host = &settings.address;
        let stream = dial().await;
        let stream = stream.map_err(|error| format!("cannot connect to {host}: {error}"))?;
        let answered = one(stream, *kind, settings, password).await;
        system_id = answered.map_err(|why| format!("{host} {why}"))?;
    }
    Ok(SmppProbe {
        system_id,
        elapsed: begun.elapsed(),
    })
}

async fn one(
    stream: Box<dyn super::dial::Duplex>,
    kind: BindKind,
    settings: &SmppSettings,
    password: &RouteToken,
) -> Result<Option<String>, String> {
    let mut bound = bind(stream, kind, request(settings, password)).await?;
    let rest = async {
        for (sequence, body) in [(FIRST + 1, Body::EnquireLink), (FIRST + 2, Body::Unbind)] {
            let octets = Pdu::request(sequence, body).encode();
            let written = bound.writer.write_all(&octets).await;
            written.map_err(|error| super::wire::broke(&error))?;
            let flushed = bound.writer.flush().await;
            flushed.map_err(|error| super::wire::broke(&error))?;
            loop {
                let Ok(pdu) = bound.reader.next().await? else {
                    continue;
                };
                if pdu.sequence != sequence || !command::is_response(pdu.body.command()) {
                    continue;
                }
                if pdu.status != status::ESME_ROK {
                    return Err(format!("responded {}", said(pdu.status)));
                }
                break;
            }
        }
        Ok(())
    };
    let late = || Err(format!("did not respond within {} s", ANSWER.as_secs()));
    timeout(ANSWER, rest).await.unwrap_or_else(|_| late())?;
    Ok(bound.system_id)
}
