//! Live streams: their messages leave by a route, which is another Streams API. On disk first, then
//! handed on in batches, at most once; then their status is asked for until it is final.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::super::event::{Event, Tell};
use super::super::pulse::{Beat, Pulse};
use super::super::served::Served;
use super::verdict::{Missed, RARELY, later, learned, passage};
use crate::api::{
    HeaderValue, MOST_MESSAGES, MessageBody, NoAnswer, SendBody, SendReport, StatusBody,
    StatusReport, read_send, read_status, send_request, status_request,
};
use crate::client::{Answer, Client, Limits};
use crate::domain::{MessageStatus, Route, RouteToken, StreamId};
use crate::error::Failure;
use crate::journal::{Awaited, Journal, Outbound, OutboundWork, Passage};
use crate::state::Home;

/// How long a claim holds: longer than any request takes.
const CLAIM: Duration = Duration::from_secs(60);

/// How long it waits for a token file that cannot be read.
const UNREAD: Duration = Duration::from_secs(5);

/// Why there is no way out.
enum NoWay {
    /// There is none.
    Closed(String),
    /// It is not known, as its token cannot be read.
    Unread,
}

/// What every request needs.
#[derive(Debug)]
struct Outside {
    home: Home,
    journal: Journal,
    served: Arc<Served>,
    client: Client,
}

/// A stream, and whether its messages are handed on; else their status is asked for.
type Job = (StreamId, bool);

/// Works until the other end of `running` is gone; then what is in flight comes to its end.
pub async fn work(
    home: Home,
    journal: Journal,
    served: Arc<Served>,
    tell: Tell,
    mut running: watch::Receiver<()>,
) {
    let outside = Arc::new(Outside {
        home,
        journal,
        served,
        client: Client::new(Limits::API),
    });
    let mut busy: HashSet<Job> = HashSet::new();
    let mut requests: JoinSet<(Job, Result<(), Failure>)> = JoinSet::new();
    let mut pulse = Pulse::new();
    loop {
        let beat = pulse.beat(&outside.journal).await;
        if beat.look {
            let handing_on = busy.iter().any(|(_, out)| *out);
            match outside.work_at(&beat, handing_on).await {
                Ok(work) => {
                    pulse.next_is(work.next);
                    let streams = work.to_hand_on.into_iter().map(|stream| (stream, true));
                    let asked = work.to_ask_for.into_iter().map(|stream| (stream, false));
                    for job in streams.chain(asked).filter(|job| busy.insert(job.clone())) {
                        requests.spawn(Arc::clone(&outside).carry_out(job));
                    }
                }
                Err(failure) => tell.tell(Event::JournalBroken(failure)),
            }
        }
        tokio::select! {
            () = Pulse::pause() => {}
            _ = running.changed() => break,
            Some(done) = requests.join_next() => {
                if let Ok((job, done)) = done {
                    busy.remove(&job);
                    if let Err(failure) = done {
                        tell.tell(Event::JournalBroken(failure));
                    }
                }
                // There may be more than one batch.
                pulse.hurry();
            }
        }
    }
    while requests.join_next().await.is_some() {}
}

impl Outside {
    /// What is to be done now. Messages whose claim ran out are given up, unless they may be those
    /// that this process is handing on: the machine may have slept meanwhile.
    async fn work_at(&self, beat: &Beat, handing_on: bool) -> Result<OutboundWork, Failure> {
        let now = beat.now;
        if beat.set_back {
            self.journal
                .write(move |writer| writer.rebase_relay(now, RARELY, CLAIM))
                .await?;
        }
        let work = self
            .journal
            .read(move |reader| reader.outbound(now))
            .await?;
        if work.stranded && !handing_on {
            self.journal
                .write(move |writer| writer.give_up_stranded(now))
                .await?;
        }
        Ok(work)
    }

    async fn carry_out(self: Arc<Self>, job: Job) -> (Job, Result<(), Failure>) {
        let (stream, out) = &job;
        let done = if *out {
            self.hand_on(stream).await
        } else {
            self.ask(stream).await
        };
        (job, done)
    }

    /// The way out for a stream, and its token.
    fn way(&self, stream: &StreamId) -> Result<(Route, RouteToken), NoWay> {
        let streams = self.served.streams();
        let closed = |why: String| NoWay::Closed(why);
        let live = streams.with_id(stream).is_some_and(|one| !one.demo);
        if !live {
            return Err(closed(
                "the stream was deleted, or is no longer live".to_owned(),
            ));
        }
        let route = Route::of(streams.routes(), stream)
            .ok_or_else(|| closed("the route was removed".to_owned()))?;
        let token = self
            .home
            .route_token(&route.name)
            .map_err(|_| NoWay::Unread)?;
        let token = token
            .ok_or_else(|| closed(format!("the token of route {} is not kept", route.name)))?;
        Ok((route.clone(), token))
    }

    /// Hands one batch of a stream on.
    async fn hand_on(&self, stream: &StreamId) -> Result<(), Failure> {
        let (id, now) = (stream.clone(), Timestamp::now());
        let until = later(now, CLAIM);
        let batch = self
            .journal
            .write(move |writer| writer.hand_on(&id, MOST_MESSAGES, now, until))
            .await?;
        let passages = match self.way(stream) {
            Err(NoWay::Closed(why)) => {
                let ended =
                    |_: &Outbound| Passage::Ended(MessageStatus::NoRoutes, Some(why.clone()));
                batch.iter().map(ended).collect()
            }
            // The file may be readable again soon.
            Err(NoWay::Unread) => {
                let again = later(now, UNREAD);
                batch.iter().map(|_| Passage::Unsent(again)).collect()
            }
            Ok((route, token)) => {
                let answered = self.submit(&route, &token, &batch).await;
                let now = Timestamp::now();
                batch
                    .iter()
                    .map(|one| passage(one, &answered, now))
                    .collect::<Vec<_>>()
            }
        };
        let now = Timestamp::now();
        self.journal
            .write(move |writer| {
                for (one, passage) in batch.iter().zip(&passages) {
                    writer.settle(one.place, passage, now)?;
                }
                Ok(())
            })
            .await
    }

    async fn submit(
        &self,
        route: &Route,
        token: &RouteToken,
        batch: &[Outbound],
    ) -> Result<Vec<SendReport>, Missed> {
        let body = SendBody {
            messages: batch
                .iter()
                .map(|Outbound { message, .. }| MessageBody {
                    // Ours is unique; the caller's own may not be known to the other API as such.
                    internal_id: message.uuid.to_string(),
                    sender: Some(message.sender.clone()),
                    recipient_phone: message.handset.clone(),
                    message_content: message.text.clone(),
                })
                .collect(),
        };
        let request = send_request(&route.base_url, HeaderValue::foreign_token(token), &body);
        let answer = self.client.execute(&request).await?;
        let Answer {
            status,
            body,
            retry_after,
            cut,
            ..
        } = answer;
        if cut {
            let message = "it is longer than any answer should be".to_owned();
            return Err(Missed::NoAnswer(
                NoAnswer::Unreadable { status, message },
                None,
            ));
        }
        read_send(status, &body).map_err(|error| Missed::NoAnswer(error, retry_after))
    }

    /// Asks for the status of one batch of a stream.
    async fn ask(&self, stream: &StreamId) -> Result<(), Failure> {
        let (id, now) = (stream.clone(), Timestamp::now());
        let until = later(now, CLAIM);
        let batch = self
            .journal
            .write(move |writer| writer.ask_for(&id, MOST_MESSAGES, now, until))
            .await?;
        let reports = match self.way(stream) {
            Err(_) => HashMap::new(),
            Ok((route, token)) => self.statuses(&route, &token, &batch).await,
        };
        let now = Timestamp::now();
        self.journal
            .write(move |writer| {
                for one in &batch {
                    let learned = learned(one, reports.get(&one.upstream), now);
                    writer.settle(one.place, &learned, now)?;
                }
                Ok(())
            })
            .await
    }

    /// Statuses by id; an answer that did not come says nothing.
    async fn statuses(
        &self,
        route: &Route,
        token: &RouteToken,
        batch: &[Awaited],
    ) -> HashMap<String, StatusReport> {
        let body = StatusBody {
            message_uuids: batch.iter().map(|one| one.upstream.clone()).collect(),
        };
        let request = status_request(&route.base_url, HeaderValue::foreign_token(token), &body);
        let answered = self.client.execute(&request).await;
        let reports = answered
            .ok()
            .and_then(|answer| read_status(answer.status, &answer.body).ok());
        let pair = |report: StatusReport| (report.message_uuid.clone(), report);
        reports.unwrap_or_default().into_iter().map(pair).collect()
    }
}
