//! A webhook delivery as it arrived: request line, headers and body out of raw text.

use serde_json::Value;
use url::form_urlencoded;

use crate::domain::{Invalid, is_http_token};

pub(super) const SIGNING_HEADERS: [&str; 3] =
    ["webhook-id", "webhook-timestamp", "webhook-signature"];

/// Not verified yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivery {
    /// `None` where the request line is missing.
    pub method: Option<String>,
    /// Path and query, as the request line has them.
    pub target: Option<String>,
    /// In the order in which they came; a name may stand there twice.
    pub headers: Vec<(String, String)>,
    /// Byte for byte, or for a `GET` without a request line its raw query string.
    pub body: String,
}

impl Delivery {
    /// Reads a request line if there is one, headers, a blank line, the body.
    pub fn from_raw(raw: &str) -> Result<Self, Invalid> {
        let raw = raw.trim_start_matches(['\r', '\n']);
        let mut head = 0;
        for line in raw.split_inclusive('\n') {
            if is_blank(line) {
                let body = raw[head + line.len()..].to_owned();
                return Self::from_parts(&raw[..head], body);
            }
            head += line.len();
        }
        Self::from_parts(raw, String::new())
    }

    pub fn from_parts(head: &str, body: String) -> Result<Self, Invalid> {
        let mut delivery = Self {
            body,
            ..Self::default()
        };
        let lines = head.trim_start_matches('\u{feff}').lines().enumerate();
        for (at, line) in lines.filter(|(_, line)| !is_blank(line)) {
            let line = unmarked(line);
            if delivery.headers.is_empty() {
                // The status line of an answer says nothing about the request.
                if line.starts_with("HTTP/") {
                    continue;
                }
                if let (None, Some((method, target))) = (&delivery.method, request_line(line)) {
                    delivery.method = Some(method.to_owned());
                    delivery.target = Some(target.to_owned());
                    continue;
                }
            }
            let header = line.split_once(':').filter(|(name, _)| is_http_token(name));
            // The line is not repeated: it may hold a token.
            let (name, value) = header.ok_or_else(|| {
                Invalid::new(format_args!(
                    "line {} of the headers is not a header: write one Name: value per line",
                    at + 1
                ))
            })?;
            let header = (name.to_owned(), value.trim().to_owned());
            delivery.headers.push(header);
        }
        Ok(delivery)
    }

    /// In any case of the name.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        let same = move |header: &&(String, String)| header.0.eq_ignore_ascii_case(name);
        self.headers
            .iter()
            .filter(same)
            .map(|(_, value)| value.as_str())
    }

    pub fn repeated_header(&self) -> Option<&'static str> {
        SIGNING_HEADERS
            .into_iter()
            .find(|name| self.values(name).nth(1).is_some())
    }

    /// The fields of the JSON body, or of a `GET` its query parameters as texts; null where there is
    /// neither.
    pub fn fields(&self) -> Value {
        if self.is_get() {
            let query = self.query().unwrap_or(&self.body).as_bytes();
            let pairs = form_urlencoded::parse(query);
            let fields = pairs.map(|(name, value)| (name.into_owned(), value.into()));
            return Value::Object(fields.collect());
        }
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    pub fn is_get(&self) -> bool {
        self.method.as_deref() == Some("GET")
    }

    pub fn query(&self) -> Option<&str> {
        Some(self.target.as_deref()?.split_once('?')?.1)
    }
}

fn is_blank(line: &str) -> bool {
    matches!(line.trim_end(), "" | ">" | "<")
}

/// Removes what `curl -v` puts in front of a line.
fn unmarked(line: &str) -> &str {
    line.strip_prefix("> ")
        .or_else(|| line.strip_prefix("< "))
        .unwrap_or(line)
        .trim_end()
}

/// Method and target of `POST /sms HTTP/1.1`, in quotation marks or without, as logs have it.
fn request_line(line: &str) -> Option<(&str, &str)> {
    let mut words = line.trim_matches('"').split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let is_method = !method.is_empty() && method.bytes().all(|b| b.is_ascii_uppercase());
    let is_last = words.next().is_none_or(|word| word.starts_with("HTTP/"));
    let whole = is_method && is_last && words.next().is_none();
    whole.then_some((method, target))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_a_raw_request_and_keeps_the_body_byte_for_byte() {
        let raw = "POST /sms?x=y HTTP/1.1\r\nHost: example.com\r\nWebhook-Id:1\r\n\r\n{\r\n\r\n}\n";
        let read = Delivery::from_raw(raw).unwrap();
        assert_eq!(read.method.as_deref(), Some("POST"));
        assert_eq!(read.query(), Some("x=y"));
        assert_eq!(read.values("webhook-id").collect::<Vec<_>>(), ["1"]);
        assert_eq!(read.body, "{\r\n\r\n}\n");
    }

    #[test]
    fn reads_what_tools_print() {
        let verbose = "> GET /sms?a=1 HTTP/1.1\n> webhook-id: 1\n>\nrest";
        let read = Delivery::from_raw(verbose).unwrap();
        assert!(read.is_get());
        assert_eq!((read.query(), read.body.as_str()), (Some("a=1"), "rest"));
        let answer = "HTTP/1.1 200 OK\r\nwebhook-id: 1\r\n";
        let read = Delivery::from_parts(answer, String::new()).unwrap();
        assert_eq!((read.method, read.headers.len()), (None, 1));
        let logged = Delivery::from_raw("\"POST /sms HTTP/1.1\"\nwebhook-id: 1").unwrap();
        assert_eq!(logged.target.as_deref(), Some("/sms"));
    }

    #[test]
    fn a_bad_line_is_named_by_its_number_and_not_repeated() {
        let read = Delivery::from_raw("POST /sms HTTP/1.1\nwebhook-id: 1\ns3cret without colon\n");
        let sentence = read.unwrap_err().to_string();
        assert!(sentence.starts_with("Line 3 of the headers"), "{sentence}");
        assert!(!sentence.contains("s3cret"), "{sentence}");
        for bad in [": x", "na me: x", "\u{1b}[2J: x"] {
            assert!(Delivery::from_raw(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_header_that_stands_twice_is_told_whatever_its_case() {
        let twice = "webhook-signature: v1,a\nWebhook-Signature: v1,b";
        let read = Delivery::from_raw(twice).unwrap();
        assert_eq!(read.repeated_header(), Some("webhook-signature"));
    }

    #[test]
    fn says_its_fields_by_post_and_by_get() {
        let read = |raw: &str| Delivery::from_raw(raw).unwrap().fields();
        let by_get = read("GET /sms?a=b%20c&d=1 HTTP/1.1\nh: v\n");
        assert_eq!(by_get, serde_json::json!({ "a": "b c", "d": "1" }));
        let by_post = read("POST /sms?a=b HTTP/1.1\nh: v\n\n{\"a\": true}");
        assert_eq!(by_post, serde_json::json!({ "a": true }));
        assert_eq!(read("POST /sms HTTP/1.1\nh: v\n\nplain"), Value::Null);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(raw in any::<String>(), body in any::<String>()) {
            let _ = Delivery::from_raw(&raw).map(|read| read.fields());
            let read = Delivery::from_raw(&format!("POST / HTTP/1.1\r\na: b\r\n\r\n{body}"));
            prop_assert_eq!(read.unwrap().body, body);
        }
    }
}
