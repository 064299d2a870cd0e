//! Answers of the account API in every shape that callers saw, and in none.

use super::*;
use proptest::prelude::*;

use crate::domain::MessageStatus;

fn incoming(body: &str) -> Page<crate::api::IncomingFields> {
    read_incoming_page(200, body.as_bytes(), &[]).unwrap()
}

#[test]
fn a_list_is_bare_or_inside_an_object_that_may_know_its_length() {
    let entry = r#"{"message_uuid":"u","from":"12025550143","text":"x"}"#;
    for (body, total) in [
        (format!("[{entry}]"), None),
        (format!(r#"{{"items":[{entry}],"total":250}}"#), Some(250)),
        (
            format!(r#"{{"data":[{entry}],"totalItems":"250"}}"#),
            Some(250),
        ),
        (
            format!(r#"{{"items":[{entry}],"total_items":250}}"#),
            Some(250),
        ),
        (
            format!(r#"{{"data":[{entry}],"meta":{{"total":250}}}}"#),
            Some(250),
        ),
        (
            format!(r#"{{"status":true,"messages":[{entry}],"total":null}}"#),
            None,
        ),
    ] {
        let page = incoming(&body);
        assert_eq!((page.items.len(), page.total), (1, total), "{body}");
        assert_eq!(page.items[0].id.as_deref(), Some("u"));
    }
    assert!(incoming("[]").is_empty() && incoming(r#"{"items":[],"total":0}"#).is_empty());
    for (status, body, said) in [
        (401, r#"{"message":"no"}"#, "HTTP 401: no"),
        (429, "", "HTTP 429: too many requests"),
        (200, r#"{"status":false,"message":"no"}"#, "HTTP 200: no"),
        (
            200,
            r#"{"status":false,"items":[]}"#,
            "HTTP 200: no reason given",
        ),
        (200, "{}", "HTTP 200 with an unreadable response: {}"),
        (
            200,
            "<p>hello",
            "HTTP 200 with an unreadable response: hello",
        ),
    ] {
        let error = read_incoming_page(status, body.as_bytes(), &[]).unwrap_err();
        assert_eq!(error.to_string(), said);
    }
}

#[test]
fn one_bad_entry_costs_itself_alone_and_is_counted() {
    let page = incoming(
        r#"{"items":[{"uuid":"a","from":"12025550143","content":{"body":"x\ud83d"}},7,null,
        {"uuid":"b","text":"no sender"},{"from":"12025550143","body":"no id"}],"total":5}"#,
    );
    assert_eq!((page.items.len(), page.unreadable, page.len()), (2, 3, 5));
    assert_eq!(page.items[0].text, "x\u{fffd}");
    assert!(page.items[1].id.is_none());
}

#[test]
fn statuses_are_read_under_any_id() {
    let read = |entry: &str| {
        let page = read_sent_page(200, format!("[{entry}]").as_bytes()).unwrap();
        page.items.into_iter().next()
    };
    let one = read(
        r#"{"message_uuid":"u","id":7,"destination_number":"+1 202 555 0143","status":"Delivered","content":{"text":"x"}}"#,
    )
    .unwrap();
    assert_eq!(one.ids, ["u", "7"]);
    assert_eq!(one.handset.as_deref(), Some("12025550143"));
    assert_eq!(one.status, Some(MessageStatus::Delivered));
    let failed =
        read(r#"{"uuid":"u","state":"sent failed","message":"Your code","error":"30003"}"#)
            .unwrap();
    assert_eq!(failed.status, Some(MessageStatus::SentFailed));
    assert_eq!(failed.details.as_deref(), Some("30003"));
    let odd = read(r#"{"uuid":"u","status":"on its way"}"#).unwrap();
    assert_eq!(odd.status, None);
    assert_eq!(read(r#"{"status":"delivered"}"#), None);
    assert_eq!(read(r#"{"uuid":"u"}"#), None);
}

#[test]
fn a_stream_comes_with_its_allow_list_in_any_spelling() {
    let read = |acl: &str| {
        let body = format!(
            r#"[{{"id":7,"streamUid":"x-1","name":" OTP ","description":null,"type":"sms_two_way",
            "ipAcl":{acl},"state":"active","streamTags":[{{"id":1,"value":"otp"}},{{"id":2}}]}}]"#
        );
        read_streams(200, body.as_bytes()).unwrap()
    };
    let stream = &read("null").items[0];
    assert_eq!((stream.id.as_str(), stream.name.as_str()), ("7", "OTP"));
    assert_eq!(stream.uid.as_deref(), Some("x-1"));
    assert!(stream.allowed_ips.is_empty() && stream.description.is_empty());
    assert_eq!(stream.token_path(), "/streams/7/token");
    for acl in [
        r#""192.0.2.1,198.51.100.0/24""#,
        r#""192.0.2.1; 198.51.100.0/24\n""#,
        r#"["192.0.2.1","198.51.100.0/24"]"#,
        r#"[{"value":"192.0.2.1"},{"value":"198.51.100.0/24"}]"#,
    ] {
        let page = read(acl);
        assert_eq!(page.items[0].allowed_ips, ["192.0.2.1", "198.51.100.0/24"]);
    }
    // An allow list that cannot be read must not become an open one.
    for acl in ["7", "{}", "true", "[[]]", "[{}]"] {
        assert_eq!(read(acl).unreadable, 1, "{acl}");
    }
}

#[test]
fn a_token_is_read_and_never_repeated() {
    let read = |status, body: &str| {
        let token = read_stream_token(status, body.as_bytes());
        token
            .map(|token| token.expose().to_owned())
            .map_err(|error| error.to_string())
    };
    assert_eq!(read(200, r#"{"token":"abc"}"#).as_deref(), Ok("abc"));
    assert_eq!(
        read(200, r#"{"data":{"token":"abc"}}"#).as_deref(),
        Ok("abc")
    );
    for body in [
        "hunter2",
        r#""hunter2""#,
        r#"{"token":"hunter2 "#,
        r#"{"token":"hunter2 hunter3"}"#,
    ] {
        let said = "HTTP 200 with an unreadable response: it has no token";
        assert_eq!(read(200, body), Err(said.into()), "{body}");
    }
    assert_eq!(
        read(404, ""),
        Err("HTTP 404: there is no Streams API at this address".into())
    );
}

#[test]
fn a_sender_has_a_value_or_at_least_a_name() {
    let body = br#"[{"id":1,"name":"Main","value":"GLOBAL"},{"id":2,"name":"ACME","value":null},{"id":3}]"#;
    let page = read_senders(200, body).unwrap();
    let names: Vec<_> = page.items.into_iter().map(|one| one.candidates).collect();
    assert_eq!(names, [vec!["GLOBAL", "Main"], vec!["ACME"]]);
    assert_eq!(page.unreadable, 1);
}

proptest! {
    #[test]
    fn no_answer_makes_it_panic(
        status in 100_u16..600,
        body in r#"(\{|\[|\}|\]|,|:|"items"|"id"|"name"|"ipAcl"|"from"|"text"|"total"|null|"x"|7|-1){0,24}"#,
    ) {
        let body = body.as_bytes();
        let _ = (read_incoming_page(status, body, &[]), read_sent_page(status, body));
        let _ = (read_streams(status, body), read_senders(status, body));
        let _ = read_stream_token(status, body);
    }

    #[test]
    fn no_bytes_make_it_panic(status in 100_u16..600, body in any::<Vec<u8>>()) {
        let _ = (read_incoming_page(status, &body, &[]), read_streams(status, &body));
    }
}
