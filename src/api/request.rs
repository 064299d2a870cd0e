//! Requests as plain data. What is previewed and what is sent are the same value.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{SEND_PATH, STATUS_PATH};
use crate::domain::{GatewayUrl, RouteToken, Secret, SenderId, Token, TokenDigest};

/// An HTTP request, complete but not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// `POST` or `GET`.
    pub method: &'static str,
    /// Absolute URL.
    pub url: String,
    /// Header names and values, in the order in which they are sent.
    pub headers: Vec<(Cow<'static, str>, HeaderValue)>,
    /// The JSON body; a `GET` has none.
    pub body: Option<Value>,
}

/// A header's value, and whether it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderValue {
    /// Anyone may see it.
    Plain(Cow<'static, str>),
    /// Only its owner may see it; others see the mask.
    Secret {
        /// The value; `None` where only the mask is known.
        value: Option<Secret>,
        /// What stands for it.
        mask: String,
    },
}

impl HeaderValue {
    /// The bearer of authority: a token, or its mask where it is not at hand.
    #[must_use]
    pub fn token(token: &Token) -> Self {
        Self::Secret {
            value: Some(Secret::new(token.expose().to_owned())),
            mask: token.to_string(),
        }
    }

    /// A token that another API issued.
    #[must_use]
    pub fn foreign_token(token: &RouteToken) -> Self {
        Self::Secret {
            value: Some(Secret::new(token.expose().to_owned())),
            mask: token.to_string(),
        }
    }

    /// The mask of a token that is not at hand; before it is issued, an empty one.
    #[must_use]
    pub fn masked_token(digest: Option<&TokenDigest>) -> Self {
        let mask = digest.map_or_else(|| format!("tp_{}", Secret::MASK), TokenDigest::masked);
        Self::Secret { value: None, mask }
    }

    /// The text, with the secret where it is to be revealed and known.
    #[must_use]
    pub fn text(&self, reveal: bool) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Secret {
                value: Some(value), ..
            } if reveal => value.expose(),
            Self::Secret { mask, .. } => mask,
        }
    }
}

impl HttpRequest {
    /// The body as it travels; empty where there is none.
    #[must_use]
    pub fn body_text(&self) -> String {
        self.body
            .as_ref()
            .map_or_else(String::new, Value::to_string)
    }

    /// The request as `{"method","url","headers","body"}`.
    #[must_use]
    pub fn to_json(&self, reveal: bool) -> Value {
        let header = |(name, value): &(Cow<'static, str>, HeaderValue)| {
            (name.to_string(), value.text(reveal).into())
        };
        let headers: Map<String, Value> = self.headers.iter().map(header).collect();
        serde_json::json!({
            "method": self.method, "url": self.url, "headers": headers, "body": self.body,
        })
    }
}

/// Body of a send request: 1 to 250 messages.
#[derive(Debug, Clone, Serialize)]
pub struct SendBody {
    /// The messages.
    pub messages: Vec<MessageBody>,
}

/// One message of a send request.
#[derive(Debug, Clone, Serialize)]
pub struct MessageBody {
    /// The caller's own id, unique per message, echoed in the answer.
    pub internal_id: String,
    /// A Sender ID allowed on the stream; left out, the stream's default sender is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<String>,
    /// Digits only, country code first, no `+`.
    pub recipient_phone: String,
    /// The text.
    pub message_content: String,
}

/// Body of a status request.
#[derive(Debug, Clone, Serialize)]
pub struct StatusBody {
    /// Ids that the answers to send requests gave.
    pub message_uuids: Vec<String>,
}

/// The request that sends messages.
#[must_use]
pub fn send_request(gateway: &GatewayUrl, token: HeaderValue, body: &SendBody) -> HttpRequest {
    post(gateway.join(SEND_PATH), token, body)
}

/// The request that asks for the status of messages.
#[must_use]
pub fn status_request(gateway: &GatewayUrl, token: HeaderValue, body: &StatusBody) -> HttpRequest {
    post(gateway.join(STATUS_PATH), token, body)
}

fn post(url: String, token: HeaderValue, body: &impl Serialize) -> HttpRequest {
    HttpRequest {
        method: "POST",
        url,
        headers: vec![
            ("Authorization".into(), token),
            (
                "Content-Type".into(),
                HeaderValue::Plain("application/json".into()),
            ),
        ],
        // Strings and lists of strings always have a JSON form.
        body: Some(serde_json::to_value(body).unwrap_or_default()),
    }
}

/// The example that previews show: fictional number, harmless text.
#[derive(Debug)]
pub struct Example;

impl Example {
    /// Stands where the request's writer puts a Sender ID of their own.
    const SENDER: &'static str = "SENDER_ID";

    /// A send request's body, from this Sender ID or a placeholder.
    #[must_use]
    pub fn send(sender: Option<&SenderId>) -> SendBody {
        SendBody {
            messages: vec![MessageBody {
                internal_id: "1001".to_owned(),
                sender: Some(sender.map_or(Self::SENDER, SenderId::as_str).to_owned()),
                recipient_phone: "12025550143".to_owned(),
                message_content: "Your code is 4711".to_owned(),
            }],
        }
    }

    /// A status request's body.
    #[must_use]
    pub fn status() -> StatusBody {
        StatusBody {
            message_uuids: vec!["01890a5d-ac96-774b-bcce-b302099a8057".to_owned()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_send_request_is_the_documented_one() {
        let token = HeaderValue::masked_token(None);
        let request = send_request(&GatewayUrl::default(), token, &Example::send(None));
        assert_eq!(request.url, "http://127.0.0.1:4680/simple_send/");
        assert_eq!(
            request.body_text(),
            r#"{"messages":[{"internal_id":"1001","sender":"SENDER_ID","recipient_phone":"12025550143","message_content":"Your code is 4711"}]}"#
        );
    }

    #[test]
    fn a_token_travels_bare_and_is_shown_masked() {
        let token = Token::issue(|| 7);
        let request = status_request(
            &GatewayUrl::default(),
            HeaderValue::token(&token),
            &Example::status(),
        );
        assert_eq!(
            request.to_json(true)["headers"]["Authorization"],
            token.expose()
        );
        assert_eq!(
            request.to_json(false)["headers"]["Authorization"],
            token.to_string()
        );
        assert!(!format!("{request:?}").contains(token.expose()));
    }
}
