//! The checks of one message, each for itself. One bad message does not spoil the others.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::served::Streams;
use crate::api::MOST_MESSAGES;
use crate::domain::{InternalId, MessageText, Phone, SenderId, Stream, escape};

/// A message as it came: strings, and not checked.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a message, which is an object with recipient_phone and message_content")]
pub struct Raw {
    /// The caller's own id.
    #[serde(default)]
    pub internal_id: Option<String>,
    #[serde(default)]
    sender: Option<String>,
    recipient_phone: String,
    message_content: String,
}

/// A message that is as it should be.
#[derive(Debug)]
pub struct Checked {
    pub internal_id: Option<InternalId>,
    pub recipient: Phone,
    pub sender: SenderId,
    pub text: MessageText,
}

/// Why a message is refused: a word for programs, a sentence for people.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    /// The word.
    pub error: &'static str,
    /// The sentence.
    pub details: String,
}

/// The messages of a body: each as it came, or why it cannot be read.
///
/// # Errors
/// An HTTP status and a sentence, when the body as a whole is wrong.
pub fn read(body: &[u8]) -> Result<Vec<Result<Raw, Refused>>, (u16, String)> {
    #[derive(Deserialize)]
    struct Body {
        messages: Vec<Raw>,
    }
    #[derive(Deserialize)]
    #[serde(expecting = "an object")]
    struct Loose<'a> {
        #[serde(borrow)]
        messages: Vec<&'a RawValue>,
    }
    let messages: Vec<Result<Raw, Refused>> = match serde_json::from_slice::<Body>(body) {
        Ok(Body { messages }) => messages.into_iter().map(Ok).collect(),
        Err(error) if !error.is_data() => return Err(misread(&error, "")),
        // Something has another type than it should: look at each message by itself.
        Err(_) => {
            let Loose { messages } = serde_json::from_slice(body)
                .map_err(|error| misread(&error, "{\"messages\": […]}"))?;
            let messages = counted(messages)?;
            let one = |raw: &RawValue| {
                serde_json::from_str(raw.get()).map_err(|error| Refused {
                    error: "invalid_message",
                    details: plain(&error),
                })
            };
            messages.into_iter().map(one).collect()
        }
    };
    counted(messages)
}

/// The ids of a body that asks for the status of messages, as they came.
///
/// # Errors
/// An HTTP status and a sentence, when the body is wrong.
pub fn read_uuids(body: &[u8]) -> Result<Vec<String>, (u16, String)> {
    #[derive(Deserialize)]
    #[serde(expecting = "an object")]
    struct Body {
        message_uuids: Vec<String>,
    }
    let Body { message_uuids } = serde_json::from_slice(body)
        .map_err(|error| misread(&error, "{\"message_uuids\": […]}"))?;
    counted(message_uuids)
}

/// What is said of a body that cannot be read: it is no JSON, or JSON of another shape.
fn misread(error: &serde_json::Error, shape: &str) -> (u16, String) {
    if error.is_data() {
        (422, format!("the body is not {shape}: {}", plain(error)))
    } else {
        (400, format!("the body is not JSON: {}", plain(error)))
    }
}

fn counted<T>(list: Vec<T>) -> Result<Vec<T>, (u16, String)> {
    if (1..=MOST_MESSAGES).contains(&list.len()) {
        return Ok(list);
    }
    let said = format!(
        "a request is about 1 to {MOST_MESSAGES} messages; this one about {}",
        list.len()
    );
    Err((422, said))
}

/// A decoder's sentence without the text that it found.
fn plain(error: &serde_json::Error) -> String {
    crate::domain::without_found_text(&error.to_string())
}

/// Checks a message for a stream: recipient, text, sender, in this order.
///
/// # Errors
/// The first thing that is wrong.
pub fn check(raw: &mut Raw, stream: &Stream, streams: &Streams) -> Result<Checked, Refused> {
    let refuse = |error: &'static str| {
        move |invalid: crate::domain::Invalid| Refused {
            error,
            details: invalid.to_string(),
        }
    };
    let internal_id = raw
        .internal_id
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(refuse("invalid_internal_id"))?;
    let recipient = raw
        .recipient_phone
        .parse()
        .map_err(refuse("invalid_recipient"))?;
    let text = raw
        .message_content
        .parse()
        .map_err(refuse("invalid_text"))?;
    let sender = sender(raw.sender.as_deref(), stream, streams)?;
    Ok(Checked {
        internal_id,
        recipient,
        sender,
        text,
    })
}

fn sender(named: Option<&str>, stream: &Stream, streams: &Streams) -> Result<SenderId, Refused> {
    let allowed = |id: &str| match &stream.default_sender {
        Some(default) => default.as_str() == id,
        None => streams.has_sender(id),
    };
    let id = match (named, &stream.default_sender) {
        (None, Some(default)) => return Ok(default.clone()),
        (None, None) => {
            return Err(Refused {
                error: "sender_missing",
                details: "sender is missing: this stream has no default sender".to_owned(),
            });
        }
        (Some(named), _) => named,
    };
    let known = id.parse::<SenderId>().ok().filter(|_| allowed(id));
    known.ok_or_else(|| Refused {
        error: "sender_not_allowed",
        // The hosted service's own sentence.
        details: format!("sender \"{}\" is not allowed sender", escape(id)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = r#"{"messages":[{"internal_id":"1003","sender":"GLOBAL","recipient_phone":"12025550143","message_content":"Your code is 4711"},{"recipient_phone":"12025550143","message_content":"\u00e9"}]}"#;

    #[test]
    fn wrong_types_are_the_message_s_own_fault_and_bad_json_everybody_s() {
        let status = |body: &str| {
            read(body.as_bytes())
                .map(|all| all.len())
                .map_err(|(status, _)| status)
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
        assert!(read(deep.as_bytes()).unwrap()[0].is_err());
        let many = format!("{{\"messages\":[{}]}}", ["{}"; 251].join(","));
        assert_eq!(status(&many), Err(422));
    }

    proptest! {
        #[test]
        fn no_body_makes_it_panic(body in any::<Vec<u8>>()) {
            if let Err((status, said)) = read(&body) {
                prop_assert!([400, 422].contains(&status) && !said.is_empty());
            }
        }

        #[test]
        fn no_mutated_body_makes_it_panic(
            at in 0..GOOD.len(), length in 0..20_usize, put in r#"[\[\]{}:,"0-9a-z\\]{0,6}"#,
        ) {
            let end = (at + length).min(GOOD.len());
            let body = [&GOOD.as_bytes()[..at], put.as_bytes(), &GOOD.as_bytes()[end..]].concat();
            if let Ok(messages) = read(&body) {
                prop_assert!((1..=MOST_MESSAGES).contains(&messages.len()));
            }
        }
    }
}
