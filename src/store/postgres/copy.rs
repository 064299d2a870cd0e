//! All rows of a database, read at one moment, and written into empty tables in one transaction.

use std::collections::BTreeSet;

use deadpool_postgres::Transaction;
use tokio::sync::mpsc;
use tokio_postgres::IsolationLevel;
use tokio_postgres::types::ToSql;

use super::copy_sql::{insert, select, source};
use super::digests;
use super::fault::Fault;
use super::reader::BEFORE;
use super::store::PostgresStore;
use crate::store::copy::{CHUNK, Counts, Kind, Load, Portion, Row, Table, Value};
use crate::store::{Catalogue, Secrets, StoreError};

/// What follows from the rows that were written.
const DERIVE: &str = "
    INSERT INTO internal_id SELECT stream, internal_id, seq FROM message
        WHERE internal_id IS NOT NULL;
    INSERT INTO remote_message SELECT route, remote_id FROM message
        WHERE direction = 1 AND route IS NOT NULL AND remote_id IS NOT NULL
        UNION SELECT route, remote_id FROM unmatched WHERE remote_id IS NOT NULL;
    INSERT INTO conversation SELECT stream, handset, max(number) FROM event GROUP BY 1, 2;
    UPDATE place SET last = greatest(last, (SELECT max(seq) FROM message),
        (SELECT max(key) FROM event), (SELECT max(key) FROM attempt), (SELECT max(key) FROM job),
        (SELECT max(seq) FROM unmatched));
    UPDATE catalogue SET revision = revision + 1;";

impl PostgresStore {
    pub(in crate::store) async fn is_empty(&self) -> Result<bool, StoreError> {
        let ask = async {
            let client = self.database.client().await?;
            let ask = "SELECT (SELECT revision FROM catalogue) = 0
                AND NOT EXISTS (SELECT 1 FROM message) AND NOT EXISTS (SELECT 1 FROM unmatched)";
            Ok(client.query_one(ask, &[]).await?.get(0))
        };
        self.database.ours(ask.await)
    }

    pub(in crate::store) async fn counts(&self) -> Result<Counts, StoreError> {
        let count = async {
            let client = self.database.client().await?;
            client.batch_execute("SET statement_timeout = 0").await?;
            let mut counts = Counts::new();
            for table in Table::ALL {
                let sql = format!("SELECT count(*) FROM {}", source(table));
                let n: i64 = client.query_one(&sql, &[]).await?.get(0);
                counts.push((table, n.unsigned_abs()));
            }
            client
                .batch_execute("SET statement_timeout = '10s'")
                .await?;
            Ok(counts)
        };
        self.database.ours(count.await)
    }

    pub(in crate::store) async fn export(
        &self,
        to: mpsc::Sender<Portion>,
    ) -> Result<(), StoreError> {
        self.database.ours(self.hand_out(&to).await)
    }

    async fn hand_out(&self, to: &mpsc::Sender<Portion>) -> Result<(), Fault> {
        let mut client = self.database.client().await?;
        let tx = client
            .build_transaction()
            .isolation_level(IsolationLevel::RepeatableRead)
            .read_only(true)
            .start()
            .await?;
        patient(&tx).await?;
        for table in Table::ALL {
            let find = tx.prepare(&select(table)).await?;
            let portal = tx.bind(&find, &[]).await?;
            loop {
                let most = i32::try_from(CHUNK).unwrap_or(i32::MAX);
                let rows = tx.query_portal(&portal, most).await?;
                if rows.is_empty() {
                    break;
                }
                let rows = rows.iter().map(|row| read(table, row)).collect();
                let sent = to.send(Portion::Rows(table, rows)).await;
                sent.map_err(|_| StoreError::Stopped)?;
            }
        }
        let sent = to.send(Portion::End).await;
        sent.map_err(|_| StoreError::Stopped)?;
        Ok(())
    }

    pub(in crate::store) async fn import(&self, load: Load) -> Result<(), StoreError> {
        self.database.ours(self.take_over(load).await)
    }

    async fn take_over(&self, mut load: Load) -> Result<(), Fault> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        patient(&tx).await?;
        tx.execute("SELECT last FROM place FOR UPDATE", &[]).await?;
        let mut days = BTreeSet::new();
        loop {
            match load.rows.recv().await {
                None => return Err(StoreError::Stopped.into()),
                Some(Portion::End) => break,
                Some(Portion::Rows(table, rows)) => {
                    make_partitions(&tx, &rows, &mut days).await?;
                    write(&tx, table, &rows).await?;
                }
            }
        }
        write_catalogue(&tx, &load.catalogue).await?;
        write_secrets(&tx, &load.secrets).await?;
        tx.batch_execute(DERIVE).await?;
        tx.commit().await?;
        self.forget_pulse();
        Ok(())
    }
}

/// A copy may take longer than anything else.
async fn patient(tx: &Transaction<'_>) -> Result<(), Fault> {
    tx.batch_execute(
        "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0",
    )
    .await?;
    Ok(())
}

/// Those of the days of these rows, whose first column is their key.
async fn make_partitions(
    tx: &Transaction<'_>,
    rows: &[Row],
    days: &mut BTreeSet<i64>,
) -> Result<(), Fault> {
    for row in rows {
        if let Some(Value::Number(key)) = row.first()
            && days.insert(key / BEFORE)
        {
            tx.execute("SELECT make_partitions($1)", &[key]).await?;
        }
    }
    Ok(())
}

fn read(table: Table, row: &tokio_postgres::Row) -> Row {
    let columns = table.columns().iter().enumerate();
    let value = |(at, (_, kind)): (usize, &(&str, Kind))| match kind {
        Kind::Number => row.get::<_, Option<i64>>(at).map(Value::Number),
        Kind::Text => row.get::<_, Option<String>>(at).map(Value::Text),
        Kind::Id => row.get::<_, Option<uuid::Uuid>>(at).map(Value::Id),
    };
    columns
        .map(|column| value(column).unwrap_or(Value::Null))
        .collect()
}

async fn write(tx: &Transaction<'_>, table: Table, rows: &[Row]) -> Result<(), Fault> {
    let column = |(at, (_, kind)): (usize, &(&str, Kind))| -> Box<dyn ToSql + Sync + Send> {
        let values = rows.iter().map(|row| &row[at]);
        match kind {
            Kind::Number => Box::new(values.map(number).collect::<Vec<_>>()),
            Kind::Text => Box::new(values.map(text).collect::<Vec<_>>()),
            Kind::Id => Box::new(values.map(id).collect::<Vec<_>>()),
        }
    };
    let columns: Vec<_> = table.columns().iter().enumerate().map(column).collect();
    let columns: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|it| &**it as _).collect();
    for sql in insert(table) {
        let statement = tx.prepare_cached(&sql).await?;
        tx.execute(&statement, &columns).await?;
    }
    Ok(())
}

fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Null | Value::Text(_) | Value::Id(_) => None,
    }
}

/// `PostgreSQL` keeps every character but NUL.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(super::row::free(text).into_owned()),
        Value::Null | Value::Number(_) | Value::Id(_) => None,
    }
}

fn id(value: &Value) -> Option<uuid::Uuid> {
    match value {
        Value::Id(id) => Some(*id),
        Value::Null | Value::Number(_) | Value::Text(_) => None,
    }
}

async fn write_catalogue(tx: &Transaction<'_>, catalogue: &Catalogue) -> Result<(), Fault> {
    let put = tx
        .prepare_cached("INSERT INTO stream (id, place, body) VALUES ($1, $2, $3)")
        .await?;
    let keep = tx
        .prepare_cached("INSERT INTO secret (kind, owner, value) VALUES ('digest', $1, $2)")
        .await?;
    for (entry, place) in catalogue.entries().rev().zip(1_i64..) {
        let (body, digest) = digests::parted(entry.json());
        tx.execute(&put, &[&entry.id(), &place, &body]).await?;
        if let Some(digest) = digest {
            tx.execute(&keep, &[&entry.id(), &digest]).await?;
        }
    }
    super::catalogue_write::write_senders(tx, &[], catalogue.senders()).await?;
    super::catalogue_write::write_routes(tx, catalogue.routes()).await
}

async fn write_secrets(tx: &Transaction<'_>, secrets: &Secrets) -> Result<(), Fault> {
    let texts = secrets.texts();
    let kinds = [
        ("token", texts.tokens),
        ("webhook", texts.webhooks),
        ("route", texts.routes),
        ("account_key", texts.account_keys),
        ("incoming", texts.incoming),
    ];
    for (kind, pairs) in kinds {
        let (owners, values): (Vec<&str>, Vec<&str>) = pairs.into_iter().unzip();
        tx.execute(
            "INSERT INTO secret (kind, owner, value)
             SELECT $1, owner, value FROM unnest($2::text[], $3::text[]) AS row (owner, value)",
            &[&kind, &owners, &values],
        )
        .await?;
    }
    Ok(())
}
