//! A request as people and tools read it. Everything here shows the one [`HttpRequest`].

use super::sample;
use super::shell::shell_word;
use serde_json::{Map, Value};

use crate::api::{Format, HttpRequest, Part, Request};
use crate::domain::escape;

pub fn part(request: &HttpRequest, part: Part) -> String {
    match part {
        Part::Endpoint => escape(&request.url).into_owned(),
        Part::Body => match &request.body {
            Some(body) => format!("{body:#}"),
            None => String::new(),
        },
    }
}

/// Requests with their titles, written down as one text; the secrets of their headers only where
/// they are to be revealed. What is a program stays one program.
pub fn written(requests: &[(Request, HttpRequest)], format: Format, reveal: bool) -> String {
    let plain: Vec<_> = requests.iter().map(|(_, request)| request).collect();
    let titled = |mark: &str, write: fn(&HttpRequest, bool) -> String| {
        if let [one] = plain.as_slice() {
            return write(one, reveal);
        }
        let text = |(kind, one): &(Request, HttpRequest)| {
            format!("{mark} {}\n{}", kind.title(), write(one, reveal))
        };
        requests.iter().map(text).collect::<Vec<_>>().join("\n\n")
    };
    match format {
        Format::Http => titled("###", http),
        Format::Curl => titled("#", curl),
        Format::Python => sample::python(&plain, reveal),
        Format::Node => sample::node(&plain, reveal),
        Format::Php => sample::php(&plain, reveal),
        Format::Go => sample::go(&plain, reveal),
        Format::Json => format!("{:#}", json(requests, reveal)),
    }
}

/// One request by itself, or several by their names.
pub fn json(requests: &[(Request, HttpRequest)], reveal: bool) -> Value {
    match requests {
        [(_, one)] => one.to_json(reveal),
        all => all
            .iter()
            .map(|(kind, one)| (kind.name().to_owned(), one.to_json(reveal)))
            .collect::<Map<_, _>>()
            .into(),
    }
}

pub fn http(request: &HttpRequest, reveal: bool) -> String {
    let mut text = format!("{} {}\n", request.method, part(request, Part::Endpoint));
    for (name, value) in &request.headers {
        text += &format!("{name}: {}\n", value.text(reveal));
    }
    match &request.body {
        Some(_) => text + "\n" + &part(request, Part::Body),
        None => text,
    }
}

fn curl(request: &HttpRequest, reveal: bool) -> String {
    let mut text = format!("curl -X {} {}", request.method, shell_word(&request.url));
    for (name, value) in &request.headers {
        text += &format!(
            " \\\n  -H {}",
            shell_word(&format!("{name}: {}", value.text(reveal)))
        );
    }
    if request.body.is_some() {
        text += &format!(" \\\n  --data-raw {}", shell_word(&request.body_text()));
    }
    text
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
            http(&example(), false),
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
            curl(&example(), false),
            r#"curl -X POST http://127.0.0.1:4680/simple_send/ \
  -H 'Authorization: tp_********' \
  -H 'Content-Type: application/json' \
  --data-raw '{"messages":[{"internal_id":"1001","sender":"SENDER_ID","recipient_phone":"12025550143","message_content":"it'\''s 100% $(safe)"}]}'"#
        );
    }
}
