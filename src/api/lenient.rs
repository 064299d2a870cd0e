//! Answers of Streams APIs, read leniently: what public callers of the hosted service saw differs,
//! and the shape of its status answer is not public.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "JSON will have no seventh kind of value"
)]

use serde_json::{Map, Value};

/// The most characters of a foreign text that are repeated.
const REPEATED: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendReport {
    pub internal_id: Option<String>,
    /// The message's id, or why there is none.
    pub outcome: Result<String, String>,
}

/// In the API's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusReport {
    pub message_uuid: String,
    pub internal_id: Option<String>,
    /// Known to us or not.
    pub status: String,
    pub sent_at: Option<String>,
    pub delivered_at: Option<String>,
    pub details: Option<String>,
}

/// Why an answer yields no reports.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// The API refused the request as a whole.
    #[error("HTTP {status}: {message}")]
    Refused { status: u16, message: String },
    /// The API claims success, but what became of the request is not known.
    #[error("HTTP {status} with an answer that cannot be read: {message}")]
    Unreadable {
        status: u16,
        /// How the answer begins.
        message: String,
    },
}

impl NoAnswer {
    /// Whether the API may have acted on the request all the same: only a refusal that says no or not
    /// now is sure.
    pub fn may_have_been_taken(&self) -> bool {
        match self {
            Self::Refused { status, .. } => *status >= 500 && *status != 503,
            Self::Unreadable { .. } => true,
        }
    }

    pub fn is_busy(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                status: 429 | 503,
                ..
            }
        )
    }
}

/// A message counts as accepted only if its entry has a `message_uuid` and no `error`.
pub fn read_send(status: u16, body: &[u8]) -> Result<Vec<SendReport>, NoAnswer> {
    let answer = read(status, body)?;
    let entries: Vec<_> = list(&answer).iter().filter_map(Value::as_object).collect();
    if entries.is_empty() {
        return Err(refused_or_unreadable(status, body, &answer));
    }
    let report = |entry: &Map<String, Value>| {
        let uuid = text(entry, &["message_uuid", "uuid"]);
        let why = reason(entry);
        SendReport {
            internal_id: text(entry, &["internal_id"]),
            outcome: match (uuid, has_error(entry)) {
                (Some(uuid), false) => Ok(uuid),
                _ => Err(why.unwrap_or_else(|| "it was not accepted".to_owned())),
            },
        }
    };
    Ok(entries.into_iter().map(report).collect())
}

/// Reads a `messages`, `items` or `data` list, a bare list, or an object by id.
pub fn read_status(status: u16, body: &[u8]) -> Result<Vec<StatusReport>, NoAnswer> {
    let answer = read(status, body)?;
    let refused = answer.get("status") == Some(&Value::Bool(false));
    let listed = list(&answer);
    let report = |key: Option<&str>, entry: &Value| {
        let of = |uuid: Option<String>, status: Option<String>, entry: Option<&Map<_, _>>| {
            let field = |keys: &[&str]| entry.and_then(|entry| text(entry, keys));
            Some(StatusReport {
                message_uuid: uuid?,
                internal_id: field(&["internal_id"]),
                status: status?,
                sent_at: field(&["sent_at"]),
                delivered_at: field(&["delivered_at"]),
                details: entry.and_then(reason),
            })
        };
        match entry {
            Value::String(status) => of(key.map(str::to_owned), Some(short(status)), None),
            Value::Object(entry) => of(
                text(entry, &["message_uuid", "uuid", "id"]).or(key.map(str::to_owned)),
                text(entry, &["status", "message_status", "state"]),
                Some(entry),
            ),
            _ => None,
        }
    };
    if !listed.is_empty() {
        return Ok(listed
            .iter()
            .filter_map(|entry| report(None, entry))
            .collect());
    }
    // Keys of the envelope are not ids of messages.
    let keyed: Vec<_> = answer
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| !ENVELOPE.contains(&key.as_str()))
        .filter_map(|(key, entry)| report(Some(key), entry))
        .collect();
    let empty_list = LISTS
        .iter()
        .any(|key| answer.get(key).is_some_and(Value::is_array))
        || answer.is_array();
    if refused || keyed.is_empty() && !empty_list {
        return Err(refused_or_unreadable(status, body, &answer));
    }
    Ok(keyed)
}

const LISTS: [&str; 3] = ["messages", "items", "data"];

const ENVELOPE: [&str; 12] = [
    "status",
    "message",
    "details",
    "error",
    "error_description",
    "errors",
    "detail",
    "title",
    "task_id",
    "messages",
    "items",
    "data",
];

fn read(status: u16, body: &[u8]) -> Result<Value, NoAnswer> {
    let json = serde_json::from_slice::<Value>(body);
    if !(200..300).contains(&status) {
        let from_json = json.ok().and_then(|json| reason(json.as_object()?));
        let message = from_json
            .or_else(|| plain(body))
            .unwrap_or_else(|| usual(status).to_owned());
        return Err(NoAnswer::Refused { status, message });
    }
    json.map_err(|_| NoAnswer::Unreadable {
        status,
        message: plain(body).unwrap_or_else(|| "it is empty".to_owned()),
    })
}

/// An answer that claims success and has no entries is a refusal if it says so.
fn refused_or_unreadable(status: u16, body: &[u8], answer: &Value) -> NoAnswer {
    let why = answer.as_object().and_then(reason);
    if answer.get("status") == Some(&Value::Bool(false)) || why.is_some() {
        let message = why.unwrap_or_else(|| "no reason is given".to_owned());
        return NoAnswer::Refused { status, message };
    }
    let message = plain(body).unwrap_or_default();
    NoAnswer::Unreadable { status, message }
}

fn list(answer: &Value) -> &[Value] {
    let named = LISTS.iter().find_map(|key| answer.get(key)?.as_array());
    named.or(answer.as_array()).map_or(&[], Vec::as_slice)
}

/// The first of these keys that has a text or a number.
fn text(entry: &Map<String, Value>, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| match entry.get(*key)? {
        Value::String(text) if !text.is_empty() => Some(short(text)),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

fn has_error(entry: &Map<String, Value>) -> bool {
    match entry.get("error") {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(_) => true,
    }
}

/// Looks for the reason under every key that is known to carry one.
fn reason(entry: &Map<String, Value>) -> Option<String> {
    let errors = || match entry.get("errors")? {
        Value::String(text) => Some(short(text)),
        Value::Array(list) => {
            let list: Vec<_> = list
                .iter()
                .map(|one| match one {
                    Value::String(text) => text.clone(),
                    Value::Object(one) => reason(one).unwrap_or_default(),
                    other => other.to_string(),
                })
                .collect();
            Some(short(&list.join("; "))).filter(|text| !text.is_empty())
        }
        _ => None,
    };
    text(
        entry,
        &["details", "message", "error_description", "detail"],
    )
    .or_else(errors)
    .or_else(|| text(entry, &["error", "title"]))
}

/// Turns a body that is not JSON into one line without tags.
fn plain(body: &[u8]) -> Option<String> {
    let start = &body[..body.len().min(16 << 10)];
    let (mut text, mut inside) = (String::new(), false);
    for c in String::from_utf8_lossy(start).chars() {
        match c {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(short(&line)).filter(|line| !line.is_empty())
}

fn short(text: &str) -> String {
    let mut short: String = text.chars().take(REPEATED).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

fn usual(status: u16) -> &'static str {
    match status {
        300..=399 => "it redirects, which is not followed",
        401 => "the token is not accepted",
        403 => "this is not allowed",
        404 => "there is no Streams API at this address",
        429 => "too many requests",
        500..=599 => "the other side is out of order",
        _ => "no reason is given",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Outcome = (Option<String>, Result<String, String>);

    fn sent(status: u16, body: &str) -> Result<Vec<Outcome>, String> {
        let read = read_send(status, body.as_bytes());
        let pairs = |reports: Vec<SendReport>| {
            reports
                .into_iter()
                .map(|one| (one.internal_id, one.outcome))
                .collect()
        };
        read.map(pairs).map_err(|error| error.to_string())
    }

    #[test]
    fn a_message_is_accepted_only_with_an_id_and_without_an_error() {
        let entry = |entry: &str| {
            sent(200, &format!("{{\"status\":true,\"messages\":[{entry}]}}"))
                .unwrap()
                .remove(0)
                .1
        };
        assert_eq!(
            entry(r#"{"message_uuid":"u","error":null,"details":null}"#),
            Ok("u".into())
        );
        assert_eq!(entry(r#"{"message_uuid":"u"}"#), Ok("u".into()));
        assert_eq!(entry(r#"{"message_uuid":"u","error":""}"#), Ok("u".into()));
        for (refused, why) in [
            (
                r#"{"message_uuid":"u","error":"no","details":"not allowed sender"}"#,
                "not allowed sender",
            ),
            (
                r#"{"message_uuid":"u","error":true}"#,
                "it was not accepted",
            ),
            (r#"{"message_uuid":null,"error":"no"}"#, "no"),
            (r#"{"message_uuid":""}"#, "it was not accepted"),
            (
                r#"{"error":{"code":1},"errors":["a",{"detail":"b"},3]}"#,
                "a; b; 3",
            ),
            ("{}", "it was not accepted"),
        ] {
            assert_eq!(entry(refused), Err(why.into()), "{refused}");
        }
        // A refusal of the whole still says what became of each.
        let all = sent(
            200,
            r#"{"status":false,"messages":[{"internal_id":7,"details":"bad"}]}"#,
        );
        assert_eq!(all.unwrap(), [(Some("7".into()), Err("bad".into()))]);
    }

    #[test]
    fn refusals_come_in_many_shapes() {
        for (status, body, said) in [
            (
                401,
                r#"{"status":false,"message":"Not Authenticated: invalid token"}"#,
                "HTTP 401: Not Authenticated: invalid token",
            ),
            (
                403,
                r#"{"message":"IP ACL restriction"}"#,
                "HTTP 403: IP ACL restriction",
            ),
            (
                400,
                r#"{"error":"x","error_description":"y"}"#,
                "HTTP 400: y",
            ),
            (422, r#"{"errors":["a","b"]}"#, "HTTP 422: a; b"),
            (422, r#"{"errors":"a"}"#, "HTTP 422: a"),
            (
                400,
                r#"{"title":"Bad","detail":"worse"}"#,
                "HTTP 400: worse",
            ),
            (429, "", "HTTP 429: too many requests"),
            (
                502,
                "<html><title>Bad gateway</title>\n<p>nginx</html>",
                "HTTP 502: Bad gateway nginx",
            ),
            (503, "busy", "HTTP 503: busy"),
            (307, "", "HTTP 307: it redirects, which is not followed"),
            (200, r#"{"status":false}"#, "HTTP 200: no reason is given"),
            (
                200,
                r#"{"status":false,"message":"no balance"}"#,
                "HTTP 200: no balance",
            ),
            (200, r#"{"error":"x"}"#, "HTTP 200: x"),
        ] {
            assert_eq!(sent(status, body), Err(said.into()));
        }
        for (body, said) in [
            ("<html>hello</html>", "hello"),
            ("", "it is empty"),
            (r#"{"messages":["#, r#"{"messages":["#),
            (r#"{"status":true}"#, r#"{"status":true}"#),
            ("[]", "[]"),
        ] {
            let expected = format!("HTTP 200 with an answer that cannot be read: {said}");
            assert_eq!(sent(200, body), Err(expected));
        }
        let long = sent(500, &"x".repeat(100_000)).unwrap_err();
        assert!(long.len() < 300, "{long}");
    }

    #[test]
    fn statuses_come_in_many_shapes() {
        for body in [
            r#"{"status":true,"messages":[{"message_uuid":"u","status":"delivered"}]}"#,
            r#"{"items":[{"uuid":"u","message_status":"delivered"}]}"#,
            r#"{"data":[{"id":"u","state":"delivered"}],"total":1}"#,
            r#"[{"id":"u","status":"delivered"}]"#,
            r#"{"u":{"status":"delivered"}}"#,
            r#"{"status":true,"u":"delivered"}"#,
        ] {
            let read = read_status(200, body.as_bytes()).unwrap();
            assert_eq!(read.len(), 1, "{body}");
            assert_eq!(
                (read[0].message_uuid.as_str(), read[0].status.as_str()),
                ("u", "delivered")
            );
        }
        let odd = r#"{"messages":[{"message_uuid":"u","status":"on its way"},{"status":"x"},7]}"#;
        let odd = read_status(200, odd.as_bytes()).unwrap();
        assert_eq!((odd.len(), odd[0].status.as_str()), (1, "on its way"));
        assert_eq!(read_status(200, br#"{"messages":[]}"#), Ok(vec![]));
        assert_eq!(read_status(200, b"[]"), Ok(vec![]));
        assert!(read_status(200, br#"{"status":false,"message":"no"}"#).is_err());
        assert!(read_status(200, br#"{"status":true}"#).is_err());
        assert!(read_status(200, b"7").is_err());
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_panic(status in 100_u16..600, body in any::<Vec<u8>>()) {
            let _ = read_send(status, &body);
            let _ = read_status(status, &body);
        }

        #[test]
        fn no_json_makes_it_panic(
            status in 100_u16..600,
            body in r#"(\{|\[|\}|\]|,|:|"messages"|"status"|"error"|"id"|true|null|"x"|7){0,20}"#,
        ) {
            let _ = read_send(status, body.as_bytes());
            let _ = read_status(status, body.as_bytes());
        }
    }
}
