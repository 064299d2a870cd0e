//! Requests as plain data. What is previewed and what is sent are the same value.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{SEND_PATH, STATUS_PATH};
use crate::domain::{GatewayUrl, RouteToken, Secret, SenderId, Token, TokenDigest};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    pub method: &'static str,
    pub url: String,
    /// In the order in which they are sent.
    pub headers: Vec<(Cow<'static, str>, HeaderValue)>,
    pub body: Option<Value>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderValue {
    Plain(Cow<'static, str>),
    /// Others than the owner see the mask.
    Secret {
        /// `None` where only the mask is known.
        value: Option<Secret>,
        mask: String,
    },
}

impl HeaderValue {
    pub fn token(token: &Token) -> Self {
        Self::secret(token.expose(), token.to_string())
    }

    /// A token that another API issued.
    pub fn foreign_token(token: &RouteToken) -> Self {
        Self::secret(token.expose(), token.to_string())
    }

    fn secret(value: &str, mask: String) -> Self {
        Self::Secret {
            value: Some(Secret::new(value.to_owned())),
            mask,
        }
    }

    /// `None` where the token is not issued yet.
    pub fn masked_token(digest: Option<&TokenDigest>) -> Self {
        let mask = digest.map_or_else(|| format!("tp_{}", Secret::MASK), TokenDigest::masked);
        Self::Secret { value: None, mask }
    }

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
    pub fn body_text(&self) -> String {
        self.body
            .as_ref()
            .map_or_else(String::new, Value::to_string)
    }

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

/// 1 to 250 messages.
#[derive(Debug, Clone, Serialize)]
pub struct SendBody {
    pub messages: Vec<MessageBody>,
}

#[derive(Debug, Clone, Serialize)]
pub struct MessageBody {
    /// Unique per message, echoed in the answer.
    pub internal_id: String,
    /// The stream's default sender where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<String>,
    /// Digits only, country code first, no `+`.
    pub recipient_phone: String,
    pub message_content: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct StatusBody {
    pub message_uuids: Vec<String>,
}

pub fn send_request(gateway: &GatewayUrl, token: HeaderValue, body: &SendBody) -> HttpRequest {
    post(gateway.join(SEND_PATH), token, body)
}

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
    /// The reader of the preview puts a Sender ID in its place.
    const SENDER: &'static str = "SENDER_ID";

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
