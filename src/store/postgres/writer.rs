//! What waits to be accepted, written together: while one transaction is made durable, the next one
//! fills.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use super::database::Database;
use super::fault::Fault;
use super::{accept, accept_plain, tally};
use crate::store::{Accepted, AcceptedBatch, NewMessages, StoreError};

/// Most requests that share a transaction, and about as many messages.
const REQUESTS: usize = 256;
const MESSAGES: usize = 4_000;

/// What is said where a day has no partitions yet: by `take_made_keys`, and by the server where they
/// were made after it had begun with the statement.
const NO_PARTITIONS: [&str; 2] = ["TP001", "23514"];

/// Time between two foldings of the tally.
const FOLDING: Duration = Duration::from_secs(1);

struct Request {
    new: NewMessages,
    told: oneshot::Sender<Result<AcceptedBatch, StoreError>>,
}

/// A task that accepts, once there is something to accept.
#[derive(Default)]
pub(super) struct Writer(Mutex<Option<mpsc::UnboundedSender<Request>>>);

impl Writer {
    pub async fn accept(
        &self,
        database: &Database,
        new: NewMessages,
    ) -> Result<AcceptedBatch, StoreError> {
        let (told, outcome) = oneshot::channel();
        let requests = database.ours(self.requests(database))?;
        let sent = requests.send(Request { new, told });
        sent.map_err(|_| StoreError::Stopped)?;
        outcome.await.unwrap_or(Err(StoreError::Stopped))
    }

    fn requests(&self, database: &Database) -> Result<mpsc::UnboundedSender<Request>, Fault> {
        let mut requests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(requests) = &*requests {
            return Ok(requests.clone());
        }
        let (sender, waiting) = mpsc::unbounded_channel();
        database.spawn(accept_all(database.clone(), waiting))?;
        *requests = Some(sender.clone());
        Ok(sender)
    }
}

async fn accept_all(database: Database, mut waiting: mpsc::UnboundedReceiver<Request>) {
    let mut folded = Instant::now();
    while let Some(first) = waiting.recv().await {
        let (mut batch, mut messages) = (vec![first], 0);
        while batch.len() < REQUESTS && messages < MESSAGES {
            let Ok(next) = waiting.try_recv() else { break };
            messages += next.new.messages.len();
            batch.push(next);
        }
        let folds = folded.elapsed() >= FOLDING;
        if folds {
            folded = Instant::now();
        }
        together(&database, batch, folds).await;
    }
}

async fn together(database: &Database, batch: Vec<Request>, folds: bool) {
    let is_plain = |request: &Request| accept_plain::is_plain(&request.new);
    let (plain, others): (Vec<_>, Vec<_>) = batch.into_iter().partition(is_plain);
    if !plain.is_empty() {
        keep_plain(database, plain).await;
    }
    let (requests, waiting): (Vec<_>, Vec<_>) =
        others.into_iter().map(|one| (one.new, one.told)).unzip();
    let accepted = accept_each(database, &requests, folds).await;
    for (told, accepted) in waiting.into_iter().zip(accepted) {
        let _ = told.send(accepted);
    }
}

/// In one statement; where one of them is wrong by itself, each in its own. Messages that it leaves out
/// are looked at by themselves.
async fn keep_plain(database: &Database, batch: Vec<Request>) {
    let rows: Vec<_> = batch.iter().flat_map(|one| accept::of(&one.new)).collect();
    let kept = match accept_plain::keep(database, &rows).await {
        // The first message of a day: a transaction makes the day's tables first.
        Err(fault)
            if fault
                .state()
                .is_some_and(|state| NO_PARTITIONS.contains(&state.code())) =>
        {
            vec![None; rows.len()]
        }
        Err(fault) if fault.concerns_all() || batch.len() == 1 => {
            let noted: Result<(), _> = database.noted(Err(fault));
            let Err(error) = database.ours(noted) else {
                return;
            };
            for one in batch {
                let _ = one.told.send(Err(error.clone()));
            }
            return;
        }
        Err(_) => {
            for one in batch {
                Box::pin(keep_plain(database, vec![one])).await;
            }
            return;
        }
        Ok(kept) => {
            let _ = database.noted(Ok(()));
            kept
        }
    };
    let mut kept = kept.into_iter();
    let (mut left, mut waiting) = (Vec::new(), Vec::new());
    for Request { new, told } in batch {
        let answers: Vec<_> = kept.by_ref().take(new.messages.len()).collect();
        let missing = answers.iter().zip(&new.messages);
        let missing = missing.filter(|(answer, _)| answer.is_none());
        let missing: Vec<_> = missing.map(|(_, message)| message.clone()).collect();
        if missing.is_empty() {
            let _ = told.send(database.ours(batch_of(database, answers)));
        } else {
            left.push(new.with(missing));
            waiting.push((answers, told));
        }
    }
    let accepted = accept_each(database, &left, false).await;
    for ((mut answers, told), accepted) in waiting.into_iter().zip(accepted) {
        let whole = accepted.and_then(|batch| {
            let mut others = batch.accepted.into_iter();
            for answer in answers.iter_mut().filter(|answer| answer.is_none()) {
                *answer = others.next();
            }
            database.ours(batch_of(database, answers))
        });
        let _ = told.send(whole);
    }
}

fn batch_of(database: &Database, answers: Vec<Option<Accepted>>) -> Result<AcceptedBatch, Fault> {
    Ok(AcceptedBatch {
        id: accept::request_id(database)?,
        accepted: answers.into_iter().flatten().collect(),
    })
}

/// All in one transaction, or, where one of them is wrong by itself, each in its own.
async fn accept_each(
    database: &Database,
    requests: &[NewMessages],
    folds: bool,
) -> Vec<Result<AcceptedBatch, StoreError>> {
    if requests.is_empty() && !folds {
        return Vec::new();
    }
    match transact(database, requests, folds).await {
        Ok(accepted) => accepted.into_iter().map(Ok).collect(),
        Err(fault) if fault.concerns_all() || requests.len() < 2 => {
            let error = fault.at(database.address());
            requests.iter().map(|_| Err(error.clone())).collect()
        }
        Err(_) => {
            let mut accepted = Vec::with_capacity(requests.len());
            for one in requests {
                let alone = transact(database, std::slice::from_ref(one), false).await;
                let first = |mut all: Vec<AcceptedBatch>| all.pop().ok_or(StoreError::Stopped);
                accepted.push(database.ours(alone).and_then(first));
            }
            accepted
        }
    }
}

async fn transact(
    database: &Database,
    requests: &[NewMessages],
    folds: bool,
) -> Result<Vec<AcceptedBatch>, Fault> {
    let written = async {
        let mut client = database.client().await?;
        let tx = client.transaction().await?;
        let requests: Vec<&NewMessages> = requests.iter().collect();
        let (accepted, queued) = accept::accept(&tx, &requests).await?;
        if folds {
            tally::fold(&tx).await?;
        }
        tx.commit().await?;
        Ok((accepted, queued))
    };
    let (accepted, queued) = database.noted(written.await)?;
    if queued {
        database.has_queued();
    }
    Ok(accepted)
}
