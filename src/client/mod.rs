//! The one HTTP client. It executes a request exactly as it stands: no redirect is followed, no
//! request is sent twice, and no more of an answer is read than was agreed.

mod account;
mod streams_api;
mod tls;

use std::error::Error as _;
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

use reqwest::Url;
use reqwest::header::{LOCATION, RETRY_AFTER};

use crate::api::{HttpRequest, REPEATED};
use crate::domain::escape;

/// How long an unused connection is kept: less than gateways of ours keep it.
const IDLE: Duration = Duration::from_secs(4);

pub use account::{AccountApi, MessageLists, Patience, patiently};
pub use streams_api::{CallError, Probe, StreamsApi};
pub use tls::secured;

#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub connect: Duration,
    pub total: Duration,
    /// Bytes; the rest is not read.
    pub body: usize,
}

impl Limits {
    /// For another Streams API: what it answers is never longer than 1 MiB.
    pub const API: Self = Self {
        connect: Duration::from_secs(5),
        total: Duration::from_secs(30),
        body: 1 << 20,
    };
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// From now.
    pub retry_after: Option<Duration>,
    pub location: Option<String>,
    /// Messages that had been accepted before, as gateways of ours say.
    pub repeated: usize,
    /// As far as it was read.
    pub body: Vec<u8>,
    pub cut: bool,
    pub elapsed: Duration,
}

#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    #[error("{0}")]
    Unsendable(String),
    /// No connection came about, so that nothing was sent.
    #[error("cannot connect to {host}: {why}")]
    NotConnected { host: String, why: String },
    /// The answer did not come in time. Whether the request was acted on is not known.
    #[error("{host} did not respond within {} s", limit.as_secs_f32())]
    TimedOut { host: String, limit: Duration },
    /// The connection broke. Whether the request was acted on is not known.
    #[error("{host} closed the connection: {why}")]
    BrokeOff { host: String, why: String },
}

impl Unanswered {
    /// Whether the request may have reached the other side.
    pub fn was_sent(&self) -> bool {
        match self {
            Self::Unsendable(_) | Self::NotConnected { .. } => false,
            Self::TimedOut { .. } | Self::BrokeOff { .. } => true,
        }
    }
}

#[derive(Debug)]
pub struct Client {
    limits: Limits,
    /// For `http`: no certificates, no proxy.
    plain: OnceLock<reqwest::Client>,
    /// For `https`: the system's certificates take 2 ms to read.
    secure: OnceLock<reqwest::Client>,
}

impl Client {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            plain: OnceLock::new(),
            secure: OnceLock::new(),
        }
    }

    /// Sends a request once and reads the answer. An error names the host and no secret.
    pub async fn execute(&self, request: &HttpRequest) -> Result<Answer, Unanswered> {
        let url = Url::parse(&request.url).map_err(|_| {
            Unanswered::Unsendable(format!("{} is not a URL", escape(&request.url)))
        })?;
        let host = host(&url);
        let client = self.inner(&url)?;
        let method = match request.method {
            "GET" => reqwest::Method::GET,
            _ => reqwest::Method::POST,
        };
        let mut ready = client.request(method, url);
        for (name, value) in &request.headers {
            ready = ready.header(name.as_ref(), value.text(true));
        }
        if request.body.is_some() {
            ready = ready.body(request.body_text());
        }
        let begun = Instant::now();
        let work = async {
            let response = ready.send().await?;
            read(response, self.limits.body).await
        };
        let answered = tokio::time::timeout(self.limits.total, work).await;
        match answered {
            Ok(Ok(answer)) => Ok(Answer {
                elapsed: begun.elapsed(),
                ..answer
            }),
            Ok(Err(error)) => Err(self.unanswered(host, &error)),
            Err(_) => Err(Unanswered::TimedOut {
                host,
                limit: self.limits.total,
            }),
        }
    }

    fn inner(&self, url: &Url) -> Result<&reqwest::Client, Unanswered> {
        let secure = url.scheme() == "https";
        let place = if secure { &self.secure } else { &self.plain };
        if let Some(client) = place.get() {
            return Ok(client);
        }
        // A provider that is there already is this one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(self.limits.connect)
            .pool_idle_timeout(IDLE)
            .tcp_nodelay(true)
            .http1_only();
        if !secure {
            builder = builder.no_proxy().tls_certs_only([]);
        }
        let client = builder
            .build()
            .map_err(|error| Unanswered::Unsendable(words(&error)))?;
        Ok(place.get_or_init(|| client))
    }

    fn unanswered(&self, host: String, error: &reqwest::Error) -> Unanswered {
        let why = words(error);
        if error.is_builder() {
            Unanswered::Unsendable(format!("cannot send the request to {host}: {why}"))
        } else if error.is_connect() {
            let why = if error.is_timeout() {
                format!("no response within {} s", self.limits.connect.as_secs_f32())
            } else {
                why
            };
            Unanswered::NotConnected { host, why }
        } else {
            Unanswered::BrokeOff { host, why }
        }
    }
}

async fn read(mut response: reqwest::Response, most: usize) -> reqwest::Result<Answer> {
    let header = |name| response.headers().get(name)?.to_str().ok();
    let mut answer = Answer {
        status: response.status().as_u16(),
        retry_after: header(RETRY_AFTER).and_then(|text| pause(text, SystemTime::now())),
        location: header(LOCATION).map(str::to_owned),
        repeated: response
            .headers()
            .get(REPEATED)
            .and_then(|n| n.to_str().ok()?.parse().ok())
            .unwrap_or(0),
        body: Vec::new(),
        cut: false,
        elapsed: Duration::ZERO,
    };
    while let Some(piece) = response.chunk().await? {
        let room = most - answer.body.len();
        answer
            .body
            .extend_from_slice(&piece[..piece.len().min(room)]);
        if piece.len() > room {
            answer.cut = true;
            break;
        }
    }
    Ok(answer)
}

/// `Retry-After`: seconds, or a date.
fn pause(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = httpdate::parse_http_date(text).ok()?;
    Some(at.duration_since(now).unwrap_or_default())
}

fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// The innermost reason: what wraps it says only that a request failed.
fn words(error: &reqwest::Error) -> String {
    let mut source = error.source();
    let mut words = error.to_string();
    while let Some(inner) = source {
        words = inner.to_string();
        source = inner.source();
    }
    escape(&words).into_owned()
}
