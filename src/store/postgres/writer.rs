//! What waits to be accepted, written together: while one transaction is made durable, the next one
//! fills.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use super::database::Database;
use super::fault::Fault;
use super::{accept, tally};
use crate::store::{AcceptedBatch, NewMessages, StoreError};

/// Most requests that share a transaction, and about as many messages.
const REQUESTS: usize = 256;
const MESSAGES: usize = 4_000;

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

/// All in one transaction, or, where one of them is wrong by itself, each in its own.
async fn together(database: &Database, batch: Vec<Request>, folds: bool) {
    let (requests, waiting): (Vec<_>, Vec<_>) =
        batch.into_iter().map(|one| (one.new, one.told)).unzip();
    let outcome = write(database, &requests, folds).await;
    match outcome {
        Ok(accepted) => {
            for (told, accepted) in waiting.into_iter().zip(accepted) {
                let _ = told.send(Ok(accepted));
            }
        }
        Err(fault) if fault.concerns_all() || requests.len() == 1 => {
            let error = fault.at(database.address());
            for told in waiting {
                let _ = told.send(Err(error.clone()));
            }
        }
        Err(_) => {
            for (new, told) in requests.iter().zip(waiting) {
                let alone = write(database, std::slice::from_ref(new), false).await;
                let first = |mut all: Vec<AcceptedBatch>| all.pop().ok_or(StoreError::Stopped);
                let _ = told.send(database.ours(alone).and_then(first));
            }
        }
    }
}

async fn write(
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
