//! What carriers tell.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::store::PostgresStore;
use crate::domain::{Consent, StreamId};
use crate::store::{
    Candidate, Cursor, HeardStore, LinkState, NewIncoming, NewReceipt, OptOut, Received,
    StoreError, TakenIn, Unmatched,
};

#[async_trait]
impl HeardStore for PostgresStore {
    async fn take_in(&self, incoming: Vec<NewIncoming>) -> Result<Vec<TakenIn>, StoreError> {
        let _ = (incoming,);
        Err(StoreError::Stopped)
    }

    async fn unmatched(&self, limit: usize) -> Result<Vec<Unmatched>, StoreError> {
        let _ = (limit,);
        Err(StoreError::Stopped)
    }

    async fn assign(
        &self,
        uuid: Uuid,
        to: Candidate,
        consent: Option<Consent>,
    ) -> Result<Option<Received>, StoreError> {
        let _ = (uuid, to, consent);
        Err(StoreError::Stopped)
    }

    async fn learn(
        &self,
        receipts: Vec<NewReceipt>,
        notify: Arc<HashMap<StreamId, String>>,
    ) -> Result<usize, StoreError> {
        let _ = (receipts, notify);
        Err(StoreError::Stopped)
    }

    async fn heard_until(&self, route: String) -> Result<Option<Timestamp>, StoreError> {
        let _ = (route,);
        Err(StoreError::Stopped)
    }

    async fn set_heard_until(&self, route: String, until: Timestamp) -> Result<(), StoreError> {
        let _ = (route, until);
        Err(StoreError::Stopped)
    }

    async fn link(&self, route: String) -> Result<Option<LinkState>, StoreError> {
        let _ = (route,);
        Err(StoreError::Stopped)
    }

    async fn set_link(&self, route: String, state: String) -> Result<(), StoreError> {
        let _ = (route, state);
        Err(StoreError::Stopped)
    }

    async fn listened(&self, stream: StreamId) -> Result<Option<Cursor>, StoreError> {
        let _ = (stream,);
        Err(StoreError::Stopped)
    }

    async fn set_listened(&self, stream: StreamId, until: Cursor) -> Result<(), StoreError> {
        let _ = (stream, until);
        Err(StoreError::Stopped)
    }

    async fn opt_outs(&self, stream: Option<StreamId>) -> Result<Vec<OptOut>, StoreError> {
        let _ = (stream,);
        Err(StoreError::Stopped)
    }

    async fn set_opted_out(
        &self,
        stream: StreamId,
        handset: String,
        out: bool,
    ) -> Result<bool, StoreError> {
        let _ = (stream, handset, out);
        Err(StoreError::Stopped)
    }
}
