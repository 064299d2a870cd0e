//! Every way in which a signature can be wrong, made on purpose.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const NOW: i64 = 1_614_265_330;
const JSON: &str = r#"{"message_uuid":"01890a5d","stream":"st_000000000000","from":"12025550143","to":"12025550100","text":"Zażółć / \"x\"","received_at":"2026-01-01T00:00:00.000Z","conversation_uuid":"0189"}"#;

fn secret(byte: u8) -> WebhookSecret {
    WebhookSecret::issue(|| byte)
}

/// Signs `content` at `at`; the delivery arrives with another line and body.
fn signed(content: &str, at: i64, line: &str, body: &str) -> Delivery {
    let signature = secret(7).sign("msg_1", at, content);
    let head = format!(
        "{line}\nwebhook-id: msg_1\nwebhook-timestamp: {at}\nWebhook-Signature: {signature}"
    );
    Delivery::from_parts(&head, body.to_owned()).unwrap()
}

fn judge(delivery: &Delivery) -> Verdict {
    verify(&secret(7), delivery, Timestamp::from_second(NOW).unwrap())
}

fn post(content: &str, body: &str) -> Verdict {
    judge(&signed(content, NOW, "POST /sms HTTP/1.1", body))
}

#[test]
fn what_was_signed_is_valid() {
    assert_eq!(post(JSON, JSON), Verdict::Valid);
    assert_eq!(post("", ""), Verdict::Valid);
    let query = "shop=7&x=a%20b&text=Yes%2C+please";
    let line = format!("GET /sms?{query} HTTP/1.1");
    assert_eq!(judge(&signed(query, NOW, &line, "")), Verdict::Valid);
    assert_eq!(judge(&signed(query, NOW, "", query)), Verdict::Valid);
    let short = "GET /sms HTTP/1.1";
    assert_eq!(judge(&signed(query, NOW, short, query)), Verdict::Valid);
}

#[test]
fn one_of_several_signatures_is_enough() {
    let mut delivery = signed(JSON, NOW, "", JSON);
    let right = delivery.headers[2].1.clone();
    let other = secret(8).sign("msg_1", NOW, JSON);
    delivery.headers[2].1 = format!("v1a,x {other} {right}");
    assert_eq!(judge(&delivery), Verdict::Valid);
    delivery.headers[2].1 = other;
    assert_eq!(judge(&delivery), Verdict::Foreign);
}

#[test]
fn likely_changes_of_a_body_are_recognized() {
    let value: Value = serde_json::from_str(JSON).unwrap();
    let sorted: std::collections::BTreeMap<_, _> =
        value.as_object().unwrap().clone().into_iter().collect();
    let sorted = serde_json::to_string(&sorted).unwrap();
    assert_ne!(sorted, JSON);
    for (change, body) in [
        (Change::NewlineAdded, format!("{JSON}\n")),
        (Change::NewlineAdded, format!("{JSON}\r\n\n")),
        (Change::ByteOrderMark, format!("\u{feff}{JSON}")),
        (Change::Json, format!("{value:#}")),
        (Change::Json, JSON.replace('/', "\\/")),
        (Change::Json, JSON.replace('ż', "\\u017c")),
        (Change::Json, sorted),
    ] {
        assert_eq!(post(JSON, &body), Verdict::Changed(change), "{body}");
    }
    let lines = "{\n}\n";
    let lost = Verdict::Changed(Change::NewlineRemoved);
    assert_eq!(post(lines, "{\n}"), lost);
    let endings = Verdict::Changed(Change::LineEndings);
    assert_eq!(post(lines, "{\r\n}\r\n"), endings);
}

#[test]
fn changes_of_a_query_string_are_recognized() {
    let query = "from=12025550143&text=Yes%2C+%22please%22";
    let decoded = Verdict::Changed(Change::Query);
    for body in [
        "from=12025550143&text=Yes, \"please\"",
        "from=12025550143&text=Yes%2c%20%22please%22",
    ] {
        assert_eq!(judge(&signed(query, NOW, "", body)), decoded, "{body}");
    }
    let prefixed = Verdict::Changed(Change::QueryWithPrefix);
    for body in [
        format!("?{query}"),
        format!("https://example.com/sms?{query}"),
    ] {
        assert_eq!(judge(&signed(query, NOW, "", &body)), prefixed, "{body}");
    }
}

#[test]
fn get_and_post_mixed_up_are_recognized() {
    let query = "from=12025550143&test=true";
    let as_json = json!({ "from": "12025550143", "test": true }).to_string();
    let as_get = Verdict::Changed(Change::SignedAsGet);
    let line = format!("POST /sms?{query} HTTP/1.1");
    assert_eq!(judge(&signed(query, NOW, &line, "")), as_get);
    assert_eq!(judge(&signed(query, NOW, "", &as_json)), as_get);
    let as_post = Verdict::Changed(Change::SignedAsPost);
    for line in ["GET /sms HTTP/1.1", "GET /sms?x=y HTTP/1.1"] {
        assert_eq!(judge(&signed(JSON, NOW, line, JSON)), as_post, "{line}");
    }
    assert_eq!(as_post.reason(), "method_mixed_up");
}

#[test]
fn a_clock_that_is_off_is_told_by_how_much_and_whether_the_rest_is_right() {
    let at = |off: i64| judge(&signed(JSON, NOW + off, "", JSON));
    assert_eq!((at(300), at(-300)), (Verdict::Valid, Verdict::Valid));
    let late = at(-3_600);
    assert_eq!(late.reason(), "timestamp_expired");
    let sentence = late.to_string();
    assert!(
        sentence.starts_with("The timestamp is 1 h 0 min in the past; receivers accept 5 min. ")
            && sentence.ends_with("Otherwise, the signature is valid."),
        "{sentence}"
    );
    let early = at(301);
    assert_eq!(early.reason(), "timestamp_in_future");
    assert!(
        early
            .to_string()
            .starts_with("The timestamp is 5 min 1 s in the future;")
    );
    let both = judge(&signed("other", NOW - 90_000, "", JSON)).to_string();
    assert!(both.contains("1 d 1 h in the past"), "{both}");
    assert!(both.contains("does not match either"), "{both}");
}

#[test]
fn headers_that_are_missing_doubled_or_unreadable_are_named() {
    let whole = signed(JSON, NOW, "", JSON);
    for (at, name) in SIGNING_HEADERS.into_iter().enumerate() {
        let mut less = whole.clone();
        less.headers.remove(at);
        assert_eq!(judge(&less), Verdict::HeadersMissing(vec![name]));
        less.headers.push((name.to_owned(), String::new()));
        assert_eq!(judge(&less), Verdict::HeadersMissing(vec![name]), "empty");
        let mut more = whole.clone();
        more.headers.push((name.to_uppercase(), "x".to_owned()));
        assert_eq!(judge(&more), Verdict::HeaderRepeated(name));
    }
    let none = judge(&Delivery::default());
    assert_eq!(none, Verdict::HeadersMissing(SIGNING_HEADERS.to_vec()));
    let with = |at: usize, value: &str| {
        let mut other = whole.clone();
        value.clone_into(&mut other.headers[at].1);
        judge(&other)
    };
    let unreadable = |milliseconds| Verdict::TimestampUnreadable { milliseconds };
    for bad in [
        "soon",
        "1614265330.5",
        "+1614265330",
        "01614265330",
        "1e9",
        "9999999999999999999",
    ] {
        assert_eq!(with(1, bad), unreadable(false), "{bad}");
    }
    assert_eq!(with(1, "1614265330123"), unreadable(true));
    for bad in ["v1,********", "v1,g0hM", "v1a,AAAA", "sha256=abc"] {
        assert_eq!(with(2, bad), Verdict::SignatureUnreadable, "{bad}");
    }
}

#[test]
fn the_order_of_our_own_fields_is_known() {
    use crate::api::{ReceivedEvent, Signing, WebhookBody, webhook_request};
    use crate::domain::{EventTypes, Method, Webhook};
    let webhook = Webhook {
        method: Method::Post,
        url: "https://example.com/sms".parse().unwrap(),
        headers: Vec::new(),
        events: EventTypes::default(),
    };
    let message = WebhookBody::Received(ReceivedEvent {
        kind: "message.received",
        event_id: "01890a5e".to_owned(),
        sequence: 7,
        message_uuid: "01890a5d".to_owned(),
        stream: "st_000000000000".parse().unwrap(),
        from: "12025550143".to_owned(),
        to: "12025550100".to_owned(),
        text: "Yes".to_owned(),
        received_at: "2026-01-01T00:00:00.000Z".to_owned(),
        in_reply_to: Some("01".to_owned()),
        conversation_uuid: Some("02".to_owned()),
        test: true,
    });
    let secret = secret(7);
    let signing = Signing {
        id: "msg_1",
        timestamp: NOW,
        secret: Some(&secret),
    };
    let request = webhook_request(&webhook, &message, signing).unwrap();
    let body = request.body.clone().unwrap();
    let mut fields: Vec<_> = body.as_object().unwrap().clone().into_iter().collect();
    fields.reverse();
    let reversed = Value::Object(fields.into_iter().collect()).to_string();
    let pairs = request.headers.iter();
    let headers = pairs.map(|(name, value)| (name.to_string(), value.text(true).to_owned()));
    let delivery = Delivery {
        method: Some("POST".to_owned()),
        headers: headers.collect(),
        body: reversed,
        ..Delivery::default()
    };
    assert_eq!(judge(&delivery), Verdict::Changed(Change::Json));
}

proptest! {
    #[test]
    fn a_delivery_as_it_was_signed_is_valid_for_its_secret_alone(
        body in any::<String>(),
        off in -300..=300_i64,
        byte in 0..7_u8,
    ) {
        let delivery = signed(&body, NOW + off, "POST /sms HTTP/1.1", &body);
        prop_assert_eq!(judge(&delivery), Verdict::Valid);
        let now = Timestamp::from_second(NOW).unwrap();
        prop_assert_eq!(verify(&secret(byte), &delivery, now), Verdict::Foreign);
    }

    #[test]
    fn no_change_of_a_delivery_passes(body in any::<String>(), other in any::<String>()) {
        prop_assume!(body != other);
        let delivery = signed(&body, NOW, "POST /sms HTTP/1.1", &other);
        prop_assert!(!judge(&delivery).is_valid());
        let mut renamed = signed(&body, NOW, "POST /sms HTTP/1.1", &body);
        renamed.headers[0].1 = format!("{other}x");
        prop_assert!(!judge(&renamed).is_valid());
    }

    #[test]
    fn anything_is_judged_and_the_secret_is_never_told(
        headers in prop::collection::vec((0..3_usize, any::<String>()), 0..5),
        target in any::<String>(),
        body in any::<String>(),
    ) {
        let headers = headers.into_iter();
        let delivery = Delivery {
            method: Some("GET".to_owned()),
            target: Some(target),
            headers: headers.map(|(at, value)| (SIGNING_HEADERS[at].to_owned(), value)).collect(),
            body,
        };
        let verdict = judge(&delivery);
        let secret = secret(7);
        let key = &secret.expose()["whsec_".len()..];
        prop_assert!(!verdict.to_json().to_string().contains(key));
        let debugged = format!("{verdict:?}");
        prop_assert!(!debugged.contains(key));
    }
}
