//! The local engine's answers to what carriers tell.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::{Consent, StreamId};
use crate::store::local::LocalStore;
use crate::store::{
    Candidate, Cursor, HeardStore, LinkState, NewIncoming, NewReceipt, OptOut, Received,
    StoreError, TakenIn, Unmatched,
};

#[async_trait]
impl HeardStore for LocalStore {
    async fn take_in(&self, incoming: Vec<NewIncoming>) -> Result<Vec<TakenIn>, StoreError> {
        self.messages()
            .write(move |writer| incoming.iter().map(|one| writer.take_in(one)).collect())
            .await
    }

    async fn unmatched(&self, limit: usize) -> Result<Vec<Unmatched>, StoreError> {
        self.messages()
            .read(move |reader| reader.unmatched(limit))
            .await
    }

    async fn assign(
        &self,
        uuid: Uuid,
        to: Candidate,
        consent: Option<Consent>,
    ) -> Result<Option<Received>, StoreError> {
        self.messages()
            .write(move |writer| writer.assign(uuid, &to, consent))
            .await
    }

    async fn learn(
        &self,
        receipts: Vec<NewReceipt>,
        notify: Arc<HashMap<StreamId, String>>,
    ) -> Result<usize, StoreError> {
        self.messages()
            .write(move |writer| writer.learn(&receipts, &notify))
            .await
    }

    async fn heard_until(&self, route: String) -> Result<Option<Timestamp>, StoreError> {
        self.messages()
            .read_here(|reader| reader.heard_until(&route))
    }

    async fn set_heard_until(&self, route: String, until: Timestamp) -> Result<(), StoreError> {
        self.messages()
            .write(move |writer| writer.set_heard_until(&route, until))
            .await
    }

    async fn link(&self, route: String) -> Result<Option<LinkState>, StoreError> {
        self.messages().read_here(|reader| reader.link(&route))
    }

    async fn set_link(&self, route: String, state: String) -> Result<(), StoreError> {
        self.messages()
            .write(move |writer| writer.set_link(&route, &state))
            .await
    }

    async fn listened(&self, stream: StreamId) -> Result<Option<Cursor>, StoreError> {
        self.messages().read_here(|reader| reader.listened(&stream))
    }

    async fn set_listened(&self, stream: StreamId, until: Cursor) -> Result<(), StoreError> {
        self.messages()
            .write(move |writer| writer.set_listened(&stream, until))
            .await
    }

    async fn opt_outs(&self, stream: Option<StreamId>) -> Result<Vec<OptOut>, StoreError> {
        self.messages()
            .read(move |reader| reader.opt_outs(stream.as_ref()))
            .await
    }

    async fn set_opted_out(
        &self,
        stream: StreamId,
        handset: String,
        out: bool,
    ) -> Result<bool, StoreError> {
        self.messages()
            .write(move |writer| writer.set_opted_out(&stream, &handset, out))
            .await
    }
}
