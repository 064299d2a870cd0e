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
        let _ = (kind,);
        Err(StoreError::Stopped)
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Job>, StoreError> {
        let _ = (claim,);
        Err(StoreError::Stopped)
    }

    async fn claim_delivery(&self, id: Uuid, lease: Duration) -> Result<Option<Job>, StoreError> {
        let _ = (id, lease);
        Err(StoreError::Stopped)
    }

    async fn claim_stranded(
        &self,
        except: Vec<i64>,
        lease: Duration,
    ) -> Result<Vec<Job>, StoreError> {
        let _ = (except, lease);
        Err(StoreError::Stopped)
    }

    async fn settle(&self, settlements: Vec<Settlement>) -> Result<(), StoreError> {
        let _ = (settlements,);
        Err(StoreError::Stopped)
    }

    async fn rebase(
        &self,
        kind: JobKind,
        longest: Duration,
        lease: Duration,
    ) -> Result<(), StoreError> {
        let _ = (kind, longest, lease);
        Err(StoreError::Stopped)
    }

    async fn requeue(&self, ids: Vec<Uuid>) -> Result<usize, StoreError> {
        let _ = (ids,);
        Err(StoreError::Stopped)
    }

    async fn deliveries(
        &self,
        filter: DeliveryFilter,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        let _ = (filter, limit);
        Err(StoreError::Stopped)
    }

    async fn delivery(&self, id: Uuid) -> Result<Option<Delivery>, StoreError> {
        let _ = (id,);
        Err(StoreError::Stopped)
    }

    async fn attempts(&self, id: Uuid) -> Result<Vec<Attempt>, StoreError> {
        let _ = (id,);
        Err(StoreError::Stopped)
    }

    async fn recent_attempts(
        &self,
        stream: Option<StreamId>,
        since: Option<Timestamp>,
        after: i64,
        limit: usize,
    ) -> Result<(i64, Vec<TimedAttempt>), StoreError> {
        let _ = (stream, since, after, limit);
        Err(StoreError::Stopped)
    }

    async fn webhook_pause(
        &self,
        stream: StreamId,
        url: String,
    ) -> Result<Option<WebhookPause>, StoreError> {
        let _ = (stream, url);
        Err(StoreError::Stopped)
    }

    async fn set_webhook_enabled(
        &self,
        stream: StreamId,
        enabled: bool,
    ) -> Result<bool, StoreError> {
        let _ = (stream, enabled);
        Err(StoreError::Stopped)
    }

    async fn forget_gone(&self, stream: StreamId) -> Result<bool, StoreError> {
        let _ = (stream,);
        Err(StoreError::Stopped)
    }

    async fn unsubmitted(&self, uuids: Vec<Uuid>) -> Result<usize, StoreError> {
        let _ = (uuids,);
        Err(StoreError::Stopped)
    }

    async fn set_aside(&self) -> Result<Vec<String>, StoreError> {
        Err(StoreError::Stopped)
    }

    fn queued(&self) -> watch::Receiver<u64> {
        self.database.queued()
    }
}
