//! Which stream of the account a route sends through: the one that has the route's token. An account
//! has other streams as well, and what their handsets say is none of this route's business.

use crate::client::{AccountApi, CallError, Patience, patiently};
use crate::domain::RouteToken;

/// Streams that are looked at; each costs a call.
const MOST: usize = 500;

/// How often a call is made before it counts as failed.
const TRIES: u32 = 5;

/// `None` where no stream has the token, or the account doesn't say.
pub async fn own_stream(
    account: &AccountApi,
    token: &RouteToken,
) -> Result<Option<String>, CallError> {
    let mut looked_at = 0;
    for page in 1.. {
        let Some(streams) = said(patiently(TRIES, || account.streams(page)).await)? else {
            return Ok(None);
        };
        if streams.is_empty() {
            return Ok(None);
        }
        for stream in streams.items {
            let known = said(patiently(TRIES, || account.token(&stream)).await)?;
            if known.is_some_and(|known| known == *token) {
                return Ok(Some(stream.id));
            }
            looked_at += 1;
            if looked_at == MOST {
                return Ok(None);
            }
        }
    }
    Ok(None)
}

/// `None` where the account says no.
fn said<T>(answer: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if Patience::default().gives_up_on(&error) => Ok(None),
        Err(error) => Err(error),
    }
}
