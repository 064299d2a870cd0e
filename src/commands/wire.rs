//! The Streams API as a command reaches it: at an address that was named, or a gateway of its own
//! on loopback, for the life of the command.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::session::Session;
use super::token;
use crate::api::{
    HeaderValue, HttpRequest, NoAnswer, SendBody, SendReport, StatusBody, StatusReport, read_send,
    read_status, send_request, status_request,
};
use crate::cli::Reach;
use crate::client::{Answer, Client, Limits, Unanswered};
use crate::domain::{GatewayUrl, Status, Stream, Token, quote};
use crate::error::{Code, Failure};
use crate::gateway::{Gateway, Options, Tell};
use crate::journal::Journal;

/// How often a gateway of its own is asked whether it is done.
const GLANCE: Duration = Duration::from_millis(20);

/// A Streams API that can be called.
#[derive(Debug)]
pub struct Wire {
    /// Its address.
    pub url: GatewayUrl,
    client: Client,
    /// A gateway of its own.
    own: Option<Own>,
}

/// A gateway for the life of the command.
#[derive(Debug)]
struct Own {
    journal: Journal,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

/// Runs network work on a runtime of its own.
pub fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?
        .block_on(work)
}

impl Wire {
    /// Reaches the API; where none was named, a gateway begins to answer on loopback (and hands
    /// messages of live streams on with `relay`), with the
    /// owner's right, within a runtime and for as long as that lives.
    pub fn reach(session: &Session, reach: &Reach, relay: bool) -> anyhow::Result<Self> {
        let client = Client::new(Limits::API);
        if let Some(url) = reach.url() {
            let url = url.clone();
            return Ok(Self {
                url,
                client,
                own: None,
            });
        }
        let options = Options {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            trusted: Vec::new(),
            delivery_delay: reach.delivery_delay.as_duration(),
            allow_any: false,
            owner: true,
            relay,
            retry: None,
        };
        let gateway = Gateway::open(&session.home, options, Tell::nobody())?;
        let url = format!("http://{}", gateway.address()).parse()?;
        let journal = gateway.journal().clone();
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(gateway.serve(async {
            // Dropped with the wire, or told: both are the end.
            let _ = stopped.await;
        }));
        let own = Some(Own {
            journal,
            stop,
            serving,
        });
        Ok(Self { url, client, own })
    }

    /// Sends messages.
    pub async fn send(
        &self,
        token: &Token,
        body: &SendBody,
    ) -> Result<(Vec<SendReport>, usize), Missed> {
        let request = send_request(&self.url, HeaderValue::token(token), body);
        let Answer {
            status,
            body,
            repeated,
            ..
        } = self.client.execute(&request).await?;
        Ok((read_send(status, &body)?, repeated))
    }

    /// With a gateway of its own, waits until it has handed these messages on, or the time is over;
    /// how many it has not. What is left, a gateway of this home hands on.
    pub async fn handed_on(&self, uuids: &[String], give_up: Instant) -> anyhow::Result<usize> {
        let Some(Own { journal, .. }) = &self.own else {
            return Ok(0);
        };
        let uuids: Vec<uuid::Uuid> = uuids.iter().filter_map(|uuid| uuid.parse().ok()).collect();
        loop {
            let asked = uuids.clone();
            let open = journal
                .read(move |reader| reader.not_handed_on(&asked))
                .await?;
            if open == 0 || Instant::now() >= give_up {
                return Ok(open);
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Ends a gateway of its own in good order: what it is handing on comes to its end.
    pub async fn close(self) {
        if let Some(Own { stop, serving, .. }) = self.own {
            let _ = stop.send(());
            let _ = serving.await;
        }
    }

    /// Asks for the status of messages, at most [`crate::api::MOST_MESSAGES`] of them.
    pub async fn status(
        &self,
        token: &Token,
        uuids: &[String],
    ) -> Result<Vec<StatusReport>, Missed> {
        let body = StatusBody {
            message_uuids: uuids.to_vec(),
        };
        let request = status_request(&self.url, HeaderValue::token(token), &body);
        let answer = self.client.execute(&request).await?;
        Ok(read_status(answer.status, &answer.body)?)
    }
}

/// The request, where it would only be shown.
pub fn shown(reach: &Reach, stream: &Stream, body: &SendBody) -> HttpRequest {
    let url = reach.url().cloned().unwrap_or_default();
    send_request(
        &url,
        HeaderValue::masked_token(stream.digest().as_ref()),
        body,
    )
}

/// Why a call came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Missed {
    /// There was no answer.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    /// There was one, and it was no.
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
}

impl Missed {
    /// The failure for the whole command.
    pub fn failure(&self, wire: &Wire) -> Failure {
        match self {
            Self::Unanswered(error) => Failure::new(Code::Unreachable, error)
                .hint("check the address, or leave --gateway out for a gateway of its own"),
            Self::NoAnswer(error @ NoAnswer::Refused { status, .. }) => {
                let failure = Failure::new(
                    Code::Refused,
                    format_args!("{} refused the request: {error}", wire.url),
                );
                failure.hint(match status {
                    401 => "the stream may belong to another home: textpeak streams token show",
                    403 => "enable the stream, or put this address on its allow list",
                    _ => "mend what the sentence names, then send again",
                })
            }
            Self::NoAnswer(error @ NoAnswer::Unreadable { .. }) => Failure::failed(format_args!(
                "{} is no Streams API, or not well: {error}",
                wire.url
            ))
            .hint("check the address"),
        }
    }
}

/// A stream's token, for a call.
pub fn token_of(session: &Session, stream: &Stream) -> anyhow::Result<Token> {
    let name = stream.name.as_str();
    if stream.status == Status::Draft {
        return Err(token::no_token_yet(session, name).into());
    }
    let token = session.home.token(stream)?;
    token.ok_or_else(|| {
        Failure::failed(format_args!("the token of {} is not kept", quote(name)))
            .hint(session.paste(&["streams", "token", "rotate", name]))
            .into()
    })
}
