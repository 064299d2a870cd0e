//! What is asked of messages.

use std::collections::HashSet;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::fault::Fault;
use super::incoming;
use super::store::PostgresStore;
use crate::domain::{Message, StreamId};
use crate::store::{
    AcceptedBatch, Cursor, HandedOn, Inventory, MessageFilter, MessageStore, NewMessages, NewReply,
    Received, Statistics, StoreError,
};

/// How old the edition may be that is asked for again and again.
const LATELY: Duration = Duration::from_millis(500);

impl PostgresStore {
    async fn keep_reply(&self, reply: &NewReply) -> Result<Option<Received>, Fault> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let received = incoming::receive(&tx, reply).await?;
        tx.commit().await?;
        Ok(received)
    }

    /// Becomes durable and changes nothing.
    async fn touch(&self) -> Result<(), Fault> {
        self.database
            .run("UPDATE place SET last = last", &[])
            .await?;
        Ok(())
    }
}

#[async_trait]
impl MessageStore for PostgresStore {
    fn now(&self) -> Timestamp {
        self.database.now()
    }

    /// Longer than in a folder: each look is a statement.
    fn patience(&self) -> Duration {
        Duration::from_secs(5)
    }

    async fn prepare(&self) -> Result<(), StoreError> {
        self.database.ours(self.database.client().await.map(drop))
    }

    async fn accept(&self, messages: NewMessages) -> Result<AcceptedBatch, StoreError> {
        self.writer.accept(&self.database, messages).await
    }

    async fn receive(&self, reply: NewReply) -> Result<Option<Received>, StoreError> {
        let kept = self.database.noted(self.keep_reply(&reply).await);
        if let Ok(Some(Received { event: Some(_), .. })) = kept {
            self.database.has_queued();
        }
        self.database.ours(kept)
    }

    async fn with_ids(&self, uuids: Vec<Uuid>) -> Result<Vec<Message>, StoreError> {
        self.database.ours(self.read_with_ids(&uuids).await)
    }

    async fn with_internal_id(
        &self,
        stream: Option<StreamId>,
        internal_id: String,
    ) -> Result<Option<Message>, StoreError> {
        let found = self.read_with_internal_id(stream.as_ref(), &internal_id);
        self.database.ours(found.await)
    }

    async fn messages(
        &self,
        filter: MessageFilter,
        limit: usize,
    ) -> Result<Vec<(Cursor, Message)>, StoreError> {
        self.database.ours(self.read_messages(&filter, limit).await)
    }

    async fn handed_on(&self, uuid: Uuid) -> Result<HandedOn, StoreError> {
        self.database.ours(self.read_handed_on(uuid).await)
    }

    async fn newest(&self) -> Result<Cursor, StoreError> {
        self.database.ours(self.read_newest().await)
    }

    async fn sending(&self) -> Result<HashSet<String>, StoreError> {
        self.database.ours(self.read_sending().await)
    }

    async fn statistics(&self, stream: StreamId) -> Result<Statistics, StoreError> {
        self.database.ours(self.read_statistics(&stream).await)
    }

    async fn per_hour(
        &self,
        stream: StreamId,
        since: Timestamp,
        hours: u16,
    ) -> Result<Vec<u64>, StoreError> {
        self.database
            .ours(self.read_per_hour(&stream, since, hours).await)
    }

    async fn inventory(&self) -> Result<Inventory, StoreError> {
        self.database.ours(self.read_inventory().await)
    }

    async fn edition(&self) -> Result<u64, StoreError> {
        let last = self.database.ours(self.look().await)?.last;
        Ok(last.unsigned_abs())
    }

    async fn edition_lately(&self) -> Result<u64, StoreError> {
        Ok(self.pulse(LATELY).await?.last.unsigned_abs())
    }

    async fn check(&self) -> Result<(), StoreError> {
        if let Some(failure) = self.database.failure() {
            return Err(failure);
        }
        self.database.ours(self.database.noted(self.touch().await))
    }
}
