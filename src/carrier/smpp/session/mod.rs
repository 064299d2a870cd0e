//! One connection that is bound: what is said on it in both directions until it ends.

mod pending;
mod read;
mod write;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

pub use pending::{Answer, Request};

use self::pending::Pending;
use super::bind::Bound;
use super::hearer::Hearer;
use super::pace::Pace;
use super::{Timing, lock};
use crate::smpp::{Body, Pdu, ShortMessage, Taken, status};

/// Messages that wait to be kept; those beyond are to be sent again later.
const MOST_HEARD: usize = 1_000;

/// Messages that are kept at one time.
const BATCH: usize = 100;

/// How often it is looked for what is overdue.
const TICK: Duration = Duration::from_millis(500);

/// An acknowledgement that was written so short before the end may not have been received.
const DOUBTFUL: Duration = Duration::from_secs(10);

/// What a session has in common with those before and after it.
pub struct Common {
    /// Of the SMSC, for people.
    pub host: String,
    pub timing: Timing,
    pub hearer: Hearer,
    pub pace: Pace,
    /// Told when being throttled begins or ends.
    pub throttled: watch::Sender<bool>,
    pub stop: watch::Sender<bool>,
}

/// A message that is to be answered.
struct ToHear {
    sequence: u32,
    message: ShortMessage,
    is_data: bool,
}

pub struct Session<'a> {
    common: &'a Common,
    pending: Pending,
    responses: mpsc::UnboundedSender<Pdu>,
    sequence: AtomicU32,
    /// When something came last, and when it was asked whether the SMSC is there.
    last_heard: Mutex<Instant>,
    enquired: Mutex<Option<Instant>>,
    ended: AtomicBool,
    /// A part was taken, or a message was kept.
    was_useful: AtomicBool,
    /// The SMSC has taken its leave: nothing new is sent.
    is_leaving: AtomicBool,
    /// What was acknowledged lately, by its mark.
    acknowledged: Mutex<VecDeque<(Instant, u64)>>,
}

/// How a session ended.
pub struct Ended {
    pub why: String,
    /// Messages went through it.
    pub was_useful: bool,
}

/// Until the connection ends. What was sent and not answered is unknown then, and what
/// was not written was not sent.
pub async fn run<S: AsyncRead + AsyncWrite>(
    common: &Common,
    bound: Bound<S>,
    requests: mpsc::UnboundedReceiver<Request>,
) -> Ended {
    let (responses, to_write) = mpsc::unbounded_channel();
    let session = Session {
        common,
        pending: Pending::default(),
        responses,
        sequence: AtomicU32::new(super::bind::FIRST),
        last_heard: Mutex::new(Instant::now()),
        enquired: Mutex::default(),
        ended: AtomicBool::new(false),
        was_useful: AtomicBool::new(false),
        is_leaving: AtomicBool::new(false),
        acknowledged: Mutex::default(),
    };
    Ended {
        why: session.run(bound, requests, to_write).await,
        was_useful: session.was_useful.into_inner(),
    }
}

impl Session<'_> {
    async fn run<S: AsyncRead + AsyncWrite>(
        &self,
        bound: Bound<S>,
        mut requests: mpsc::UnboundedReceiver<Request>,
        to_write: mpsc::UnboundedReceiver<Pdu>,
    ) -> String {
        let (hear, heard) = mpsc::channel(MOST_HEARD);
        let mut hearing = std::pin::pin!(self.hear(heard));
        let why = {
            let Bound { reader, writer, .. } = bound;
            let talk = async {
                tokio::select! {
                    why = self.read(reader, hear) => why,
                    why = self.write(writer, &mut requests, to_write) => why,
                    why = self.watch() => why,
                    why = self.unbind_at_stop() => why,
                }
            };
            let mut talk = std::pin::pin!(talk);
            tokio::select! {
                why = &mut talk => why,
                () = &mut hearing => "stopped".to_owned(),
            }
        };
        self.ended.store(true, Ordering::Relaxed);
        requests.close();
        let host = &self.common.host;
        while let Ok(request) = requests.try_recv() {
            let _ = request
                .answer
                .send(Answer::NotSent(format!("{host} {why}")));
        }
        self.pending
            .end_all(&format!("{host} {why}; whether it was sent is unknown"));
        // What is being kept now may be kept already: its end tells.
        hearing.await;
        let since = Instant::now().checked_sub(DOUBTFUL);
        let acknowledged = std::mem::take(&mut *lock(&self.acknowledged));
        let doubtful = acknowledged
            .into_iter()
            .filter(|(at, _)| since.is_none_or(|since| *at >= since));
        let marks = doubtful.map(|(_, mark)| mark);
        self.common.hearer.may_come_again(marks);
        why
    }

    /// Keeps what came, and acknowledges it.
    async fn hear(&self, mut heard: mpsc::Receiver<ToHear>) {
        let mut batch = Vec::new();
        while heard.recv_many(&mut batch, BATCH).await > 0 {
            if self.ended.load(Ordering::Relaxed) {
                // It was not acknowledged, and comes again.
                return;
            }
            let (answers, messages): (Vec<_>, Vec<_>) = batch
                .drain(..)
                .map(|one| ((one.sequence, one.is_data), one.message))
                .unzip();
            let told = self.common.hearer.hear(&messages).await;
            let now = Instant::now();
            for ((sequence, is_data), told) in answers.into_iter().zip(told) {
                self.acknowledge(sequence, is_data, told.status);
                if told.status == status::ESME_ROK {
                    self.was_useful.store(true, Ordering::Relaxed);
                }
                let mut acknowledged = lock(&self.acknowledged);
                acknowledged.extend(told.mark.map(|mark| (now, mark)));
                while acknowledged
                    .front()
                    .is_some_and(|(at, _)| *at + DOUBTFUL < now)
                {
                    acknowledged.pop_front();
                }
            }
        }
    }

    fn acknowledge(&self, sequence: u32, is_data: bool, status: u32) {
        let taken = Taken::new("");
        let body = if is_data {
            Body::DataSmResp(taken)
        } else {
            Body::DeliverSmResp(taken)
        };
        self.respond(Pdu::response(status, sequence, body));
    }

    fn respond(&self, pdu: Pdu) {
        // At the end, nobody writes any more.
        let _ = self.responses.send(pdu);
    }

    fn next_sequence(&self) -> u32 {
        let next = |last: u32| Some(if last >= 0x7FFF_FFFF { 1 } else { last + 1 });
        let order = Ordering::Relaxed;
        let last = self.sequence.fetch_update(order, order, next);
        last.ok().and_then(next).unwrap_or(1)
    }

    /// Ends what is overdue, and the connection when the SMSC is not there any more.
    async fn watch(&self) -> String {
        let Timing { answer, link, .. } = self.common.timing;
        let silent = format!("did not respond within {} s", answer.as_secs());
        let unknown = format!(
            "{} {silent}; whether it was sent is unknown",
            self.common.host
        );
        loop {
            tokio::time::sleep(TICK).await;
            let now = Instant::now();
            let last_heard = *lock(&self.last_heard);
            let enquired = *lock(&self.enquired);
            let was_silent = now.duration_since(last_heard) >= answer;
            if self.pending.end_overdue(now, &unknown) && was_silent {
                return silent;
            }
            match enquired.filter(|at| *at > last_heard) {
                Some(at) if now.duration_since(at) >= answer => return silent,
                None if now.duration_since(last_heard) >= link => {
                    *lock(&self.enquired) = Some(now);
                    self.respond(Pdu::request(self.next_sequence(), Body::EnquireLink));
                }
                Some(_) | None => {}
            }
        }
    }

    /// Once it is told to stop: waits for the answers of what was sent, then takes its leave.
    async fn unbind_at_stop(&self) -> String {
        let mut stop = self.common.stop.subscribe();
        let _ = stop.wait_for(|stop| *stop).await;
        let answered = self.pending.is_empty();
        let _ = tokio::time::timeout(self.common.timing.answer, answered).await;
        self.respond(Pdu::request(self.next_sequence(), Body::Unbind));
        // Its response ends the reading.
        tokio::time::sleep(self.common.timing.leave).await;
        "stopped".to_owned()
    }
}

/// A window of one session, and the way into it.
#[derive(Debug, Clone)]
pub struct Up {
    pub requests: mpsc::UnboundedSender<Request>,
    pub window: Arc<tokio::sync::Semaphore>,
}
