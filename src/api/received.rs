//! Requests as a gateway receives them: bodies parsed, messages not validated.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{MOST_MESSAGES, Refusal};

/// Strings, not checked.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a message: an object with recipient_phone and message_content")]
pub struct ReceivedMessage {
    #[serde(default)]
    pub internal_id: Option<String>,
    #[serde(default)]
    pub sender: Option<String>,
    pub recipient_phone: String,
    pub message_content: String,
}

#[derive(Debug, PartialEq, Eq)]
pub struct RefusedMessage {
    pub error: &'static str,
    pub details: String,
}

pub fn read_messages(body: &[u8]) -> Result<Vec<Result<ReceivedMessage, RefusedMessage>>, Refusal> {
    #[derive(Deserialize)]
    struct Body {
        messages: Vec<ReceivedMessage>,
    }
    #[derive(Deserialize)]
    #[serde(expecting = "an object")]
    struct Loose<'a> {
        #[serde(borrow)]
        messages: Vec<&'a RawValue>,
    }
    let messages: Vec<Result<ReceivedMessage, RefusedMessage>> =
        match serde_json::from_slice::<Body>(body) {
            Ok(Body { messages }) => messages.into_iter().map(Ok).collect(),
            Err(error) if !error.is_data() => return Err(misread(&error, "")),
            // Something has another type than it should: look at each message by itself.
            Err(_) => {
                let Loose { messages } = serde_json::from_slice(body)
                    .map_err(|error| misread(&error, "{\"messages\": […]}"))?;
                let messages = counted(messages)?;
                let one = |raw: &RawValue| {
                    serde_json::from_str(raw.get()).map_err(|error| RefusedMessage {
                        error: "invalid_message",
                        details: plain(&error),
                    })
                };
                messages.into_iter().map(one).collect()
            }
        };
    counted(messages)
}

pub fn read_uuids(body: &[u8]) -> Result<Vec<String>, Refusal> {
    #[derive(Deserialize)]
    #[serde(expecting = "an object")]
    struct Body {
        message_uuids: Vec<String>,
    }
    let Body { message_uuids } = serde_json::from_slice(body)
        .map_err(|error| misread(&error, "{\"message_uuids\": […]}"))?;
    counted(message_uuids)
}

fn misread(error: &serde_json::Error, shape: &str) -> Refusal {
    if error.is_data() {
        Refusal::WrongShape(format!("the body is not {shape}: {}", plain(error)))
    } else {
        Refusal::NotJson(plain(error))
    }
}

fn counted<T>(list: Vec<T>) -> Result<Vec<T>, Refusal> {
    if (1..=MOST_MESSAGES).contains(&list.len()) {
        return Ok(list);
    }
    Err(Refusal::WrongShape(format!(
        "a request can contain 1 to {MOST_MESSAGES} messages; this one contains {}",
        list.len()
    )))
}

/// A decoder's sentence without the text that it found.
fn plain(error: &serde_json::Error) -> String {
    crate::domain::without_found_text(&error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = r#"{"messages":[{"internal_id":"1003","sender":"GLOBAL","recipient_phone":"12025550143","message_content":"Your code is 4711"},{"recipient_phone":"12025550143","message_content":"\u00e9"}]}"#;

    #[test]
    fn wrong_types_are_the_message_s_own_fault_and_bad_json_everybody_s() {
        let status = |body: &str| {
            read_messages(body.as_bytes())
                .map(|all| all.len())
                .map_err(|refusal| refusal.status())
        };
        assert_eq!(status(GOOD), Ok(2));
        assert_eq!(status(r#"{"messages":[{"recipient_phone":7},{}]}"#), Ok(2));
        assert_eq!(
            status(
                r#"{"messages":[{"recipient_phone":"1","recipient_phone":"2","message_content":""}]}"#
            ),
            Ok(1)
        );
        for (body, expected) in [
            ("", 400),
            ("{", 400),
            ("{\"messages\":[\"\\ud800\"]}", 400),
            (r#"{"messages":[]} x"#, 400),
            ("[]", 422),
            ("null", 422),
            ("{}", 422),
            (r#"{"messages":{}}"#, 422),
            (r#"{"messages":[]}"#, 422),
            (r#"{"messages":[],"messages":[]}"#, 422),
        ] {
            assert_eq!(status(body), Err(expected), "{body}");
        }
        let deep = format!(
            "{{\"messages\":{}1{}}}",
            "[".repeat(10_000),
            "]".repeat(10_000)
        );
        assert_eq!(
            status(&deep),
            Ok(1),
            "refused by itself, without going into it"
        );
        assert!(read_messages(deep.as_bytes()).unwrap()[0].is_err());
        let many = format!("{{\"messages\":[{}]}}", ["{}"; 251].join(","));
        assert_eq!(status(&many), Err(422));
    }

    proptest! {
        #[test]
        fn no_body_makes_it_panic(body in any::<Vec<u8>>()) {
            if let Err(refusal) = read_messages(&body) {
                prop_assert!([400, 422].contains(&refusal.status()));
            }
        }

        #[test]
        fn no_mutated_body_makes_it_panic(
            at in 0..GOOD.len(), length in 0..20_usize, put in r#"[\[\]{}:,"0-9a-z\\]{0,6}"#,
        ) {
            let end = (at + length).min(GOOD.len());
            let body = [&GOOD.as_bytes()[..at], put.as_bytes(), &GOOD.as_bytes()[end..]].concat();
            if let Ok(messages) = read_messages(&body) {
                prop_assert!((1..=MOST_MESSAGES).contains(&messages.len()));
            }
        }
    }
}
