//! What `benches/run postgres` measures by itself, in the database of a home:
//!
//! - `database insert URL CONNECTIONS SECONDS`: one prepared INSERT a request, each on a connection of its
//!   own, into a table with as many indexes as messages have; prints how many a second;
//! - `database claims URL N BATCH WORKERS`: queues N jobs of sixteen streams and claims them in batches, by
//!   so many workers; prints how many a second.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a tool for measuring"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use textpeak::store::{Claim, DatabaseAddress, JobKind, JobStore as _, PostgresStore};
use tokio_postgres::{Client, NoTls};

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn insert(url: &str, connections: usize, seconds: u64) -> f64 {
    let setup = connect(url).await;
    setup
        .batch_execute(
            "DROP TABLE IF EXISTS bare;
             CREATE TABLE bare (seq bigserial PRIMARY KEY, uuid uuid NOT NULL, stream text NOT NULL,
                handset text NOT NULL, text text NOT NULL, at bigint NOT NULL);
             CREATE INDEX ON bare (stream, seq); CREATE INDEX ON bare (handset, seq)",
        )
        .await
        .unwrap();
    let done = Arc::new(AtomicUsize::new(0));
    let end = Instant::now() + Duration::from_secs(seconds);
    let tasks: Vec<_> = (0..connections)
        .map(|_| {
            let (url, done) = (url.to_owned(), Arc::clone(&done));
            tokio::spawn(async move {
                let client = connect(&url).await;
                let insert = client
                    .prepare(
                        "INSERT INTO bare (uuid, stream, handset, text, at)
                         VALUES (gen_random_uuid(), $1, $2, $3, $4)",
                    )
                    .await
                    .unwrap();
                let (stream, handset) = ("st_000000000001", "12025550143");
                let text = "Your code is 4711. It is good for ten minutes.";
                while Instant::now() < end {
                    client
                        .execute(&insert, &[&stream, &handset, &text, &1_i64])
                        .await
                        .unwrap();
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    done.load(Ordering::Relaxed) as f64 / seconds as f64
}

async fn claims(url: &str, jobs: usize, batch: usize, workers: usize) -> f64 {
    let setup = connect(url).await;
    let fill = format!(
        "SET search_path = textpeak;
         TRUNCATE job;
         INSERT INTO message (seq, uuid, stream, direction, handset, sender, text, at, outcome)
         SELECT first + n, gen_random_uuid(), 'st_00000000000' || to_hex(n % 16), 0,
            '12025550143', 'ACME', 'Your code is 4711', 0, 0
         FROM (SELECT take_keys({jobs}) AS first) AS keys, generate_series(0, {jobs} - 1) AS n;
         INSERT INTO job (key, kind, stream, handset, next_at)
         SELECT seq, 3, stream, handset, 0 FROM message ORDER BY seq DESC LIMIT {jobs};
         ANALYZE job"
    );
    setup.batch_execute(&fill).await.unwrap();
    let store = PostgresStore::new(DatabaseAddress::parse(url).unwrap(), None);
    let claimed = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let tasks: Vec<_> = (0..workers)
        .map(|worker| {
            let (store, claimed) = (store.clone(), Arc::clone(&claimed));
            tokio::spawn(async move {
                for turn in worker.. {
                    let claim = Claim {
                        kind: JobKind::Turn,
                        stream: format!("st_00000000000{:x}", turn % 16).parse().unwrap(),
                        lanes: batch,
                        depth: batch,
                        lease: Duration::from_secs(600),
                    };
                    let got = store.claim(claim).await.unwrap().len();
                    if claimed.fetch_add(got, Ordering::Relaxed) + got >= jobs {
                        return;
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    jobs as f64 / begun.elapsed().as_secs_f64()
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| words[at].parse().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let rate = runtime.block_on(async {
        match words[0].as_str() {
            "insert" => insert(&words[1], number(2), words[3].parse().unwrap()).await,
            _ => claims(&words[1], number(2), number(3), number(4)).await,
        }
    });
    println!("{rate}");
}
