//! Reading again: when a file is another one, and when it was mended.

use super::*;

#[test]
fn a_catalogue_that_did_not_change_is_not_read_again() {
    let place = Place::new();
    place.apply(vec![put(None, &stream(1, "A"))]).unwrap();
    let first = place.catalogue();
    assert!(Arc::ptr_eq(&first, &place.catalogue()));
    place.apply(vec![put(None, &stream(2, "B"))]).unwrap();
    assert_eq!(place.names(), ["B", "A"]);
    assert_eq!(first.entries().len(), 1);
}

#[test]
fn a_damaged_file_is_said_with_its_line_and_read_again_when_it_is_mended() {
    let place = Place::new();
    place.apply(vec![put(None, &stream(1, "A"))]).unwrap();
    let good = place.text("state.json");
    for (text, what) in [
        (
            good.replace("\"demo\": false", "\"demo\": 7"),
            "is damaged at line ",
        ),
        (
            good.replace("\"version\"", "\"volume\""),
            "is damaged at line 2: unknown field",
        ),
        (
            good.replace("\"version\": ", "\"version\": 9"),
            "has version 9",
        ),
        (String::new(), "is damaged: it is empty"),
    ] {
        place.write(&text);
        let read = place
            .store
            .snapshot_now()
            .and_then(|catalogue| catalogue.streams());
        let error = read.unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
        let refused = place.apply(vec![put(Some(&stream(1, "A")), &stream(1, "B"))]);
        assert!(refused.is_err());
        assert_eq!(place.text("state.json"), text);
    }
    place.write(&good);
    assert_eq!(place.names(), ["A"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn works_beside_others_on_a_shared_runtime() {
    let place = Place::new();
    let change = put(None, &stream(1, "A"));
    let revision = place.store.apply(vec![change], None).await.unwrap();
    let catalogue = place.store.snapshot().await.unwrap();
    assert_eq!(catalogue.revision(), &revision);
}
