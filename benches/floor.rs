//! The least that a figure could be: what it is measured against, in the same run, by `benches/run`.
//!
//! - `floor serve`: a bare axum handler that parses the body of a send request, answers in the
//!   gateway's shape and keeps nothing; at `/sms` it is a receiver that takes everything and, asked
//!   with `GET`, says how many there were, within how long, and how late each event came, until
//!   `DELETE` makes it begin anew; prints its address, ends with its standard input;
//! - `floor deliver URL N CONNECTIONS`: a bare reqwest loop that posts N bodies of an event's size;
//!   prints how many a second;
//! - `floor parse FILE`: reads a state file with `serde_json`, as a whole, into plain structs;
//! - `floor write FILE`: reads a file and writes its bytes anew: temporary file, sync, rename, sync of
//!   the folder;
//! - `floor smpp ADDRESS SYSTEM_ID PASSWORD CONNECTIONS WINDOW SECONDS`: submits messages to `serve
//!   --smpp`, on each connection so many before they are answered; prints how many a second were, and
//!   the 99th percentile of their times in milliseconds.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a tool for measuring"
)]

mod smpp_caller;

use std::io::Read as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names of the wire")]
struct Message {
    internal_id: Option<String>,
    sender: Option<String>,
    recipient_phone: String,
    message_content: String,
}

#[derive(Deserialize)]
struct Body {
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct Entry {
    internal_id: Option<String>,
    message_uuid: String,
    conversation_uuid: &'static str,
    error: Option<String>,
    details: Option<String>,
}

#[derive(Serialize)]
struct Answer {
    status: bool,
    task_id: String,
    messages: Vec<Entry>,
}

const CONVERSATION: &str = "00000000-0000-4000-8000-000000000000";

async fn send(body: Bytes) -> impl IntoResponse {
    let Ok(Body { messages }) = serde_json::from_slice(&body) else {
        return (StatusCode::BAD_REQUEST, [JSON], Vec::new());
    };
    let entry = |message: Message| {
        std::hint::black_box((
            message.sender,
            message.recipient_phone,
            message.message_content,
        ));
        Entry {
            internal_id: message.internal_id,
            message_uuid: uuid::Uuid::now_v7().to_string(),
            conversation_uuid: CONVERSATION,
            error: None,
            details: None,
        }
    };
    let answer = Answer {
        status: true,
        task_id: uuid::Uuid::now_v7().to_string(),
        messages: messages.into_iter().map(entry).collect(),
    };
    (StatusCode::OK, [JSON], serde_json::to_vec(&answer).unwrap())
}

/// What the receiver has taken: the first and the last moment, and for each event the milliseconds
/// since it came about.
#[derive(Clone, Default)]
struct Taken {
    span: Option<(Instant, Instant)>,
    late: Vec<i64>,
}

#[derive(Deserialize)]
struct Told {
    #[serde(alias = "received_at")]
    occurred_at: jiff::Timestamp,
}

async fn receive(Shared(taken): Shared<Arc<Mutex<Taken>>>, body: Bytes) -> StatusCode {
    let now = Instant::now();
    let late = serde_json::from_slice::<Told>(&body).map_or(0, |told| {
        jiff::Timestamp::now()
            .duration_since(told.occurred_at)
            .as_millis()
    });
    let mut taken = taken.lock().unwrap();
    taken.late.push(late.try_into().unwrap());
    taken.span = Some((taken.span.map_or(now, |(first, _)| first), now));
    StatusCode::NO_CONTENT
}

async fn received(Shared(taken): Shared<Arc<Mutex<Taken>>>) -> impl IntoResponse {
    let Taken { span, mut late } = taken.lock().unwrap().clone();
    late.sort_unstable();
    let seconds = span.map_or(0.0, |(first, last)| (last - first).as_secs_f64());
    let at = |hundredth: usize| late.get(late.len() * hundredth / 100).copied();
    let text = serde_json::json!({
        "n": late.len(), "seconds": seconds, "median_ms": at(50), "p99_ms": at(99),
    });
    ([JSON], text.to_string())
}

async fn forget(Shared(taken): Shared<Arc<Mutex<Taken>>>) {
    *taken.lock().unwrap() = Taken::default();
}

#[tokio::main]
async fn deliver(url: &str, n: usize, connections: usize) {
    let body = format!(
        r#"{{"type":"message.status","occurred_at":"2026-01-01T00:00:00.000Z","text":"{:300}"}}"#,
        ""
    );
    let client = reqwest::Client::builder().no_proxy().http1_only();
    let client = client.tls_certs_only([]).build().unwrap();
    let (next, begun) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let post = |_| {
        let (client, url, body) = (client.clone(), url.to_owned(), body.clone());
        let next = Arc::clone(&next);
        tokio::spawn(async move {
            while next.fetch_add(1, Ordering::Relaxed) < n {
                let request = client.post(&url).header(header::CONTENT_TYPE, JSON.1);
                let answer = request.body(body.clone()).send().await.unwrap();
                assert!(answer.status().is_success());
                answer.bytes().await.unwrap();
            }
        })
    };
    for task in (0..connections).map(post).collect::<Vec<_>>() {
        task.await.unwrap();
    }
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let rate = n as f64 / begun.elapsed().as_secs_f64();
    println!("{rate:.0}");
}

const JSON: (header::HeaderName, &str) = (header::CONTENT_TYPE, "application/json");

#[tokio::main]
async fn serve() {
    let app = axum::Router::new()
        .route("/simple_send/", post(send))
        .route("/sms", get(received).post(receive).delete(forget))
        .with_state(Arc::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("Listening on http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await });
    let end = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    let _ = end.await;
}

#[derive(Deserialize)]
struct State {
    streams: Vec<Stream>,
}

#[derive(Deserialize)]
struct Stream {
    id: String,
    name: String,
    status: String,
    tags: Vec<String>,
    allowed_ips: Vec<String>,
    default_sender: Option<String>,
    description: Option<String>,
    token_sha256: Option<String>,
    created_at: String,
    updated_at: String,
}

fn parse(path: &Path) {
    let state: State = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let size = |one: &Stream| {
        let texts = [
            &one.id,
            &one.name,
            &one.status,
            &one.created_at,
            &one.updated_at,
        ];
        let optional = [&one.default_sender, &one.description, &one.token_sha256];
        let lists = [&one.tags, &one.allowed_ips];
        texts.iter().map(|text| text.len()).sum::<usize>()
            + optional
                .iter()
                .map(|text| text.as_ref().map_or(0, String::len))
                .sum::<usize>()
            + lists.iter().map(|list| list.len()).sum::<usize>()
    };
    println!("{}", state.streams.iter().map(size).sum::<usize>());
}

fn write(path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    let folder = path.parent().unwrap();
    let mut temp = tempfile::NamedTempFile::new_in(folder).unwrap();
    std::io::Write::write_all(&mut temp, &bytes).unwrap();
    temp.as_file().sync_all().unwrap();
    temp.persist(folder.join("floor.json")).unwrap();
    std::fs::File::open(folder).unwrap().sync_all().unwrap();
}

fn smpp(load: smpp_caller::Load, connections: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (load, begun) = (Arc::new(load), Instant::now());
    let mut times = runtime.block_on(async {
        let call = |_| {
            let load = Arc::clone(&load);
            tokio::spawn(async move { smpp_caller::call(&load).await })
        };
        let calls: Vec<_> = (0..connections).map(call).collect();
        let mut times = Vec::new();
        for call in calls {
            times.extend(call.await.unwrap());
        }
        times
    });
    let rate = times.len() as f64 / begun.elapsed().as_secs_f64();
    times.sort_unstable();
    let slow = times[times.len() * 99 / 100];
    println!("{rate:.0} {:.2}", slow.as_secs_f64() * 1e3);
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve"] => serve(),
        ["parse", file] => parse(Path::new(file)),
        ["write", file] => write(Path::new(file)),
        ["deliver", url, n, connections] => {
            // A provider that is there already is this one.
            let _ = rustls::crypto::ring::default_provider().install_default();
            deliver(url, n.parse().unwrap(), connections.parse().unwrap());
        }
        [
            "smpp",
            address,
            system_id,
            password,
            connections,
            window,
            seconds,
        ] => {
            let load = smpp_caller::Load {
                address: address.to_owned(),
                system_id: system_id.to_owned(),
                password: password.to_owned(),
                window: window.parse().unwrap(),
                time: Duration::from_secs(seconds.parse().unwrap()),
            };
            smpp(load, connections.parse().unwrap());
        }
        _ => println!(
            "floor serve | parse FILE | write FILE | deliver URL N CONNECTIONS | smpp ADDRESS …"
        ),
    }
}
