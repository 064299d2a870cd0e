//! What webhooks tell, in every shape that has a sender and a text, and in none.

use super::*;
use proptest::prelude::*;

const JSON: Option<&str> = Some("application/json");
const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

fn told(kind: Option<&str>, body: &str, query: Option<&str>) -> Result<IncomingFields, String> {
    read_incoming(kind, body.as_bytes(), query, &[]).map_err(|error| error.to_string())
}

fn usual() -> IncomingFields {
    IncomingFields {
        id: Some("u1".to_owned()),
        from: "12025550143".to_owned(),
        to: Some("12025550100".to_owned()),
        text: "Yes please".to_owned(),
        at: Some("2026-03-19T10:15:10Z".parse().unwrap()),
        stream: Some("7".to_owned()),
    }
}

#[test]
fn the_same_message_is_told_in_many_shapes() {
    for body in [
        r#"{"message_uuid":"u1","stream":"7","from":"12025550143","to":"12025550100","text":"Yes please","received_at":"2026-03-19T10:15:10.000Z"}"#,
        r#"{"uuid":"u1","stream_id":7,"source_number":12025550143,"destination_number":12025550100,"body":"Yes please","received_at":"2026-03-19 10:15:10"}"#,
        r#"{"id":"u1","streamId":"7","phone":"+1 202-555-0143","destination":"+12025550100","content":{"body":"Yes please"},"date":"2026-03-19 10:15:10"}"#,
        r#"{"messageUuid":"u1","stream":{"id":7,"name":"OTP"},"Sender":"12025550143","To":"12025550100","content":{"text":"Yes please"},"timestamp":1773915310}"#,
        r#"{"data":{"uuid":"u1","stream":7,"from":1.2025550143e10,"to":"12025550100","message_content":"Yes please","time":1773915310000}}"#,
        r#"[{"uuid":"u1","stream":7,"from":"12025550143","to":"12025550100","message":"Yes please","time":"1773915310"}]"#,
        r#"{"message":{"uuid":"u1","stream":7,"from":"12025550143","to":"12025550100","text":"Yes please","time":"1773915310"},"status":true}"#,
    ] {
        assert_eq!(told(JSON, body, None), Ok(usual()), "{body}");
        assert_eq!(told(None, body, None), Ok(usual()), "{body}");
        assert_eq!(told(FORM, body, None), Ok(usual()), "{body}");
    }
    let form = "uuid=u1&stream=7&from=+12025550143&to=%2B12025550100&text=Yes+please&received_at=2026-03-19%2010:15:10";
    assert_eq!(told(FORM, form, None), Ok(usual()));
    assert_eq!(told(None, form, None), Ok(usual()));
    assert_eq!(told(None, "", Some(form)), Ok(usual()));
    assert_eq!(told(JSON, "{}", Some(form)), Ok(usual()));
}

#[test]
fn a_text_is_kept_as_it_is() {
    for text in ["", "  ", " \n", "4711", "\u{1f600}", "a&b=c%20"] {
        let body = serde_json::json!({ "from": "12025550143", "text": text }).to_string();
        assert_eq!(told(JSON, &body, None).unwrap().text, text);
    }
    let long = "x".repeat(100_000);
    let body = serde_json::json!({ "from": "12025550143", "text": long }).to_string();
    assert_eq!(told(JSON, &body, None).unwrap().text, long);
    let number = told(JSON, r#"{"from":"12025550143","text":4711}"#, None);
    assert_eq!(number.unwrap().text, "4711");
}

#[test]
fn a_route_names_other_fields() {
    let fields = ["text=sms.parts.0.words", "from=who"].map(|text| text.parse().unwrap());
    let body = br#"{"who":"12025550143","sms":{"parts":[{"words":"hello"}]},"text":"no"}"#;
    let read = read_incoming(JSON, body, None, &fields).unwrap();
    assert_eq!(
        (read.from.as_str(), read.text.as_str()),
        ("12025550143", "hello")
    );
    let flat = read_incoming(
        FORM,
        b"who=12025550143&sms.parts.0.words=hello",
        None,
        &fields,
    );
    assert_eq!(flat.unwrap().text, "hello");
}

#[test]
fn only_what_has_no_sender_or_no_text_is_refused() {
    let unreadable = "the request has no JSON object, form fields, or query parameters";
    for body in ["", "hello", "7", "null", "[]", "[1,2]", "{", "\"x\""] {
        assert_eq!(told(None, body, None), Err(unreadable.into()), "{body}");
    }
    let multipart = told(Some("multipart/form-data; boundary=x"), "--x\r\na=b", None);
    assert_eq!(multipart, Err(unreadable.into()));
    for (body, missing) in [
        (r#"{"text":"x"}"#, "from"),
        (r#"{"from":null,"text":"x"}"#, "from"),
        (r#"{"from":" ","text":"x"}"#, "from"),
        (r#"{"from":"12025550143"}"#, "text"),
        (r#"{"from":"12025550143","text":null}"#, "text"),
        (r#"{"from":"12025550143","text":{"a":1}}"#, "text"),
    ] {
        let sentence =
            format!("no field has the {missing}; name it with --incoming-field {missing}=NAME");
        assert_eq!(told(JSON, body, None), Err(sentence), "{body}");
    }
    // What else is odd costs itself alone.
    let odd = r#"{"from":"ACME","text":"x","to":{},"received_at":"soon","uuid":[],"stream":null}"#;
    let odd = told(JSON, odd, None).unwrap();
    assert_eq!(
        (odd.from.as_str(), odd.id, odd.to, odd.at),
        ("ACME", None, None, None)
    );
}

#[test]
fn what_has_no_id_is_known_by_what_it_says() {
    let with = |change: &dyn Fn(&mut IncomingFields)| {
        let mut fields = IncomingFields {
            id: None,
            ..usual()
        };
        change(&mut fields);
        fields.id_or_fingerprint()
    };
    let same = with(&|_| {});
    assert_eq!(same, with(&|fields| fields.stream = None));
    let others = [
        with(&|fields| fields.text += "."),
        with(&|fields| fields.at = None),
        with(&|fields| fields.to = None),
        with(&|fields| fields.from.push('1')),
    ];
    assert!(others.iter().all(|other| *other != same));
    assert_eq!(usual().id_or_fingerprint(), "u1");
    let long = with(&|fields| fields.id = Some("x".repeat(10_000)));
    assert_eq!(long.len(), same.len());
}

proptest! {
    #[test]
    fn whatever_has_a_sender_and_a_text_is_read(from in "[0-9]{8,15}", text in any::<String>()) {
        let json = serde_json::json!({ "from": from, "text": text }).to_string();
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("from", &from).append_pair("text", &text).finish();
        for read in [told(JSON, &json, None), told(FORM, &form, None), told(None, "", Some(&form))] {
            let read = read.unwrap();
            prop_assert_eq!(&read.from, &from);
            prop_assert_eq!(&read.text, &text);
        }
    }

    #[test]
    fn nothing_makes_it_panic(
        kind in prop::option::of("(application/json|text/plain|multipart/form-data)?"),
        body in any::<Vec<u8>>(), query in prop::option::of(any::<String>()),
    ) {
        let _ = read_incoming(kind.as_deref(), &body, query.as_deref(), &[]);
    }

    #[test]
    fn no_json_makes_it_panic(
        body in r#"(\{|\[|\}|\]|,|:|"from"|"text"|"to"|"content"|"data"|null|"x"|7|1e300){0,20}"#,
    ) {
        let _ = read_incoming(JSON, body.as_bytes(), None, &[]);
    }
}
