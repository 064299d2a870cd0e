//! The first exchange of a session.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::time::timeout;

use super::said::said;
use super::wire::{PduReader, broke};
use crate::domain::{RouteToken, SmppSettings};
use crate::smpp::{Bind, BindKind, Body, Pdu, status};

/// How long the SMSC may take to answer.
const ANSWER: Duration = Duration::from_secs(10);

const VERSION: u8 = 0x34;

/// Of the bind; later ones count on from there.
pub const FIRST: u32 = 1;

pub struct Bound<S> {
    pub reader: PduReader<ReadHalf<S>>,
    pub writer: WriteHalf<S>,
    /// What the SMSC calls itself.
    pub system_id: Option<String>,
}

pub fn request(settings: &SmppSettings, password: &RouteToken) -> Bind {
    Bind {
        system_id: settings.system_id.clone(),
        password: password.expose().to_owned(),
        system_type: settings.system_type.clone(),
        interface_version: VERSION,
        ..Bind::default()
    }
}

/// Binds over a new connection, or says why not.
pub async fn bind<S: AsyncRead + AsyncWrite>(
    stream: S,
    kind: BindKind,
    bind: Bind,
) -> Result<Bound<S>, String> {
    let (reader, mut writer) = tokio::io::split(stream);
    let mut reader = PduReader::new(reader);
    let request = Pdu::request(FIRST, Body::Bind(kind, Box::new(bind))).encode();
    let exchange = async {
        let written = writer.write_all(&request).await;
        written.map_err(|error| broke(&error))?;
        loop {
            let Ok(pdu) = reader.next().await? else {
                return Err("sent an unreadable response to the bind".to_owned());
            };
            let is_answer = matches!(pdu.body, Body::BindResp(..) | Body::GenericNack);
            if !is_answer || pdu.sequence != FIRST {
                continue;
            }
            if let Body::BindResp(_, answer) = pdu.body
                && pdu.status == status::ESME_ROK
            {
                return Ok(answer.system_id);
            }
            return Err(format!("refused the bind: {}", said(pdu.status)));
        }
    };
    let late = || {
        let limit = ANSWER.as_secs();
        Err(format!("did not respond to the bind within {limit} s"))
    };
    let answered = timeout(ANSWER, exchange).await;
    let system_id = answered.unwrap_or_else(|_| late())?;
    Ok(Bound {
        reader,
        writer,
        system_id,
    })
}
