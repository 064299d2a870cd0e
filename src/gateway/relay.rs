//! Live streams: their messages leave by a route, which is another Streams API. On disk first, then
//! handed on in batches, at most once; then their status is asked for until it is final.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::clock::Clock;
use super::event::{Event, Tell};
use super::served::Served;
use crate::api::{
    HeaderValue, MessageBody, NoAnswer, SendBody, SendReport, StatusBody, StatusReport, read_send,
    read_status, send_request, status_request,
};
use crate::client::{Answer, Client, Limits, Unanswered};
use crate::domain::{MessageStatus, Route, RouteToken, StreamId};
use crate::error::Failure;
use crate::journal::{Awaited, Journal, Outbound, Passage, Reader};
use crate::state::Home;

/// Most messages in a request.
const BATCH: usize = 250;

const LIMITS: Limits = Limits {
    connect: Duration::from_secs(5),
    total: Duration::from_secs(30),
    body: 1 << 20,
};

/// How long a claim holds: longer than any request takes.
const CLAIM: Duration = Duration::from_secs(60);

/// How often it looks whether another process has written, and how often although nobody did.
const GLANCE: Duration = Duration::from_millis(50);
const LOOK: Duration = Duration::from_secs(2);

/// Turns after which a message that could not be sent fails.
const TURNS: usize = 6;

/// The longest pause between two questions for a status, and how long it is asked at all.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
const PATIENCE: Duration = Duration::from_secs(72 * 3_600);

/// What every request needs.
#[derive(Debug)]
struct Outside {
    home: Home,
    journal: Journal,
    served: Arc<Served>,
    client: Client,
}

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
        client: Client::new(LIMITS),
    });
    let mut busy: HashSet<(StreamId, bool)> = HashSet::new();
    let mut requests: JoinSet<((StreamId, bool), Result<(), Failure>)> = JoinSet::new();
    let mut clock = Clock::new();
    let (mut seen, mut due) = (None, None);
    let mut last_look = tokio::time::Instant::now();
    loop {
        let edition = outside.journal.read(Reader::edition).await.ok();
        let now = Timestamp::now();
        if clock.was_set_back(Instant::now(), now) {
            let rebased = outside
                .journal
                .write(move |writer| writer.rebase_relay(now, LONGEST_PAUSE, CLAIM))
                .await;
            rebased.unwrap_or_else(|failure| tell.tell(Event::JournalBroken(failure)));
            seen = None;
        }
        let changed = seen.is_none() || edition != seen;
        if changed || due.is_some_and(|due| due <= now) || last_look.elapsed() >= LOOK {
            seen = edition;
            last_look = tokio::time::Instant::now();
            match outside
                .journal
                .read(move |reader| reader.outbound(now))
                .await
            {
                Ok(work) => {
                    due = work.next;
                    if work.stranded {
                        let given_up = outside
                            .journal
                            .write(move |writer| writer.give_up_stranded(now))
                            .await;
                        given_up.unwrap_or_else(|failure| {
                            tell.tell(Event::JournalBroken(failure));
                            0
                        });
                    }
                    let streams = work.to_hand_on.into_iter().map(|stream| (stream, true));
                    let asked = work.to_ask_for.into_iter().map(|stream| (stream, false));
                    for job in streams.chain(asked) {
                        if busy.insert(job.clone()) {
                            let outside = Arc::clone(&outside);
                            requests.spawn(async move {
                                let (stream, out) = &job;
                                let done = if *out {
                                    outside.hand_on(stream).await
                                } else {
                                    outside.ask(stream).await
                                };
                                (job, done)
                            });
                        }
                    }
                }
                Err(failure) => tell.tell(Event::JournalBroken(failure)),
            }
        }
        tokio::select! {
            () = tokio::time::sleep(GLANCE) => {}
            _ = running.changed() => break,
            Some(done) = requests.join_next() => {
                if let Ok((job, done)) = done {
                    busy.remove(&job);
                    if let Err(failure) = done {
                        tell.tell(Event::JournalBroken(failure));
                    }
                }
                // There may be more than one batch.
                seen = None;
            }
        }
    }
    while requests.join_next().await.is_some() {}
}

impl Outside {
    /// The way out for a stream, and its token.
    fn way(&self, stream: &StreamId) -> Result<(Route, RouteToken), String> {
        let streams = self.served.streams();
        let route = Route::of(streams.routes(), stream).ok_or("the route was removed")?;
        let token = self.home.route_token(&route.name);
        let token = token.map_err(|error| format!("{error:#}"))?;
        let token =
            token.ok_or_else(|| format!("the token of route {} is not kept", route.name))?;
        Ok((route.clone(), token))
    }

    /// Hands one batch of a stream on.
    async fn hand_on(&self, stream: &StreamId) -> Result<(), Failure> {
        let (id, now) = (stream.clone(), Timestamp::now());
        let until = later(now, CLAIM);
        let batch = self
            .journal
            .write(move |writer| writer.hand_on(&id, BATCH, now, until))
            .await?;
        let passages = match self.way(stream) {
            Err(why) => {
                let ended =
                    |_: &Outbound| Passage::Ended(MessageStatus::NoRoutes, Some(why.clone()));
                batch.iter().map(ended).collect()
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
                    writer.passed(one, passage, now)?;
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
            .write(move |writer| writer.ask_for(&id, BATCH, now, until))
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
                    writer.learned(one, &learned, now)?;
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

/// Why there is no report on a batch, and the pause that was asked for.
#[derive(Debug, thiserror::Error)]
enum Missed {
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    #[error("{0}")]
    NoAnswer(NoAnswer, Option<Duration>),
}

/// What the answer to a batch means for one of its messages.
///
/// Only what certainly was not sent is sent again: where no connection came about, and where the API
/// says that it is busy (429, 503).
fn passage(one: &Outbound, answered: &Result<Vec<SendReport>, Missed>, now: Timestamp) -> Passage {
    let uuid = one.message.uuid.to_string();
    let failed = |why: String| Passage::Ended(MessageStatus::SentFailed, Some(why));
    let again = |asked: Option<Duration>, why: String| {
        if one.turns + 1 >= TURNS {
            return failed(why);
        }
        let pause = Duration::from_secs(1 << one.turns.min(8));
        let pause = asked.map_or(pause, |asked| asked.clamp(pause, LONGEST_PAUSE));
        Passage::Unsent(later(now, pause))
    };
    match answered {
        Ok(reports) => {
            let own = |report: &&SendReport| report.internal_id.as_ref() == Some(&uuid);
            match reports.iter().find(own).map(|report| &report.outcome) {
                Some(Ok(upstream)) => {
                    Passage::Taken(upstream.clone(), later(now, Duration::from_secs(1)))
                }
                Some(Err(why)) => Passage::Ended(MessageStatus::Rejected, Some(why.clone())),
                None => failed(
                    "the answer does not speak of it; whether it was sent is unknown".to_owned(),
                ),
            }
        }
        Err(missed) => match missed {
            Missed::Unanswered(error) if error.was_sent() => {
                failed(format!("{error}; whether it was sent is unknown"))
            }
            Missed::Unanswered(error) => again(None, error.to_string()),
            Missed::NoAnswer(
                error @ NoAnswer::Refused {
                    status: 429 | 503, ..
                },
                asked,
            ) => again(*asked, error.to_string()),
            Missed::NoAnswer(
                error @ (NoAnswer::Refused { status: 500.., .. } | NoAnswer::Unreadable { .. }),
                _,
            ) => failed(format!("{error}; whether it was sent is unknown")),
            Missed::NoAnswer(error, _) => failed(error.to_string()),
        },
    }
}

/// What a report, or none, means for a message that was handed on.
fn learned(one: &Awaited, report: Option<&StatusReport>, now: Timestamp) -> Passage {
    let status = report.and_then(|report| report.status.parse::<MessageStatus>().ok());
    if let Some(status) = status.filter(|status| status.is_final()) {
        return Passage::Ended(status, report.and_then(|report| report.details.clone()));
    }
    if later(one.at, PATIENCE) < now {
        return Passage::Forgotten;
    }
    let pause = Duration::from_secs(1 << one.turns.min(8)).min(LONGEST_PAUSE);
    Passage::Open(later(now, pause))
}

fn later(at: Timestamp, pause: Duration) -> Timestamp {
    at.checked_add(pause).unwrap_or(Timestamp::MAX)
}
