//! Which stream of the account a route sends through: the one that has the route's token. An account
//! has other streams as well, and what their handsets say is none of this route's business.

use crate::client::{AccountApi, patiently};
use crate::domain::RouteToken;

/// Streams that are looked at; each costs a call.
const MOST: usize = 500;

/// `None` where no stream has the token, or the account doesn't say.
pub async fn own_stream(account: &AccountApi, token: &RouteToken) -> Option<String> {
    let mut looked_at = 0;
    for page in 1.. {
        let streams = patiently(u32::MAX, || account.streams(page)).await.ok()?;
        if streams.is_empty() {
            return None;
        }
        for stream in streams.items {
            let known = patiently(u32::MAX, || account.token(&stream)).await;
            if known.is_ok_and(|known| known == *token) {
                return Some(stream.id);
            }
            looked_at += 1;
            if looked_at == MOST {
                return None;
            }
        }
    }
    None
}
