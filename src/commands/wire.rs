//! The Streams API as a command reaches it: at an address that was named, or a gateway of its own
//! on loopback, for the life of the command.

use std::io::ErrorKind;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::session::Session;
use super::token;
use crate::api::{
    AnswerError, HeaderValue, HttpRequest, SendBody, SendReport, StatusReport, send_request,
};
use crate::cli::GatewayOptions;
use crate::client::{CallError, StreamsApi};
use crate::domain::{Status, Stream, Token, quote};
use crate::error::{Code, Failure};
use crate::gateway::{Gateway, OpenError, Options};
use crate::service::POLL;
use crate::service::log::Log;
use crate::store::Store;

#[derive(Debug)]
pub struct Wire {
    api: StreamsApi,
    own: Option<OwnGateway>,
}

/// A gateway for the life of the command.
#[derive(Debug)]
struct OwnGateway {
    store: Arc<dyn Store>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Wire {
    /// Reaches the API; where none was named, a gateway begins to answer on loopback (and submits
    /// messages of live streams with `relay`), with the owner's right, within a runtime and for as
    /// long as that lives.
    pub async fn connect(
        session: &Session,
        gateway: &GatewayOptions,
        relay: bool,
    ) -> anyhow::Result<Self> {
        if let Some(url) = gateway.url() {
            return Ok(Self {
                api: StreamsApi::new(url.clone()),
                own: None,
            });
        }
        let options = Options {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            smpp: None,
            trusted: Vec::new(),
            delivery_delay: gateway.delivery_delay.as_duration(),
            allow_any: false,
            owner: true,
            relay,
            retry: None,
        };
        let store = session.shared_store();
        let gateway = Gateway::open(Arc::clone(&store), options, Log::nowhere())
            .await
            .map_err(unopened)?;
        let url = format!("http://{}", gateway.address()).parse()?;
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(gateway.serve(async {
            // Dropped with the wire, or told: both are the end.
            let _ = stopped.await;
        }));
        let own = Some(OwnGateway {
            store,
            stop,
            serving,
        });
        Ok(Self {
            api: StreamsApi::new(url),
            own,
        })
    }

    pub async fn send(
        &self,
        token: &Token,
        body: &SendBody,
    ) -> Result<(Vec<SendReport>, usize), CallError> {
        self.api.send(HeaderValue::token(token), body).await
    }

    /// With a gateway of its own, waits until it has submitted these messages, or the time is over;
    /// how many it has not. What is left, a gateway of this home submits.
    pub async fn unsubmitted(&self, uuids: &[String], give_up: Instant) -> anyhow::Result<usize> {
        let Some(OwnGateway { store, .. }) = &self.own else {
            return Ok(0);
        };
        let uuids: Vec<uuid::Uuid> = uuids.iter().filter_map(|uuid| uuid.parse().ok()).collect();
        loop {
            let open = store.unsubmitted(uuids.clone()).await?;
            if open == 0 || Instant::now() >= give_up {
                return Ok(open);
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Ends a gateway of its own in good order: what it is submitting comes to its end.
    pub async fn close(self) {
        if let Some(OwnGateway { stop, serving, .. }) = self.own {
            let _ = stop.send(());
            let _ = serving.await;
        }
    }

    /// At most [`crate::api::MOST_MESSAGES`] messages.
    pub async fn status(
        &self,
        token: &Token,
        uuids: &[String],
    ) -> Result<Vec<StatusReport>, CallError> {
        self.api
            .status(HeaderValue::token(token), uuids.to_vec())
            .await
    }

    pub fn failure(&self, error: &CallError) -> Failure {
        let url = self.api.url();
        match error {
            CallError::Unanswered(error) => Failure::new(Code::Unreachable, error)
                .hint("check the address, or omit --gateway to use a temporary local gateway"),
            CallError::NoAnswer { answer, .. } => match answer {
                AnswerError::Refused { status, .. } => {
                    let refused = format_args!("{url} refused the request: {answer}");
                    Failure::new(Code::Refused, refused).hint(match status {
                        401 => {
                            "the stream may belong to another home; to check its token: \
                                textpeak streams token show"
                        }
                        403 => "enable the stream, or add this address to its allow list",
                        _ => "Fix the problem above, then send again.",
                    })
                }
                AnswerError::Unreadable { .. } => Failure::failed(format_args!(
                    "{url} is not a Streams API, or it isn't working: {answer}"
                ))
                .hint("check the address"),
            },
        }
    }
}

pub fn unopened(error: OpenError) -> Failure {
    let sentence = error.to_string();
    match error {
        OpenError::Store(error) => error.into(),
        OpenError::Address { error, flag, .. } => {
            Failure::failed(sentence).hint(if error.kind() == ErrorKind::AddrInUse {
                format!(
                    "another gateway may be running there: stop it, or choose another port, for \
                     example {flag} 127.0.0.1:0"
                )
            } else {
                "use an address of this machine, like 127.0.0.1:4680".to_owned()
            })
        }
    }
}

/// With the token masked.
pub fn shown(gateway: &GatewayOptions, stream: &Stream, body: &SendBody) -> HttpRequest {
    let url = gateway.url().cloned().unwrap_or_default();
    send_request(
        &url,
        HeaderValue::masked_token(stream.digest().as_ref()),
        body,
    )
}

pub fn token_of(session: &Session, stream: &Stream) -> anyhow::Result<Token> {
    let name = stream.name.as_str();
    if stream.status == Status::Draft {
        return Err(token::no_token_yet(session, name).into());
    }
    let token = session.token(stream)?;
    token.ok_or_else(|| {
        Failure::failed(format_args!("the token of {} is not stored", quote(name)))
            .hint(session.paste(&["streams", "token", "rotate", name]))
            .into()
    })
}
