//! Answers in every shape that callers saw, and in none.

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
        (r#"{"message_uuid":"u","error":true}"#, "not accepted"),
        (r#"{"message_uuid":null,"error":"no"}"#, "no"),
        (r#"{"message_uuid":""}"#, "not accepted"),
        (
            r#"{"error":{"code":1},"errors":["a",{"detail":"b"},3]}"#,
            "a; b; 3",
        ),
        ("{}", "not accepted"),
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
        (
            307,
            "",
            "HTTP 307: it redirects; redirects are not followed",
        ),
        (200, r#"{"status":false}"#, "HTTP 200: no reason given"),
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
        let expected = format!("HTTP 200 with an unreadable response: {said}");
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
