//! A request as people and tools read it. Everything here shows the one [`HttpRequest`].

use super::sample;
use super::shell::shell_word;
use crate::api::{Format, HttpRequest, Part};
use crate::domain::escape;

/// One part of the request, by itself.
#[must_use]
pub fn part(request: &HttpRequest, part: Part) -> String {
    match part {
        Part::Endpoint => escape(&request.url).into_owned(),
        Part::Body => format!("{:#}", request.body),
    }
}

/// The request written down; the secrets of its headers only where they are to be revealed.
#[must_use]
pub fn request(request: &HttpRequest, format: Format, reveal: bool) -> String {
    match format {
        Format::Http => http(request, reveal),
        Format::Curl => curl(request, reveal),
        Format::Python => sample::python(request, reveal),
        Format::Node => sample::node(request, reveal),
        Format::Php => sample::php(request, reveal),
        Format::Go => sample::go(request, reveal),
        Format::Json => format!("{:#}", request.to_json(reveal)),
    }
}

fn http(request: &HttpRequest, reveal: bool) -> String {
    let mut text = format!("{} {}\n", request.method, part(request, Part::Endpoint));
    for (name, value) in &request.headers {
        text += &format!("{name}: {}\n", value.text(reveal));
    }
    text + "\n" + &part(request, Part::Body)
}

fn curl(request: &HttpRequest, reveal: bool) -> String {
    let mut text = format!("curl -X {} {}", request.method, shell_word(&request.url));
    for (name, value) in &request.headers {
        text += &format!(
            " \\\n  -H {}",
            shell_word(&format!("{name}: {}", value.text(reveal)))
        );
    }
    text + &format!(" \\\n  --data-raw {}", shell_word(&request.body_text()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Example, HeaderValue, send_request};
    use crate::domain::GatewayUrl;

    fn example() -> HttpRequest {
        let mut body = Example::send(None);
        body.messages[0].message_content = "it's 100% $(safe)".to_owned();
        send_request(
            &GatewayUrl::default(),
            HeaderValue::masked_token(None),
            &body,
        )
    }

    #[test]
    fn s21_the_send_request_is_shown_as_it_is_executed() {
        snapbox::assert_data_eq!(
            request(&example(), Format::Http, false),
            snapbox::str![[r#"
POST http://127.0.0.1:4680/simple_send/
Authorization: tp_********
Content-Type: application/json

{
  "messages": [
    {
      "internal_id": "1001",
      "sender": "SENDER_ID",
      "recipient_phone": "12025550143",
      "message_content": "it's 100% $(safe)"
    }
  ]
}
"#]]
        );
    }

    #[test]
    fn curl_is_quoted_for_a_posix_shell() {
        assert_eq!(
            request(&example(), Format::Curl, false),
            r#"curl -X POST http://127.0.0.1:4680/simple_send/ \
  -H 'Authorization: tp_********' \
  -H 'Content-Type: application/json' \
  --data-raw '{"messages":[{"internal_id":"1001","sender":"SENDER_ID","recipient_phone":"12025550143","message_content":"it'\''s 100% $(safe)"}]}'"#
        );
    }
}
