//! What a route may send to, and how much.

use crate::api::RefusedMessage;
use crate::domain::{NumberPrefix, Route};
use crate::store::{DailyLimit, NewMessage};

/// Whether the route may hand the message on.
pub fn allowed(route: Option<&Route>, message: NewMessage) -> Result<NewMessage, RefusedMessage> {
    match route.filter(|route| !route.may_send_to(message.recipient.as_str())) {
        None => Ok(message),
        Some(route) => Err(RefusedMessage {
            error: "recipient_not_allowed",
            details: not_allowed(route),
        }),
    }
}

/// Why a number gets nothing by a route.
pub fn not_allowed(route: &Route) -> String {
    let prefixes: Vec<_> = route.only_to.iter().map(NumberPrefix::as_str).collect();
    format!(
        "route {} sends only to numbers that begin with {}",
        route.name,
        prefixes.join(", ")
    )
}

pub fn daily_limit(route: &Route) -> Option<DailyLimit> {
    Some(DailyLimit {
        route: route.name.as_str().to_lowercase(),
        most: route.daily_limit?.get(),
    })
}
