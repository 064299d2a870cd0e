//! A catalogue out of rows, as an engine without files builds it.

use super::*;

fn row(n: u8, name: &str, tags: &str) -> String {
    format!(
        r#"{{"id": "st_0000000000{n:02}", "name": "{name}", "type": "sms_two_way", "status": "Draft",
            "tags": [{tags}], "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}}"#
    )
}

fn catalogue(rows: &[String]) -> Catalogue {
    let senders = vec!["ACME".parse().unwrap()];
    Catalogue::from_rows(Revision::of(&[1]), rows, senders, Vec::new()).unwrap()
}

#[test]
fn streams_are_found_by_id_and_by_name_in_any_case() {
    let catalogue = catalogue(&[
        row(1, "ST_000000000002", ""),
        row(2, "Caf\\u00e9 \\\"A\\\"", ""),
    ]);
    let name = |wanted: &str| {
        let found = catalogue.find(wanted).unwrap();
        found.map(|stream| stream.name.to_string())
    };
    assert_eq!(name("CAFÉ \"a\"").as_deref(), Some("Café \"A\""));
    // What is an id goes before what is a name.
    assert_eq!(name("st_000000000002").as_deref(), Some("Café \"A\""));
    assert_eq!(name("st_000000000003"), None);
    let id = "st_000000000001".parse().unwrap();
    assert_eq!(catalogue.with_id(&id).unwrap().unwrap().id, id);
}

#[test]
fn names_that_may_have_been_meant_come_likeliest_first() {
    let rows = ["Orders EU", "Order", "Orders", "Orders US", "Else"];
    let rows: Vec<_> = (1..).zip(rows).map(|(n, name)| row(n, name, "")).collect();
    let catalogue = catalogue(&rows);
    assert_eq!(
        catalogue.nearest("ordres"),
        ["Orders", "Order", "Orders EU"]
    );
    assert!(catalogue.nearest("zzz").is_empty());
}

#[test]
fn tags_are_counted_and_a_draft_sees_the_others() {
    let catalogue = catalogue(&[row(1, "A", "\"x\", \"y\""), row(2, "B", "\"Y\"")]);
    let tags = catalogue.tags().unwrap();
    let tags: Vec<_> = tags.iter().map(|(tag, n)| (tag.as_str(), *n)).collect();
    assert_eq!(tags, [("y", 2), ("x", 1)]);
    let own = "st_000000000001".parse().unwrap();
    let around = catalogue.constraints(Some(&own));
    assert_eq!(around.names, ["B"]);
    assert_eq!(around.senders.len(), 1);
}

#[test]
fn a_row_that_is_no_stream_is_said_without_a_line() {
    let rows = [row(1, "A", "7")];
    let error = catalogue(&rows).streams().unwrap_err().to_string();
    assert!(
        error.starts_with("a stream in the catalog is damaged: "),
        "{error}"
    );
    let nameless = [r#"{"id": "st_000000000001"}"#];
    let built = Catalogue::from_rows(Revision::of(&[]), nameless, Vec::new(), Vec::new());
    assert!(
        built
            .unwrap_err()
            .to_string()
            .contains("missing field `name`")
    );
}

#[test]
fn header_values_are_not_in_its_debug_form() {
    let catalogue = catalogue(&[row(1, "hunter2", "")]);
    assert_eq!(format!("{catalogue:?}"), "Catalogue of 1 streams");
}
