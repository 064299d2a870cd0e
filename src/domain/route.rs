//! Routes: other Streams APIs, through which live streams send.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::gateway::GatewayUrl;
use super::name::{StreamId, same_name};
use super::secret::Secret;
use super::span::Span;
use super::text::quote;
use super::value::{Invalid, text_value};

/// The hosted API, as its pages name it.
pub const HOSTED: &str = "https://textpeak-streams.commpeak.com";

/// 1 to 50 letters, digits and `-_.`; case does not tell two names apart.
#[derive(Debug, Clone)]
pub struct RouteName(String);

text_value!(RouteName);

impl PartialEq for RouteName {
    fn eq(&self, other: &Self) -> bool {
        same_name(&self.0, &other.0)
    }
}

impl Eq for RouteName {}

impl FromStr for RouteName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        if (1..=50).contains(&text.len()) && text.bytes().all(allowed) {
            return Ok(Self(text.to_owned()));
        }
        Err(Invalid::new(format_args!(
            "{} is not a route name: use 1 to 50 letters, digits, and -_.",
            quote(text)
        )))
    }
}

/// A token that another API issued: 1 to 4,096 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteToken(Secret);

impl RouteToken {
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Display for RouteToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RouteToken {
    type Err = Invalid;

    /// White space around it, as at the end of a file, is not part of it.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        let visible = text.bytes().all(|b| b.is_ascii_graphic());
        if (1..=4096).contains(&text.len()) && visible && text != Secret::MASK {
            return Ok(Self(Secret::new(text.to_owned())));
        }
        Err(Invalid::new(
            "that is not a token: a token is one line of visible ASCII characters without spaces",
        ))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    pub name: RouteName,
    pub base_url: GatewayUrl,
    /// Empty where the route serves every live stream.
    #[serde(default)]
    pub streams: Vec<StreamId>,
    /// How long a message waits for an API that is unavailable or throttles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire: Option<Span>,
    pub created_at: Timestamp,
}

const DEFAULT_EXPIRE: Duration = Duration::from_secs(24 * 3_600);

impl Route {
    pub fn expire(&self) -> Duration {
        self.expire.map_or(DEFAULT_EXPIRE, Span::as_duration)
    }

    /// A route that names the stream goes before one for all.
    pub fn of<'a>(routes: &'a [Self], stream: &StreamId) -> Option<&'a Self> {
        let named = routes.iter().find(|route| route.streams.contains(stream));
        named.or_else(|| routes.iter().find(|route| route.streams.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_that_names_the_stream_goes_before_one_for_all() {
        let route = |name: &str, streams: &[&str]| Route {
            name: name.parse().unwrap(),
            base_url: HOSTED.parse().unwrap(),
            streams: streams.iter().map(|id| id.parse().unwrap()).collect(),
            expire: None,
            created_at: Timestamp::UNIX_EPOCH,
        };
        let (one, other) = ("st_000000000001", "st_000000000002");
        let all = [route("all", &[]), route("one", &[one])];
        let name = |routes: &[Route], id: &str| {
            Route::of(routes, &id.parse().unwrap()).map(|route| route.name.to_string())
        };
        assert_eq!(name(&all, one).as_deref(), Some("one"));
        assert_eq!(name(&all, other).as_deref(), Some("all"));
        assert_eq!(name(&all[1..], other), None);
    }

    #[test]
    fn a_token_is_read_from_a_file_and_never_shown() {
        let token: RouteToken = "hunter2-hunter2\n".parse().unwrap();
        assert_eq!(token.expose(), "hunter2-hunter2");
        assert!(!format!("{token} {token:?}").contains("hunter2"));
        for bad in ["", "two words", "caf\u{e9}", "a\r\nb"] {
            assert!(bad.parse::<RouteToken>().is_err(), "{bad}");
        }
    }
}
