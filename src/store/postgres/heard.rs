//! What carriers tell.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use super::consent::set_consent;
use super::fault::Fault;
use super::ids::Keys;
use super::store::PostgresStore;
use super::{incoming, row};
use crate::domain::{Consent, StreamId};
use crate::store::{
    Candidate, Cursor, HeardStore, LinkState, NewIncoming, NewReceipt, OptOut, Received,
    StoreError, TakenIn, Unmatched,
};

fn unmatched(row: &Row) -> Unmatched {
    Unmatched {
        uuid: row.get(0),
        route: row.get(1),
        from: row.get(2),
        to: row.get(3),
        text: row.get(4),
        at: row::time(row.get(5)),
    }
}

impl PostgresStore {
    async fn keep_incoming(&self, incoming: &[NewIncoming]) -> Result<Vec<TakenIn>, Fault> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let taken = incoming::take_in(&tx, incoming).await?;
        tx.commit().await?;
        Ok(taken)
    }

    async fn assign_one(
        &self,
        uuid: Uuid,
        to: &Candidate,
        consent: Option<Consent>,
    ) -> Result<Option<Received>, Fault> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let received = incoming::assign(&tx, uuid, to, consent).await?;
        tx.commit().await?;
        Ok(received)
    }

    async fn one(
        &self,
        sql: &str,
        value: &(dyn tokio_postgres::types::ToSql + Sync),
    ) -> Result<Option<Row>, Fault> {
        let find = sql;
        self.database.row(find, &[value]).await
    }

    async fn read_unmatched(&self, limit: usize) -> Result<Vec<Unmatched>, Fault> {
        let list = "SELECT uuid, route, handset, sender, text, at FROM unmatched
                 ORDER BY seq DESC LIMIT $1";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self.database.rows(list, &[&limit]).await?;
        Ok(rows.iter().map(unmatched).collect())
    }

    async fn set_consent_by_hand(
        &self,
        stream: &StreamId,
        handset: &str,
        out: bool,
    ) -> Result<bool, Fault> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let keys = Keys::take(&tx, 0).await?;
        let now = keys.now();
        let changed = set_consent(&tx, now, stream.as_str(), handset, out, false).await?;
        tx.commit().await?;
        Ok(changed)
    }

    async fn execute(
        &self,
        sql: &str,
        values: &[&(dyn tokio_postgres::types::ToSql + Sync)],
    ) -> Result<(), StoreError> {
        let done = async {
            let statement = sql;
            self.database.run(statement, values).await?;
            Ok(())
        };
        self.database.ours(done.await)
    }
}

#[async_trait]
impl HeardStore for PostgresStore {
    async fn take_in(&self, incoming: Vec<NewIncoming>) -> Result<Vec<TakenIn>, StoreError> {
        let mut whole = self.keep_incoming(&incoming).await;
        if whole.as_ref().is_err_and(|fault| !fault.concerns_all()) && incoming.len() > 1 {
            // One of them is wrong by itself: those before it are kept.
            let mut taken = Vec::with_capacity(incoming.len());
            for one in &incoming {
                match self.keep_incoming(std::slice::from_ref(one)).await {
                    Ok(one) => taken.extend(one),
                    Err(fault) => return self.database.ours(Err(fault)),
                }
            }
            whole = Ok(taken);
        }
        if !incoming.is_empty() {
            self.database.has_queued();
        }
        self.database.ours(whole)
    }

    async fn unmatched(&self, limit: usize) -> Result<Vec<Unmatched>, StoreError> {
        self.database.ours(self.read_unmatched(limit).await)
    }

    async fn assign(
        &self,
        uuid: Uuid,
        to: Candidate,
        consent: Option<Consent>,
    ) -> Result<Option<Received>, StoreError> {
        let assigned = self.assign_one(uuid, &to, consent).await;
        self.database.has_queued();
        self.database.ours(assigned)
    }

    async fn learn(
        &self,
        receipts: Vec<NewReceipt>,
        notify: Arc<HashMap<StreamId, String>>,
    ) -> Result<usize, StoreError> {
        self.database
            .ours(self.learn_receipts(&receipts, &notify).await)
    }

    async fn heard_until(&self, route: String) -> Result<Option<Timestamp>, StoreError> {
        let found = self.one("SELECT until FROM heard WHERE route = $1", &route);
        let found = self.database.ours(found.await)?;
        Ok(found
            .and_then(|row| row.get::<_, Option<i64>>(0))
            .map(row::time))
    }

    async fn set_heard_until(&self, route: String, until: Timestamp) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO heard (route, until) VALUES ($1, $2) ON CONFLICT (route)
             DO UPDATE SET until = greatest(heard.until, excluded.until)",
            &[&route, &until.as_millisecond()],
        )
        .await
    }

    async fn link(&self, route: String) -> Result<Option<LinkState>, StoreError> {
        let sql = "SELECT link, link_at FROM heard WHERE route = $1 AND link IS NOT NULL";
        let found = self.database.ours(self.one(sql, &route).await)?;
        Ok(found.map(|row| LinkState {
            state: row.get(0),
            at: row::time(row.get(1)),
        }))
    }

    async fn set_link(&self, route: String, state: String) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO heard (route, link, link_at) VALUES ($1, $2, now_ms()) ON CONFLICT (route)
             DO UPDATE SET link = excluded.link, link_at = excluded.link_at",
            &[&route, &row::free(&state)],
        )
        .await
    }

    async fn listened(&self, stream: StreamId) -> Result<Option<Cursor>, StoreError> {
        let id = stream.to_string();
        let found = self.one("SELECT seq FROM listened WHERE stream = $1", &id);
        let found = self.database.ours(found.await)?;
        Ok(found.map(|row| Cursor(row.get(0))))
    }

    async fn set_listened(&self, stream: StreamId, until: Cursor) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO listened (stream, seq) VALUES ($1, $2) ON CONFLICT (stream)
             DO UPDATE SET seq = excluded.seq",
            &[&stream.as_str(), &until.0],
        )
        .await
    }

    async fn opt_outs(&self, stream: Option<StreamId>) -> Result<Vec<OptOut>, StoreError> {
        self.database
            .ours(self.read_opt_outs(stream.as_ref()).await)
    }

    async fn set_opted_out(
        &self,
        stream: StreamId,
        handset: String,
        out: bool,
    ) -> Result<bool, StoreError> {
        let changed = self.set_consent_by_hand(&stream, &handset, out);
        self.database.ours(changed.await)
    }
}
