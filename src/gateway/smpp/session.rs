//! A session: what comes in is taken a buffer at a time, so that messages that came together are
//! accepted together, and answered in their order.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::Smpp;
use super::bind::Credentials;
use super::parts::Parts;
use super::submission::{Request, Submission};
use super::told::Told;
use super::wire::Wire;
use crate::gateway::activity::Activity;
use crate::smpp::{BindKind, Body, Pdu, command, frame, status};

/// After how long a silence it is asked whether the peer is there, and how long it has to answer.
const SILENCE: Duration = Duration::from_secs(30);
const ANSWER: Duration = Duration::from_secs(10);

/// Far enough to be never.
const NEVER: Duration = Duration::from_secs(24 * 3_600);

pub(super) struct Session<S> {
    pub(super) smpp: Arc<Smpp>,
    pub(super) caller: IpAddr,
    pub(super) activity: Arc<Activity>,
    pub(super) wire: Wire<S>,
    pub(super) bound: Option<Bound>,
    /// Of the messages in the buffer that is taken.
    pub(super) batch: Vec<Submission>,
    pub(super) parts: Parts,
    /// Of our last request.
    sequence: u32,
    /// When something came last.
    heard: Instant,
    /// When the peer was asked whether it is there.
    asked: Option<Instant>,
}

pub(super) struct Bound {
    pub(super) credentials: Credentials,
    /// The stream's.
    pub(super) name: String,
    pub(super) kind: BindKind,
    pub(super) told: Told,
    pub(super) arrivals: watch::Receiver<()>,
    /// There may be something to tell.
    pub(super) more: bool,
}

/// Why a session is over.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// The peer is gone, or does not read.
    Gone,
    /// What was written is still to arrive.
    Done,
}

impl From<std::io::Error> for Ended {
    fn from(_: std::io::Error) -> Self {
        Self::Gone
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(super) fn new(smpp: Arc<Smpp>, stream: S, caller: IpAddr, activity: Arc<Activity>) -> Self {
        Self {
            smpp,
            caller,
            activity,
            wire: Wire::new(stream),
            bound: None,
            batch: Vec::new(),
            parts: Parts::default(),
            sequence: 0,
            heard: Instant::now(),
            asked: None,
        }
    }

    pub(super) async fn run(mut self, mut running: watch::Receiver<()>) {
        loop {
            match self.turn(&mut running).await {
                Ok(()) => {}
                Err(Ended::Gone) => return,
                Err(Ended::Done) => break,
            }
        }
        // What it was told and has not answered is for others from here on.
        self.bound = None;
        self.wire.close().await;
    }

    async fn turn(&mut self, running: &mut watch::Receiver<()>) -> Result<(), Ended> {
        self.tell().await?;
        self.wire.flush().await?;
        let wake = self.wake();
        let (bound, wire) = (&mut self.bound, &mut self.wire);
        let arrived = async {
            match bound {
                Some(bound) if bound.kind.receives() => bound.arrivals.changed().await.is_ok(),
                _ => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = running.changed() => self.stop().await,
            read = wire.read() => {
                if !read? {
                    return Err(Ended::Gone);
                }
                self.heard = Instant::now();
                self.asked = None;
                self.take().await
            }
            _ = arrived => {
                if let Some(bound) = &mut self.bound {
                    bound.more = true;
                }
                Ok(())
            }
            () = sleep_until(wake) => self.is_time().await,
        }
    }

    /// When there is something to do although nothing comes.
    fn wake(&self) -> Instant {
        let alive = match self.asked {
            Some(asked) => asked + ANSWER,
            None => self.heard + SILENCE,
        };
        let Some(bound) = &self.bound else {
            // Whoever does not bind is ended as who sends no request is.
            return self.parts.until().unwrap_or(self.heard + NEVER);
        };
        let told = bound.told.until();
        let paused = bound.told.paused.filter(|_| bound.more);
        let others = [self.parts.until(), told, paused];
        others.into_iter().flatten().fold(alive, Instant::min)
    }

    async fn is_time(&mut self) -> Result<(), Ended> {
        let now = Instant::now();
        let mut batch = self.parts.overdue(now);
        self.batch.append(&mut batch);
        self.accept().await?;
        let Some(bound) = &mut self.bound else {
            return Ok(());
        };
        bound.told.paused = bound.told.paused.filter(|until| *until > now);
        if bound.told.until().is_some_and(|until| until <= now) {
            return Err(Ended::Done);
        }
        match self.asked {
            Some(asked) if asked + ANSWER <= now => Err(Ended::Gone),
            None if self.heard + SILENCE <= now => {
                self.wire.is_idle();
                self.asked = Some(now);
                self.request(Body::EnquireLink);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Everything that has come is taken; what is left of it begins a PDU.
    async fn take(&mut self) -> Result<(), Ended> {
        let mut input = std::mem::take(&mut self.wire.input);
        let mut rest = &*input;
        loop {
            match frame::first(rest) {
                Ok(Some((frame, more))) => {
                    rest = more;
                    self.take_frame(frame).await?;
                }
                Ok(None) => break,
                // Nobody knows where the next begins.
                Err(_) => {
                    self.accept().await?;
                    let nack = Body::GenericNack;
                    let nack = Pdu::response(status::ESME_RINVCMDLEN, 0, nack);
                    self.wire.push(&nack);
                    return Err(Ended::Done);
                }
            }
        }
        let taken = input.len() - rest.len();
        input.drain(..taken);
        self.wire.input = input;
        self.accept().await
    }

    async fn take_frame(&mut self, frame: &[u8]) -> Result<(), Ended> {
        let pdu = match Pdu::decode(frame) {
            Ok(pdu) => pdu,
            Err(unreadable) if command::is_response(unreadable.command) => return Ok(()),
            Err(unreadable) => {
                self.refuse(unreadable.command, unreadable.sequence, unreadable.status);
                return Ok(());
            }
        };
        let Pdu {
            status,
            sequence,
            body,
        } = pdu;
        match body {
            Body::Bind(kind, bind) => return self.bind(kind, &bind, sequence).await,
            Body::SubmitSm(message) => self.submitted(command::SUBMIT_SM, sequence, &message),
            Body::DataSm(message) => self.submitted(command::DATA_SM, sequence, &message),
            Body::EnquireLink => self.respond(sequence, Body::EnquireLinkResp),
            Body::Unbind => {
                self.batch.append(&mut self.parts.all());
                self.accept().await?;
                self.respond(sequence, Body::UnbindResp);
                return Err(Ended::Done);
            }
            Body::UnbindResp => return Err(Ended::Done),
            Body::DeliverSmResp(_) | Body::DataSmResp(_) | Body::GenericNack => {
                if let Some(bound) = &mut self.bound {
                    bound.told.answered(sequence, status);
                }
            }
            Body::DeliverSm(_) => {
                self.refuse(command::DELIVER_SM, sequence, status::ESME_RINVCMDID);
            }
            Body::Other { command, .. } if !command::is_response(command) => {
                self.refuse(command, sequence, status::ESME_RINVCMDID);
            }
            Body::Other { .. }
            | Body::BindResp(..)
            | Body::SubmitSmResp(_)
            | Body::EnquireLinkResp => {}
        }
        Ok(())
    }

    /// What is in the buffers is answered; more is not taken.
    async fn stop(&mut self) -> Result<(), Ended> {
        self.batch.append(&mut self.parts.all());
        self.accept().await?;
        if self.bound.is_some() {
            self.request(Body::Unbind);
        }
        Err(Ended::Done)
    }

    pub(super) fn request(&mut self, body: Body) -> u32 {
        self.sequence = self.sequence % 0x7FFF_FFFF + 1;
        self.wire.push(&Pdu::request(self.sequence, body));
        self.sequence
    }

    pub(super) fn respond(&mut self, sequence: u32, body: Body) {
        let ok = status::ESME_ROK;
        self.wire.push(&Pdu::response(ok, sequence, body));
    }

    fn refuse(&mut self, command: u32, sequence: u32, status: u32) {
        let request = Request { command, sequence };
        self.wire.push(&request.answer(status, None));
    }
}
