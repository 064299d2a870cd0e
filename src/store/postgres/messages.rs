//! What is asked of messages.

use std::collections::HashSet;

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::store::PostgresStore;
use crate::domain::{Message, StreamId};
use crate::store::{
    AcceptedBatch, Cursor, HandedOn, MessageFilter, MessageStore, NewMessages, NewReply, Received,
    Statistics, StoreError,
};

#[async_trait]
impl MessageStore for PostgresStore {
    fn now(&self) -> Timestamp {
        self.database.now()
    }

    async fn prepare(&self) -> Result<(), StoreError> {
        Err(StoreError::Stopped)
    }

    async fn accept(&self, messages: NewMessages) -> Result<AcceptedBatch, StoreError> {
        let _ = (messages,);
        Err(StoreError::Stopped)
    }

    async fn receive(&self, reply: NewReply) -> Result<Option<Received>, StoreError> {
        let _ = (reply,);
        Err(StoreError::Stopped)
    }

    async fn with_ids(&self, uuids: Vec<Uuid>) -> Result<Vec<Message>, StoreError> {
        let _ = (uuids,);
        Err(StoreError::Stopped)
    }

    async fn with_internal_id(
        &self,
        stream: Option<StreamId>,
        internal_id: String,
    ) -> Result<Option<Message>, StoreError> {
        let _ = (stream, internal_id);
        Err(StoreError::Stopped)
    }

    async fn messages(
        &self,
        filter: MessageFilter,
        limit: usize,
    ) -> Result<Vec<(Cursor, Message)>, StoreError> {
        let _ = (filter, limit);
        Err(StoreError::Stopped)
    }

    async fn handed_on(&self, uuid: Uuid) -> Result<HandedOn, StoreError> {
        let _ = (uuid,);
        Err(StoreError::Stopped)
    }

    async fn newest(&self) -> Result<Cursor, StoreError> {
        Err(StoreError::Stopped)
    }

    async fn sending(&self) -> Result<HashSet<String>, StoreError> {
        Err(StoreError::Stopped)
    }

    async fn statistics(&self, stream: StreamId) -> Result<Statistics, StoreError> {
        let _ = (stream,);
        Err(StoreError::Stopped)
    }

    async fn per_hour(
        &self,
        stream: StreamId,
        since: Timestamp,
        hours: u16,
    ) -> Result<Vec<u64>, StoreError> {
        let _ = (stream, since, hours);
        Err(StoreError::Stopped)
    }

    async fn edition(&self) -> Result<u64, StoreError> {
        Err(StoreError::Stopped)
    }

    async fn check(&self) -> Result<(), StoreError> {
        Err(StoreError::Stopped)
    }
}
