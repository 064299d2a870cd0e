//! What is asked of jobs.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::watch;
use uuid::Uuid;

use super::store::PostgresStore;
use crate::domain::StreamId;
use crate::store::{
    Attempt, Claim, Delivery, DeliveryFilter, Due, Job, JobKind, JobStore, Settlement, StoreError,
    TimedAttempt, WebhookPause,
};

#[async_trait]
impl JobStore for PostgresStore {
    async fn due(&self, kind: JobKind) -> Result<Due, StoreError> {
        self.database.ours(self.read_due(kind).await)
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Job>, StoreError> {
        self.database.ours(self.claim_jobs(&claim).await)
    }

    async fn claim_delivery(&self, id: Uuid, lease: Duration) -> Result<Option<Job>, StoreError> {
        self.database.ours(self.claim_one_delivery(id, lease).await)
    }

    async fn claim_stranded(
        &self,
        except: Vec<i64>,
        lease: Duration,
    ) -> Result<Vec<Job>, StoreError> {
        self.database
            .ours(self.claim_stranded_jobs(&except, lease).await)
    }

    async fn settle(&self, settlements: Vec<Settlement>) -> Result<(), StoreError> {
        self.database.ours(self.settle_jobs(&settlements).await)
    }

    async fn rebase(
        &self,
        kind: JobKind,
        longest: Duration,
        lease: Duration,
    ) -> Result<(), StoreError> {
        self.database
            .ours(self.rebase_jobs(kind, longest, lease).await)
    }

    async fn requeue(&self, ids: Vec<Uuid>) -> Result<usize, StoreError> {
        self.database.ours(self.requeue_deliveries(&ids).await)
    }

    async fn deliveries(
        &self,
        filter: DeliveryFilter,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.database
            .ours(self.read_deliveries(&filter, limit).await)
    }

    async fn delivery(&self, id: Uuid) -> Result<Option<Delivery>, StoreError> {
        self.database.ours(self.read_delivery(id).await)
    }

    async fn attempts(&self, id: Uuid) -> Result<Vec<Attempt>, StoreError> {
        self.database.ours(self.read_attempts(id).await)
    }

    async fn recent_attempts(
        &self,
        stream: Option<StreamId>,
        since: Option<Timestamp>,
        after: i64,
        limit: usize,
    ) -> Result<(i64, Vec<TimedAttempt>), StoreError> {
        let recent = self.read_recent_attempts(stream.as_ref(), since, after, limit);
        self.database.ours(recent.await)
    }

    async fn webhook_pause(
        &self,
        stream: StreamId,
        url: String,
    ) -> Result<Option<WebhookPause>, StoreError> {
        self.database
            .ours(self.read_webhook_pause(&stream, &url).await)
    }

    async fn set_webhook_enabled(
        &self,
        stream: StreamId,
        enabled: bool,
    ) -> Result<bool, StoreError> {
        self.database
            .ours(self.enable_webhook(&stream, enabled).await)
    }

    async fn forget_gone(&self, stream: StreamId) -> Result<bool, StoreError> {
        self.database.ours(self.forget_gone_webhook(&stream).await)
    }

    async fn unsubmitted(&self, uuids: Vec<Uuid>) -> Result<usize, StoreError> {
        self.database.ours(self.read_unsubmitted(&uuids).await)
    }

    async fn set_aside(&self) -> Result<Vec<String>, StoreError> {
        self.database.ours(self.read_set_aside().await)
    }

    fn queued(&self) -> watch::Receiver<u64> {
        self.database.queued()
    }
}
