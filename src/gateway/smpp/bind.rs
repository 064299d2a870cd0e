//! Who may bind: `system_id` is a stream's id or name, the password its token or its SMPP password.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::sleep;

use super::Smpp;
use super::session::{Bound, Ended, Session};
use super::told::Told;
use crate::api::Refusal;
use crate::domain::Secret;
use crate::service::log::LogEntry;
use crate::service::{self, Admitted};
use crate::smpp::{Bind, BindKind, BindResp, Body, Pdu, status};

/// Before a wrong password is answered.
const WRONG: Duration = Duration::from_secs(1);

/// The stream's token, which is checked again before everything that the session does.
#[derive(Debug)]
pub(super) struct Credentials {
    token: Secret,
    caller: IpAddr,
}

impl Credentials {
    /// As a request over HTTP: by token, status of the stream and allow list.
    pub(super) async fn admit(&self, smpp: &Smpp) -> Result<Admitted, Refusal> {
        let token = Some(self.token.expose().as_bytes());
        service::admit(&smpp.context, token, self.caller).await
    }
}

/// The stream and what opens it, or the status of the answer. An unknown stream is answered as a
/// wrong password is.
async fn admit(smpp: &Smpp, bind: &Bind, caller: IpAddr) -> Result<(Credentials, Admitted), u32> {
    let token = token(smpp, bind).await?.ok_or(status::ESME_RINVPASWD)?;
    let credentials = Credentials { token, caller };
    match credentials.admit(smpp).await {
        Ok(admitted) => Ok((credentials, admitted)),
        Err(Refusal::InvalidToken(_)) => Err(status::ESME_RINVPASWD),
        Err(_) => Err(status::ESME_RBINDFAIL),
    }
}

async fn token(smpp: &Smpp, bind: &Bind) -> Result<Option<Secret>, u32> {
    let streams = smpp.context.streams.get().await;
    let by_token = streams.with_token(bind.password.as_bytes());
    let stream = streams.named(&bind.system_id);
    // An SMPP password follows from a token, which may not be kept here.
    let secrets = smpp.context.store.secrets().await;
    let secrets = secrets.map_err(|error| {
        smpp.context.unavailable(error);
        status::ESME_RSYSERR
    })?;
    let Some(stream) = stream else {
        return Ok(None);
    };
    if by_token.is_some_and(|other| other.id == stream.id) {
        return Ok(Some(Secret::new(bind.password.clone())));
    }
    let kept = secrets.token(&stream);
    let kept = kept.filter(|token| token.is_smpp_password(bind.password.as_bytes()));
    Ok(kept.map(|token| Secret::new(token.expose().to_owned())))
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(super) async fn bind(
        &mut self,
        kind: BindKind,
        asked: &Bind,
        sequence: u32,
    ) -> Result<(), Ended> {
        let refused =
            |status| Pdu::response(status, sequence, Body::BindResp(kind, BindResp::default()));
        if self.bound.is_some() {
            self.wire.push(&refused(status::ESME_RALYBND));
            return Ok(());
        }
        let bound = admit(&self.smpp, asked, self.caller).await;
        self.smpp.context.log.write(LogEntry::Bind {
            kind: match kind {
                BindKind::Receiver => "bind_receiver",
                BindKind::Transmitter => "bind_transmitter",
                BindKind::Transceiver => "bind_transceiver",
            },
            status: status::name(bound.as_ref().err().copied().unwrap_or_default()).into_owned(),
            caller: self.caller,
            stream: bound
                .as_ref()
                .ok()
                .map(|(_, admitted)| admitted.stream.name.to_string()),
        });
        match bound {
            Ok((credentials, admitted)) => {
                self.activity.session_begins();
                let stream = &admitted.stream;
                let notices = &self.smpp.notices;
                self.bound = Some(Bound {
                    credentials,
                    name: stream.name.to_string(),
                    kind,
                    told: Told::new(Arc::clone(notices), stream.id.clone()),
                    arrivals: notices.arrivals(&stream.id),
                    more: kind.receives(),
                });
                let us = BindResp::new("textpeak");
                self.respond(sequence, Body::BindResp(kind, us));
                // Before anything else, as libraries expect.
                Ok(self.wire.flush().await?)
            }
            Err(status) => {
                sleep(WRONG).await;
                self.wire.push(&refused(status));
                Err(Ended::Done)
            }
        }
    }
}
