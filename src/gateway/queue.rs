//! The queue of deliveries: takes up what is due, whoever put it there, stream by stream, so that a
//! receiver that hangs slows nobody else.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::courier::{Attempted, CLAIM, Courier};
use super::event::{Event, Tell};
use super::pulse::Pulse;
use super::served::Served;
use crate::domain::StreamId;
use crate::error::Failure;
use crate::journal::{Claimed, Journal};

/// Most attempts of one stream at one time.
const AT_ONCE: usize = 10;

/// Most attempts at one time, of all streams together.
const AT_ONCE_OF_ALL: usize = 1_000;

/// Works until the other end of `running` is gone; then what is in flight comes to its end. What a
/// killed process had in flight is attempted again when its claims are over.
pub async fn work(
    courier: Arc<Courier>,
    journal: Journal,
    served: Arc<Served>,
    tell: Tell,
    mut running: watch::Receiver<()>,
) {
    let mut queue = Queue {
        courier,
        journal,
        served,
        tell,
        busy: HashMap::new(),
        attempts: JoinSet::new(),
    };
    let mut pulse = Pulse::new();
    loop {
        let beat = pulse.beat(&queue.journal).await;
        if beat.set_back {
            queue.rebase(beat.now).await;
        }
        if beat.look {
            match queue.take_up(beat.now).await {
                Ok(due) => pulse.next_is(due),
                Err(failure) => queue.tell.tell(Event::JournalBroken(failure)),
            }
        }
        tokio::select! {
            () = Pulse::pause() => {}
            _ = running.changed() => break,
            Some(done) = queue.attempts.join_next() => {
                queue.finished(done);
                while let Some(done) = queue.attempts.try_join_next() {
                    queue.finished(done);
                }
                // Another message of the same handset may have waited for this one.
                pulse.hurry();
            }
        }
    }
    while let Some(done) = queue.attempts.join_next().await {
        queue.finished(done);
    }
}

type Done = Result<(StreamId, Result<Attempted, Failure>), tokio::task::JoinError>;

struct Queue {
    courier: Arc<Courier>,
    journal: Journal,
    served: Arc<Served>,
    tell: Tell,
    /// Attempts in flight by stream.
    busy: HashMap<StreamId, usize>,
    attempts: JoinSet<(StreamId, Result<Attempted, Failure>)>,
}

impl Queue {
    async fn rebase(&self, now: Timestamp) {
        let longest = self.courier.longest_pause();
        let rebased = self
            .journal
            .write(move |writer| writer.rebase_deliveries(now, longest, CLAIM))
            .await;
        if let Err(failure) = rebased {
            self.tell.tell(Event::JournalBroken(failure));
        }
    }

    /// Begins what is due and has room; when the next one is due.
    async fn take_up(&mut self, now: Timestamp) -> Result<Option<Timestamp>, Failure> {
        let (streams, next) = self.journal.read(move |reader| reader.due(now)).await?;
        for stream in streams {
            let busy = self.busy.get(&stream).copied().unwrap_or_default();
            if busy >= AT_ONCE {
                continue;
            }
            if self.attempts.len() >= AT_ONCE_OF_ALL {
                break;
            }
            let id = stream.clone();
            let candidates = self
                .journal
                .read(move |reader| reader.candidates(&id, AT_ONCE - busy, now))
                .await?;
            if candidates.is_empty() {
                continue;
            }
            // From now on, not from the look: other streams may have had their turn in between.
            let now = Timestamp::now();
            let until = now.checked_add(CLAIM).unwrap_or(now);
            let claimed = self
                .journal
                .write(move |writer| writer.claim(&candidates, now, until))
                .await?;
            if !claimed.is_empty() {
                *self.busy.entry(stream.clone()).or_default() += claimed.len();
            }
            for claimed in claimed {
                self.begin(stream.clone(), claimed);
            }
        }
        Ok(next)
    }

    fn begin(&mut self, stream: StreamId, claimed: Claimed) {
        let (courier, streams) = (Arc::clone(&self.courier), self.served.streams());
        self.attempts
            .spawn(async move { (stream, courier.attempt(claimed, &streams).await) });
    }

    fn finished(&mut self, done: Done) {
        let Ok((stream, attempted)) = done else {
            return;
        };
        if let Some(busy) = self.busy.get_mut(&stream) {
            *busy -= 1;
        }
        match attempted {
            Ok(Attempted { attempt, next }) => {
                let name = self.served.streams().with_id(&stream);
                let name = name.map_or_else(|| stream.to_string(), |one| one.name.to_string());
                self.tell.tell(Event::Delivery {
                    stream: name,
                    status: attempt.status,
                    error: attempt.error,
                    elapsed: attempt.elapsed,
                    next,
                });
            }
            Err(failure) => self.tell.tell(Event::JournalBroken(failure)),
        }
    }
}
