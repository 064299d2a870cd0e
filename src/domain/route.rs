//! Routes: the ways by which live streams send and hear.

use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::name::{StreamId, same_name};
use super::phone::Phone;
use super::span::Span;
use super::text::quote;
use super::value::{Invalid, text_value};
use super::way::Way;

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

/// The beginning of phone numbers: 1 to 15 digits, country code first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberPrefix(String);

text_value!(NumberPrefix);

impl NumberPrefix {
    pub fn begins(&self, number: &str) -> bool {
        number.starts_with(&self.0)
    }
}

impl FromStr for NumberPrefix {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let digits = text.trim().trim_start_matches('+');
        if (1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Self(digits.to_owned()));
        }
        Err(Invalid::new(format_args!(
            "{} is not the beginning of phone numbers: use 1 to 15 digits, starting with the \
             country code, like 1202",
            quote(text)
        )))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    pub name: RouteName,
    #[serde(flatten)]
    pub way: Way,
    /// Empty where the route serves every live stream.
    #[serde(default)]
    pub streams: Vec<StreamId>,
    /// How long a message waits for a carrier that is unavailable or throttles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire: Option<Span>,
    /// Numbers that begin otherwise get nothing. Empty where every number may get messages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_to: Vec<NumberPrefix>,
    /// The handset that gets every message, in the place of its recipient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_to: Option<Phone>,
    /// Most messages that are accepted for it in a day of UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daily_limit: Option<NonZeroU32>,
    pub created_at: Timestamp,
}

const DEFAULT_EXPIRE: Duration = Duration::from_secs(24 * 3_600);

impl Route {
    /// A route for every live stream, with no rail.
    pub fn new(name: RouteName, way: Way, created_at: Timestamp) -> Self {
        Self {
            name,
            way,
            streams: Vec::new(),
            expire: None,
            only_to: Vec::new(),
            redirect_to: None,
            daily_limit: None,
            created_at,
        }
    }

    pub fn expire(&self) -> Duration {
        self.expire.map_or(DEFAULT_EXPIRE, Span::as_duration)
    }

    pub fn may_send_to(&self, number: &str) -> bool {
        let begins = |prefix: &NumberPrefix| prefix.begins(number);
        self.only_to.is_empty() || self.only_to.iter().any(begins)
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

    fn route(name: &str) -> Route {
        let way = Way::streams_api(HOSTED.parse().unwrap());
        Route::new(name.parse().unwrap(), way, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_route_that_names_the_stream_goes_before_one_for_all() {
        let (one, other) = ("st_000000000001", "st_000000000002");
        let named = Route {
            streams: vec![one.parse().unwrap()],
            ..route("one")
        };
        let all = [route("all"), named];
        let name = |routes: &[Route], id: &str| {
            Route::of(routes, &id.parse().unwrap()).map(|route| route.name.to_string())
        };
        assert_eq!(name(&all, one).as_deref(), Some("one"));
        assert_eq!(name(&all, other).as_deref(), Some("all"));
        assert_eq!(name(&all[1..], other), None);
    }

    #[test]
    fn sends_only_to_numbers_that_begin_as_it_was_told() {
        let rail = Route {
            only_to: vec!["+1202".parse().unwrap(), "44".parse().unwrap()],
            ..route("rail")
        };
        assert!(rail.may_send_to("12025550143") && rail.may_send_to("447700900000"));
        assert!(!rail.may_send_to("13035550143"));
        assert!(route("open").may_send_to("13035550143"));
        for bad in ["", "+", "12a", "1234567890123456"] {
            assert!(bad.parse::<NumberPrefix>().is_err(), "{bad}");
        }
    }

    #[test]
    fn is_written_as_before_where_nothing_is_new() {
        let text = serde_json::to_string(&route("main")).unwrap();
        assert_eq!(
            text,
            format!(
                r#"{{"name":"main","base_url":"{HOSTED}","streams":[],"created_at":"1970-01-01T00:00:00Z"}}"#
            )
        );
        assert_eq!(serde_json::from_str::<Route>(&text).unwrap(), route("main"));
    }
}
