//! `/incoming/<route>/<secret>`: where a carrier tells what handsets said.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Method, header};
use axum::response::Response;

use super::reading;
use super::router::{AppState, ok, refused};
use crate::api::{Refusal, read_incoming};
use crate::domain::{IncomingField, IncomingSecret, RouteName, Way};
use crate::service::{Context, take_in};

pub const PATH: &str = "/incoming/{route}/{secret}";

/// What the log says in the place of the path, which has the secret in it.
pub const LOGGED: &str = "/incoming/";

/// Kept before it is answered, and once however often it comes with the same id.
pub async fn incoming(
    State(app): State<Arc<AppState>>,
    Path((route, secret)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let kept = keep(
        &app.context,
        (&route, &secret),
        query,
        method,
        &headers,
        body,
    )
    .await;
    kept.map_or_else(|refusal| refused(&refusal), |()| ok())
}

async fn keep(
    context: &Context,
    (route, secret): (&str, &str),
    query: Option<String>,
    method: Method,
    headers: &HeaderMap,
    body: Body,
) -> Result<(), Refusal> {
    let (route, fields) = known(context, route, secret).await?;
    let body = if method == Method::GET {
        axum::body::Bytes::new()
    } else {
        reading::whole(headers, body).await?
    };
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok());
    let told = read_incoming(kind, &body, query.as_deref(), &fields)
        .map_err(|error| Refusal::WrongShape(error.to_string()))?;
    let kept = take_in(context, &route, told).await;
    kept.map_err(|error| context.unavailable(error))
}

/// The route with this secret. Takes as long whatever is wrong.
async fn known(
    context: &Context,
    name: &str,
    secret: &str,
) -> Result<(RouteName, Vec<IncomingField>), Refusal> {
    let streams = context.streams.get().await;
    let secrets = context.store.secrets().await;
    let secrets = secrets.map_err(|error| context.unavailable(error))?;
    let name = name.parse::<RouteName>().ok();
    let route = name.and_then(|name| streams.routes().iter().find(|one| one.name == name));
    let own = route.and_then(|route| secrets.of_route(&route.name)?.incoming);
    // One that nobody has.
    let other = IncomingSecret::issue(|| 0);
    let is_right = own.as_ref().unwrap_or(&other).is(secret);
    let fields = route.map(|route| match &route.way {
        Way::StreamsApi {
            incoming_fields, ..
        } => incoming_fields.clone(),
        Way::Smpp { .. } => Vec::new(),
    });
    match (route, fields) {
        (Some(route), Some(fields)) if is_right && own.is_some() => {
            Ok((route.name.clone(), fields))
        }
        _ => Err(Refusal::NotFound),
    }
}
