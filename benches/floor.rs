//! The floor under the gateway: a bare axum handler that parses the same body and answers in the
//! same shape, and keeps nothing. Prints its address; ends with its standard input.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a tool for measuring"
)]

use std::io::Read as _;

use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
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

const JSON: (header::HeaderName, &str) = (header::CONTENT_TYPE, "application/json");

#[tokio::main]
async fn main() {
    let app = axum::Router::new().route("/simple_send/", post(send));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("Listening on http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await });
    let end = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    let _ = end.await;
}
