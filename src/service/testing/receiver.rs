//! A webhook receiver on loopback.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::PATIENCE;

#[derive(Debug, Clone)]
pub struct Call {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Call {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub fn text(&self, field: &str) -> &str {
        self.body[field].as_str().unwrap_or_default()
    }
}

#[derive(Debug, Clone, Copy)]
pub enum Reply {
    Status(u16),
    /// A status with `Retry-After` in seconds.
    RetryAfter(u16, u64),
    Hang,
}

type Script = Box<dyn FnMut(&Call) -> Reply + Send>;

#[derive(Clone)]
pub struct TestReceiver {
    address: String,
    calls: Arc<Mutex<Vec<Call>>>,
    script: Arc<Mutex<Script>>,
    count: watch::Sender<usize>,
}

impl TestReceiver {
    pub async fn start() -> Self {
        Self::answering(|_| Reply::Status(204)).await
    }

    pub async fn answering(script: impl FnMut(&Call) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let this = Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            calls: Arc::default(),
            script: Arc::new(Mutex::new(Box::new(script))),
            count: watch::channel(0).0,
        };
        let served = this.clone();
        let app = Router::new().fallback(move |request| served.clone().answer(request));
        tokio::spawn(async move { axum::serve(listener, app).await });
        this
    }

    async fn answer(self, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let call = Call {
            path: parts.uri.path().to_owned(),
            headers: parts.headers,
            body: serde_json::from_slice(&body).unwrap_or_default(),
        };
        let reply = (self.script.lock().unwrap())(&call);
        self.calls.lock().unwrap().push(call);
        self.count.send_modify(|n| *n += 1);
        let builder = Response::builder();
        let builder = match reply {
            Reply::Status(status) => builder.status(status),
            Reply::RetryAfter(status, pause) => builder
                .status(status)
                .header("retry-after", pause.to_string()),
            Reply::Hang => std::future::pending().await,
        };
        builder.body(Body::empty()).unwrap()
    }

    pub fn answer_with(&self, script: impl FnMut(&Call) -> Reply + Send + 'static) {
        *self.script.lock().unwrap() = Box::new(script);
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// Waits until so many calls came.
    pub async fn reached(&self, count: usize) {
        let mut seen = self.count.subscribe();
        let enough = seen.wait_for(|n| *n >= count);
        let came = tokio::time::timeout(PATIENCE, enough).await;
        assert!(came.is_ok(), "fewer than {count} calls came");
    }
}
