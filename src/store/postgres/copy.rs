//! All rows of a database, read at one moment, and written into empty tables in one transaction.

use std::collections::BTreeSet;

use deadpool_postgres::Transaction;
use tokio::sync::mpsc;
use tokio_postgres::IsolationLevel;
use tokio_postgres::types::ToSql;

use super::digests;
use super::fault::Fault;
use super::reader::BEFORE;
use super::store::PostgresStore;
use crate::store::copy::{CHUNK, Counts, Kind, Load, Portion, Row, Table, Value};
use crate::store::{Catalogue, Secrets, StoreError};

/// What is added to the numbers of events of old folders: those of messages begin at the same place,
/// and both stand in one queue here.
const SHIFT: i64 = 1 << 41;

/// Numbers of old folders are below this one.
const OLD: i64 = 1 << 40;

fn shifted(key: &str) -> String {
    format!("CASE WHEN {key} < {OLD} THEN {key} + {SHIFT} ELSE {key} END")
}

fn shifted_back(key: &str) -> String {
    format!(
        "CASE WHEN {key} >= {SHIFT} AND {key} < {SHIFT} + {OLD} THEN {key} - {SHIFT} ELSE {key} END"
    )
}

/// The rows of a table, as columns that are named as [`Table::columns`] names them.
fn source(table: Table) -> String {
    match table {
        Table::Message => "message".to_owned(),
        Table::Event => format!(
            "(SELECT {} AS key, event.id, event.message, event.stream, event.handset, event.number,
                event.status, event.at, event.details, coalesce(job.state, event.state) AS state,
                coalesce(job.next_at, event.next_at) AS next_at,
                coalesce(job.lease_until, 0) AS lease_until,
                coalesce(job.attempts, event.attempts) AS attempts,
                coalesce(job.details, event.why) AS why
              FROM event LEFT JOIN job ON job.key = event.key) AS event",
            shifted_back("event.key")
        ),
        Table::Attempt => format!(
            "(SELECT key, {} AS event, at, elapsed, status, error FROM attempt
              WHERE EXISTS (SELECT 1 FROM event WHERE event.key = attempt.event)) AS attempt",
            shifted_back("event")
        ),
        Table::Job => "(SELECT * FROM job WHERE kind <> 0) AS job".to_owned(),
        Table::WebhookOff => "webhook_off".to_owned(),
        Table::Tally => "tally".to_owned(),
        Table::Unmatched => "unmatched".to_owned(),
        Table::Receipt => "receipt".to_owned(),
        Table::Heard => "heard".to_owned(),
        Table::Listened => "listened".to_owned(),
        Table::OptOut => {
            "(SELECT stream, handset, at, by_reply::integer AS by_reply FROM opt_out) AS opt_out"
                .to_owned()
        }
        Table::SentInDay => "sent_in_day".to_owned(),
    }
}

fn select(table: Table) -> String {
    let typed = |(name, kind): &(&str, Kind)| match kind {
        Kind::Number => format!("{name}::bigint"),
        Kind::Text => format!("{name}::text"),
        Kind::Id => format!("{name}::uuid"),
    };
    let columns: Vec<String> = table.columns().iter().map(typed).collect();
    let order = match table {
        Table::Message
        | Table::Event
        | Table::Attempt
        | Table::Job
        | Table::Unmatched
        | Table::Heard
        | Table::Listened => "1",
        Table::WebhookOff | Table::OptOut | Table::SentInDay => "1, 2",
        Table::Tally | Table::Receipt => "1, 2, 3",
    };
    format!(
        "SELECT {} FROM {} ORDER BY {order}",
        columns.join(", "),
        source(table)
    )
}

/// Statements that write a chunk whose columns are arrays, all of them given to each.
fn insert(table: Table) -> Vec<String> {
    let columns = table.columns();
    let arrays = columns.iter().enumerate().map(|(at, (_, kind))| {
        let kind = match kind {
            Kind::Number => "bigint",
            Kind::Text => "text",
            Kind::Id => "uuid",
        };
        format!("${}::{kind}[]", at + 1)
    });
    let arrays: Vec<String> = arrays.collect();
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let rows = format!(
        "FROM unnest({}) AS row ({})",
        arrays.join(", "),
        names.join(", ")
    );
    let (key, event) = (shifted("key"), shifted("event"));
    match table {
        Table::Event => vec![
            format!(
                "INSERT INTO event (key, id, message, stream, handset, number, status, at, details,
                    state, next_at, attempts, why)
                 SELECT {key}, id, message, stream, handset, number, status, at, details,
                    CASE WHEN state IN (1, 2) THEN state ELSE 0 END, coalesce(next_at, 0),
                    coalesce(attempts, 0), CASE WHEN state IN (1, 2) THEN why END {rows}"
            ),
            format!(
                "INSERT INTO job (key, kind, stream, handset, state, next_at, lease_until, attempts,
                    details)
                 SELECT {key}, 0, stream, handset, state, next_at, lease_until, attempts, why {rows}
                 WHERE state IN (0, 3)"
            ),
        ],
        Table::Attempt => vec![format!(
            "INSERT INTO attempt SELECT key, {event}, at, elapsed, status, error {rows}"
        )],
        Table::OptOut => vec![format!(
            "INSERT INTO opt_out SELECT stream, handset, at, by_reply <> 0 {rows}"
        )],
        Table::Message
        | Table::Job
        | Table::WebhookOff
        | Table::Tally
        | Table::Unmatched
        | Table::Receipt
        | Table::Heard
        | Table::Listened
        | Table::SentInDay => {
            let target = source(table);
            let target = if table == Table::Job { "job" } else { &target };
            let names = names.join(", ");
            vec![format!(
                "INSERT INTO {target} ({names}) SELECT {names} {rows}"
            )]
        }
    }
}

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
