//! Every route on one screen, and what each does with a request.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{any, get, post};
use jiff::Timestamp;
use serde::Serialize;

use super::caller::caller;
use super::engine::{Admitted, Engine, Refusal, Sent};
use super::event::{Event, Tell};
use super::{browser, reading};
use crate::api::{REPEATED, Refused, SEND_PATH, STATUS_PATH};
use crate::domain::AllowedIp;

/// What every handler has at hand.
#[derive(Debug)]
pub struct Desk {
    pub engine: Engine,
    pub tell: Tell,
    pub trusted: Vec<AllowedIp>,
    /// Whether the gateway listens on loopback.
    pub local: bool,
}

impl Desk {
    /// The answer to a request that is refused as a whole; a fault of ours is told to the owner.
    fn refuse(&self, refusal: Refusal) -> Response {
        let Refusal {
            status,
            message,
            fault,
        } = refusal;
        if let Some(fault) = fault {
            self.tell.tell(Event::JournalBroken(fault));
        }
        refused(status, &message)
    }
}

type Shared = State<Arc<Desk>>;

/// What the log says of a request beside its answer.
#[derive(Debug, Clone, Default)]
struct Story {
    stream: Option<String>,
    messages: Option<(usize, usize)>,
}

/// The paths that the log names.
const PATHS: [&str; 4] = [SEND_PATH, STATUS_PATH, "/healthz", "/readyz"];

/// The routes.
pub fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route(SEND_PATH, post(send))
        .route(STATUS_PATH, post(status))
        .route("/healthz", get(async || ok()))
        .route("/readyz", get(ready))
        .route(SEND_PATH.trim_end_matches('/'), any(with_slash))
        .route(STATUS_PATH.trim_end_matches('/'), any(with_slash))
        .fallback(async || refused(404, "there is nothing at this path"))
        .method_not_allowed_fallback(async |method: Method| {
            refused(405, &format!("{method} is not allowed at this path"))
        })
        .layer(middleware::from_fn_with_state(Arc::clone(&desk), around))
        .with_state(desk)
}

/// Around every request: no browser, and a line for the log.
async fn around(
    State(desk): Shared,
    Extension(peer): Extension<SocketAddr>,
    mut request: axum::extract::Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let forwarded: Vec<_> = request
        .headers()
        .get_all("x-forwarded-for")
        .iter()
        // A byte that is no text spoils its own entry, and not those that proxies appended.
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    let forwarded = forwarded.iter().map(AsRef::as_ref);
    let caller = caller(peer.ip(), forwarded, &desk.trusted);
    let direct = caller == peer.ip().to_canonical();
    let method = request.method().to_string();
    // What nobody knows may be anything, a secret in the wrong place as well.
    let path = PATHS
        .into_iter()
        .find(|path| path.trim_end_matches('/') == request.uri().path().trim_end_matches('/'))
        .unwrap_or("(unknown path)");
    let tricked = browser::refusal(request.headers(), desk.local && direct);
    let mut response = if let Some(why) = tricked {
        refused(403, why)
    } else {
        request.extensions_mut().insert(caller);
        next.run(request).await
    };
    let Story { stream, messages } = response
        .extensions_mut()
        .remove::<Story>()
        .unwrap_or_default();
    desk.tell.tell(Event::Request {
        method,
        path: path.to_owned(),
        status: response.status().as_u16(),
        caller,
        stream,
        messages,
        elapsed: begun.elapsed(),
    });
    response
}

/// An answer, with what the log says beside it.
fn told(mut response: Response, admitted: &Admitted, messages: Option<(usize, usize)>) -> Response {
    response.extensions_mut().insert(Story {
        stream: Some(admitted.stream.name.to_string()),
        messages,
    });
    response
}

async fn send(
    State(desk): Shared,
    Extension(caller): Extension<IpAddr>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let (admitted, body) = match admit(&desk, caller, &headers, body).await {
        Ok(admitted) => admitted,
        Err(refusal) => return refusal,
    };
    let sent = desk.engine.send(&admitted, &body, Timestamp::now()).await;
    let (response, messages) = match sent {
        Ok(Sent {
            answer,
            accepted,
            repeated,
        }) => {
            let refused = answer.messages.len() - accepted;
            let mut response = json(StatusCode::OK, &answer);
            if repeated > 0 {
                response
                    .headers_mut()
                    .insert(REPEATED, HeaderValue::from(repeated));
            }
            (response, Some((accepted, refused)))
        }
        Err(refusal) => (desk.refuse(refusal), None),
    };
    told(response, &admitted, messages)
}

async fn status(
    State(desk): Shared,
    Extension(caller): Extension<IpAddr>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let (admitted, body) = match admit(&desk, caller, &headers, body).await {
        Ok(admitted) => admitted,
        Err(refusal) => return refusal,
    };
    let answer = desk.engine.status(&admitted, &body, Timestamp::now()).await;
    let response = match answer {
        Ok(answer) => json(StatusCode::OK, &answer),
        Err(refusal) => desk.refuse(refusal),
    };
    told(response, &admitted, None)
}

/// The stream and the body of a request that may go on; else its answer. Nothing of the body is
/// read before the caller is known.
async fn admit(
    desk: &Desk,
    caller: IpAddr,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Admitted, Bytes), Response> {
    let token = headers
        .get(header::AUTHORIZATION)
        .map(HeaderValue::as_bytes);
    let admitted = desk
        .engine
        .admit(token, caller)
        .map_err(|refusal| desk.refuse(refusal))?;
    if !browser::is_json(headers) {
        return Err(refused(415, "the Content-Type has to be application/json"));
    }
    let body = reading::whole(headers, body).await;
    let body =
        body.map_err(|(status, message)| told(refused(status, &message), &admitted, None))?;
    Ok((admitted, body))
}

async fn ready(State(desk): Shared) -> Response {
    if let Some(fault) = desk.engine.served.fault() {
        return refused(503, &fault.message);
    }
    match desk.engine.journal.check().await {
        Ok(()) => ok(),
        Err(failure) => refused(503, &failure.message),
    }
}

/// The path without its slash leads to the path with it, as the hosted service's does.
async fn with_slash(uri: Uri) -> Response {
    let mut response = refused(307, "the path ends in a slash");
    if let Ok(location) = HeaderValue::try_from(format!("{}/", uri.path())) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

#[derive(Serialize)]
struct Fine {
    status: bool,
}

fn ok() -> Response {
    json(StatusCode::OK, &Fine { status: true })
}

fn refused(status: u16, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = json(status, &Refused::new(message));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

fn json(status: StatusCode, value: &impl Serialize) -> Response {
    // Strings, numbers and lists always have a JSON form.
    let text = serde_json::to_vec(value).unwrap_or_default();
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}
