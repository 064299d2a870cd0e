//! Every route on one screen, and what each does with a request.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{any, get, post};
use serde::Serialize;

use super::accept::Origin;
use super::caller::caller;
use super::{ambiguous, browser, incoming, reading};
use crate::api::{
    REPEATED, Refusal, RefusedAnswer, SEND_PATH, STATUS_PATH, read_messages, read_uuids,
};
use crate::domain::AllowedIp;
use crate::service::log::LogEntry;
use crate::service::{self, Admitted, Context, Sent};

#[derive(Debug)]
pub struct AppState {
    pub context: Context,
    pub trusted: Vec<AllowedIp>,
    /// Whether the gateway listens on loopback.
    pub local: bool,
}

type Shared = State<Arc<AppState>>;

/// What the log says of a request beside its answer.
#[derive(Debug, Clone, Default)]
struct Summary {
    stream: Option<String>,
    messages: Option<(usize, usize)>,
}

const LOGGED_PATHS: [&str; 4] = [SEND_PATH, STATUS_PATH, "/healthz", "/readyz"];

pub fn router(app: Arc<AppState>) -> Router {
    Router::new()
        .route(SEND_PATH, post(send))
        .route(STATUS_PATH, post(status))
        .route(
            incoming::PATH,
            get(incoming::incoming).post(incoming::incoming),
        )
        .route("/healthz", get(async || ok()))
        .route("/readyz", get(ready))
        .route(SEND_PATH.trim_end_matches('/'), any(with_slash))
        .route(STATUS_PATH.trim_end_matches('/'), any(with_slash))
        .fallback(async || refused(&Refusal::NotFound))
        .method_not_allowed_fallback(async |method: Method| {
            refused(&Refusal::MethodNotAllowed(method.to_string()))
        })
        .layer(middleware::from_fn_with_state(Arc::clone(&app), around))
        .with_state(app)
}

/// Around every request: one meaning, no browser, and a line for the log.
async fn around(
    State(app): Shared,
    Extension(origin): Extension<Origin>,
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
    let caller = caller(origin.peer.ip(), forwarded, &app.trusted);
    let direct = caller == origin.peer.ip().to_canonical();
    let method = request.method().to_string();
    // What nobody knows may be anything, a secret in the wrong place as well.
    let path = request.uri().path();
    let tells = path.starts_with(incoming::LOGGED);
    let path = LOGGED_PATHS
        .into_iter()
        .find(|logged| logged.trim_end_matches('/') == path.trim_end_matches('/'))
        .or(tells.then_some(incoming::LOGGED))
        .unwrap_or("(unknown path)");
    // A carrier may come through a tunnel, under the tunnel's name; no page knows its address.
    let local = app.local && direct && !tells;
    let mut response = if let Some(why) = ambiguous::refusal(&request, origin.conflict, local) {
        refused(&Refusal::Ambiguous(why))
    } else if let Some(why) = browser::refusal(request.headers(), local) {
        refused(&Refusal::FromBrowser(why))
    } else {
        request.extensions_mut().insert(caller);
        next.run(request).await
    };
    let Summary { stream, messages } = response
        .extensions_mut()
        .remove::<Summary>()
        .unwrap_or_default();
    app.context.log.write(LogEntry::Request {
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
fn with_summary(
    mut response: Response,
    admitted: &Admitted,
    messages: Option<(usize, usize)>,
) -> Response {
    response.extensions_mut().insert(Summary {
        stream: Some(admitted.stream.name.to_string()),
        messages,
    });
    response
}

async fn send(
    State(app): Shared,
    Extension(caller): Extension<IpAddr>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let (admitted, body) = match admit(&app, caller, &headers, body).await {
        Ok(admitted) => admitted,
        Err(refusal) => return refusal,
    };
    let sent = match read_messages(&body) {
        Ok(messages) => service::send(&app.context, &admitted, messages).await,
        Err(refusal) => Err(refusal),
    };
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
        Err(refusal) => (refused(&refusal), None),
    };
    with_summary(response, &admitted, messages)
}

async fn status(
    State(app): Shared,
    Extension(caller): Extension<IpAddr>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let (admitted, body) = match admit(&app, caller, &headers, body).await {
        Ok(admitted) => admitted,
        Err(refusal) => return refusal,
    };
    let answer = match read_uuids(&body) {
        Ok(uuids) => service::status(&app.context, &admitted, uuids).await,
        Err(refusal) => Err(refusal),
    };
    let response = match answer {
        Ok(answer) => json(StatusCode::OK, &answer),
        Err(refusal) => refused(&refusal),
    };
    with_summary(response, &admitted, None)
}

/// The stream and the body of a request that may go on; else its answer. Nothing of the body is
/// read before the caller is known.
async fn admit(
    app: &AppState,
    caller: IpAddr,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Admitted, Bytes), Response> {
    let token = headers
        .get(header::AUTHORIZATION)
        .map(HeaderValue::as_bytes);
    let admitted = service::admit(&app.context, token, caller)
        .await
        .map_err(|refusal| refused(&refusal))?;
    if !browser::is_json(headers) {
        return Err(refused(&Refusal::NotDeclaredJson));
    }
    let body = reading::whole(headers, body).await;
    let body = body.map_err(|refusal| with_summary(refused(&refusal), &admitted, None))?;
    Ok((admitted, body))
}

/// Whether requests can be served. Anyone may ask: paths and values of the files are for the log.
async fn ready(State(app): Shared) -> Response {
    // The log has it since it was found.
    if app.context.streams.fault().await.is_some() {
        return refused(&Refusal::NotReady("state"));
    }
    match app.context.store.check().await {
        Ok(()) => ok(),
        Err(error) => {
            app.context.log.write(LogEntry::StoreFailed(error));
            refused(&Refusal::NotReady("journal"))
        }
    }
}

/// The path without its slash leads to the path with it, as the hosted service's does.
async fn with_slash(uri: Uri) -> Response {
    let mut response = refused(&Refusal::SlashMissing);
    if let Ok(location) = HeaderValue::try_from(format!("{}/", uri.path())) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

#[derive(Serialize)]
struct Ready {
    status: bool,
}

pub fn ok() -> Response {
    json(StatusCode::OK, &Ready { status: true })
}

pub fn refused(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status());
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = json(status, &RefusedAnswer::new(&refusal.to_string()));
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
