//! Reading a body within limits of size and time.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};

/// Largest body, in bytes: 1 MiB.
const LARGEST: usize = 1 << 20;

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// The whole body.
///
/// # Errors
/// An HTTP status and a sentence, when it is too large, too slow, or breaks off.
pub async fn whole(headers: &HeaderMap, body: Body) -> Result<Bytes, (u16, String)> {
    let too_large = || {
        (
            413,
            format!("the body is larger than {LARGEST} bytes (1 MiB)"),
        )
    };
    let declared = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > LARGEST as u64) {
        return Err(too_large());
    }
    match tokio::time::timeout(PATIENCE, axum::body::to_bytes(body, LARGEST)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_limit(&error) => Err(too_large()),
        Ok(Err(_)) => Err((400, "the body broke off".to_owned())),
        Err(_) => Err((
            408,
            format!("the body did not arrive within {} s", PATIENCE.as_secs()),
        )),
    }
}

fn is_limit(error: &axum::Error) -> bool {
    std::error::Error::source(error)
        .is_some_and(|source| source.to_string().contains("length limit"))
}
