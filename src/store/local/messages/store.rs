//! The local engine's answers to what is asked of messages.

use std::collections::HashSet;

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::{Message, StreamId};
use crate::store::local::LocalStore;
use crate::store::{
    AcceptedBatch, Cursor, HandedOn, Inventory, MessageFilter, MessageStore, NewMessages, NewReply,
    Received, Statistics, StoreError,
};

#[async_trait]
impl MessageStore for LocalStore {
    fn now(&self) -> Timestamp {
        self.messages().clock().now()
    }

    async fn prepare(&self) -> Result<(), StoreError> {
        self.messages().open()
    }

    async fn accept(&self, messages: NewMessages) -> Result<AcceptedBatch, StoreError> {
        self.messages()
            .write(move |writer| writer.accept(&messages))
            .await
    }

    async fn receive(&self, reply: NewReply) -> Result<Option<Received>, StoreError> {
        self.messages()
            .write(move |writer| writer.receive(&reply))
            .await
    }

    async fn with_ids(&self, uuids: Vec<Uuid>) -> Result<Vec<Message>, StoreError> {
        self.messages().read_here(|reader| reader.with_ids(&uuids))
    }

    async fn with_internal_id(
        &self,
        stream: Option<StreamId>,
        internal_id: String,
    ) -> Result<Option<Message>, StoreError> {
        let find = move |reader: &_| -> Result<_, _> {
            super::reader::Reader::with_internal_id(reader, stream.as_ref(), &internal_id)
        };
        self.messages().read(find).await
    }

    async fn messages(
        &self,
        filter: MessageFilter,
        limit: usize,
    ) -> Result<Vec<(Cursor, Message)>, StoreError> {
        let now = self.now();
        self.messages()
            .read(move |reader| reader.messages(&filter, limit, now))
            .await
    }

    async fn handed_on(&self, uuid: Uuid) -> Result<HandedOn, StoreError> {
        self.messages().read_here(|reader| reader.handed_on(uuid))
    }

    async fn newest(&self) -> Result<Cursor, StoreError> {
        self.messages().read_here(super::reader::Reader::newest)
    }

    async fn sending(&self) -> Result<HashSet<String>, StoreError> {
        let now = self.now();
        self.messages()
            .read(move |reader| reader.sending(now))
            .await
    }

    async fn statistics(&self, stream: StreamId) -> Result<Statistics, StoreError> {
        let now = self.now();
        self.messages()
            .read(move |reader| reader.statistics(&stream, now))
            .await
    }

    async fn per_hour(
        &self,
        stream: StreamId,
        since: Timestamp,
        hours: u16,
    ) -> Result<Vec<u64>, StoreError> {
        let counts: Vec<_> = self
            .messages()
            .read(move |reader| reader.per_hour(&stream, since, hours))
            .await?;
        // There is nothing to count where no message was ever kept.
        let missing = usize::from(hours).saturating_sub(counts.len());
        Ok(counts.into_iter().chain(vec![0; missing]).collect())
    }

    async fn inventory(&self) -> Result<Inventory, StoreError> {
        self.messages().read(super::reader::Reader::inventory).await
    }

    async fn edition(&self) -> Result<u64, StoreError> {
        self.messages().edition()
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.messages().check().await
    }
}
