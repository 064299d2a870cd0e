//! The local engine's answers to what is asked of jobs.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::watch;
use uuid::Uuid;

use super::due::{Claimed, Loaded};
use super::writer::Writer;
use crate::domain::StreamId;
use crate::store::local::LocalStore;
use crate::store::{
    Attempt, Claim, Delivery, DeliveryFilter, Due, Job, JobKind, JobStore, MessageStore as _,
    Settlement, StoreError, TimedAttempt, WebhookPause,
};

impl LocalStore {
    /// What claimed jobs are about. Those that cannot be read are put aside.
    async fn load(&self, claimed: Vec<Claimed>) -> Result<Vec<Job>, StoreError> {
        if claimed.is_empty() {
            return Ok(Vec::new());
        }
        let Loaded { jobs, lacking } = self
            .messages()
            .read(move |reader| reader.load(claimed))
            .await?;
        if !lacking.is_empty() {
            self.messages()
                .write(move |writer| writer.put_aside(&lacking))
                .await?;
        }
        Ok(jobs)
    }

    /// As [`LocalStore::load`], for jobs that nobody has begun to work on: where it cannot be learned
    /// what they are about they are let go of, so that a message does not end as if it had been
    /// submitted.
    async fn load_or_release(&self, claimed: Vec<Claimed>) -> Result<Vec<Job>, StoreError> {
        let held: Vec<_> = claimed
            .iter()
            .map(|claimed| (claimed.job.key, claimed.lease))
            .collect();
        let loaded = self.load(claimed).await;
        if loaded.is_err() {
            let release = move |writer: &Writer| {
                let release = |(key, lease): &_| writer.again(*key, *lease, None);
                held.iter().try_for_each(release)
            };
            // What cannot be let go of either is free when its lease is over.
            let _ = self.messages().write(release).await;
        }
        loaded
    }
}

#[async_trait]
impl JobStore for LocalStore {
    async fn due(&self, kind: JobKind) -> Result<Due, StoreError> {
        let now = self.now().as_millisecond();
        self.messages()
            .read(move |reader| reader.due(kind, now))
            .await
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Job>, StoreError> {
        let now = self.now().as_millisecond();
        let Claim { kind, lease, .. } = claim;
        let keys = self
            .messages()
            .read(move |reader| reader.candidates(&claim, now))
            .await?;
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let claimed = self
            .messages()
            .write(move |writer| writer.claim(kind, &keys, lease))
            .await?;
        match kind {
            JobKind::Submit => self.load_or_release(claimed).await,
            // Their leases end.
            JobKind::Deliver | JobKind::Ask | JobKind::Turn => self.load(claimed).await,
        }
    }

    async fn claim_delivery(&self, id: Uuid, lease: Duration) -> Result<Option<Job>, StoreError> {
        let claimed = self
            .messages()
            .write(move |writer| writer.claim_delivery(id, lease))
            .await?;
        Ok(self.load(claimed).await?.pop())
    }

    async fn claim_stranded(
        &self,
        except: Vec<i64>,
        lease: Duration,
    ) -> Result<Vec<Job>, StoreError> {
        let claimed = self
            .messages()
            .write(move |writer| writer.claim_stranded(&except, lease))
            .await?;
        self.load(claimed).await
    }

    async fn settle(&self, settlements: Vec<Settlement>) -> Result<(), StoreError> {
        let failed = self
            .messages()
            .write(move |writer| {
                let mut failed = None;
                for one in &settlements {
                    let error = writer.alone(|| writer.settle(one))?;
                    failed = failed.or(error);
                }
                Ok(failed)
            })
            .await?;
        failed.map_or(Ok(()), |error| Err(self.messages().told(&error)))
    }

    async fn rebase(
        &self,
        kind: JobKind,
        longest: Duration,
        lease: Duration,
    ) -> Result<(), StoreError> {
        self.messages()
            .write(move |writer| writer.rebase(kind, longest, lease))
            .await
    }

    async fn requeue(&self, ids: Vec<Uuid>) -> Result<usize, StoreError> {
        self.messages()
            .write(move |writer| writer.requeue(&ids))
            .await
    }

    async fn deliveries(
        &self,
        filter: DeliveryFilter,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.messages()
            .read(move |reader| reader.deliveries(&filter, limit))
            .await
    }

    async fn delivery(&self, id: Uuid) -> Result<Option<Delivery>, StoreError> {
        self.messages().read_here(|reader| reader.delivery(id))
    }

    async fn attempts(&self, id: Uuid) -> Result<Vec<Attempt>, StoreError> {
        self.messages()
            .read(move |reader| reader.attempts(id))
            .await
    }

    async fn recent_attempts(
        &self,
        stream: Option<StreamId>,
        since: Option<Timestamp>,
        after: i64,
        limit: usize,
    ) -> Result<(i64, Vec<TimedAttempt>), StoreError> {
        self.messages()
            .read(move |reader| reader.recent_attempts(stream.as_ref(), since, after, limit))
            .await
    }

    async fn webhook_pause(
        &self,
        stream: StreamId,
        url: String,
    ) -> Result<Option<WebhookPause>, StoreError> {
        self.messages()
            .read_here(|reader| reader.webhook_pause(&stream, &url))
    }

    async fn set_webhook_enabled(
        &self,
        stream: StreamId,
        enabled: bool,
    ) -> Result<bool, StoreError> {
        self.messages()
            .write(move |writer| writer.set_webhook_enabled(&stream, enabled))
            .await
    }

    async fn forget_gone(&self, stream: StreamId) -> Result<bool, StoreError> {
        self.messages()
            .write(move |writer| writer.forget_gone(&stream))
            .await
    }

    async fn unsubmitted(&self, uuids: Vec<Uuid>) -> Result<usize, StoreError> {
        self.messages()
            .read(move |reader| reader.unsubmitted(&uuids))
            .await
    }

    async fn set_aside(&self) -> Result<Vec<String>, StoreError> {
        self.messages().read(super::reader::Reader::set_aside).await
    }

    fn queued(&self) -> watch::Receiver<u64> {
        self.messages().queued()
    }
}
