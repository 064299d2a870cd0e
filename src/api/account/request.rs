//! Requests of the account API.

use jiff::Timestamp;

use crate::api::date::hosted_date;
use crate::api::{HeaderValue, HttpRequest};
use crate::domain::{GatewayUrl, RouteToken};

/// Entries on a page; callers saw no more than this.
pub const PAGE: usize = 100;

/// The two lists of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageList {
    Sent,
    Incoming,
}

impl MessageList {
    fn path(self) -> &'static str {
        match self {
            Self::Sent => "/streams/messages",
            Self::Incoming => "/streams/incoming_messages",
        }
    }
}

/// Which messages, and which page of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageQuery {
    pub from: Timestamp,
    /// The account's id of a stream; `None` where it is all of them.
    pub stream: Option<String>,
    /// From 1.
    pub page: usize,
}

impl PageQuery {
    /// `page`, where lists of objects have `_page`.
    pub fn path_and_query(&self, list: MessageList) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Some(stream) = &self.stream {
            query.append_pair("streamId", stream);
        }
        let query = query
            .append_pair("startDate", &hosted_date(self.from))
            .append_pair("page", &self.page.to_string())
            .append_pair("itemsPerPage", &PAGE.to_string())
            .finish();
        format!("{}?{query}", list.path())
    }
}

/// A path has no slash at its end here, and the key travels bare.
pub fn account_request(
    account: &GatewayUrl,
    key: &RouteToken,
    path_and_query: &str,
) -> HttpRequest {
    HttpRequest {
        method: "GET",
        url: account.join(path_and_query),
        headers: vec![
            ("Authorization".into(), HeaderValue::foreign_token(key)),
            (
                "Accept".into(),
                HeaderValue::Plain("application/json".into()),
            ),
            (
                "User-Agent".into(),
                HeaderValue::Plain(concat!("textpeak/", env!("CARGO_PKG_VERSION")).into()),
            ),
        ],
        body: None,
    }
}

/// Of lists of objects.
pub(super) fn paged(path: &str, page: usize) -> String {
    format!("{path}?_page={page}&itemsPerPage={PAGE}")
}
