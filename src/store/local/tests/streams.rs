//! Streams, Sender IDs and routes: what is changed, and what is refused.

use super::*;

#[test]
fn looking_creates_nothing_and_a_change_creates_everything() {
    let place = Place::new();
    assert!(place.catalogue().revision().is_none());
    assert!(run(place.store.secrets()).unwrap().all().is_empty());
    assert_eq!(fs::read_dir(place.folder.path()).unwrap().count(), 0);
    let revision = place
        .apply(vec![with_token(None, &stream(1, "A"), token(1))])
        .unwrap();
    assert_eq!(&revision, place.catalogue().revision());
    let made = place.catalogue().find("a").unwrap().unwrap();
    assert_eq!(made.digest(), Some(token(1).digest()));
    let secrets = run(place.store.secrets()).unwrap();
    assert_eq!(secrets.token(&made), Some(token(1)));
}

#[test]
fn a_name_is_taken_in_any_case() {
    let place = Place::new();
    let (one, two) = (stream(1, "Straße A"), stream(2, "B"));
    place.apply(vec![put(None, &one), put(None, &two)]).unwrap();
    for refused in [
        put(None, &stream(3, "STRAßE a")),
        put(Some(&two), &stream(2, "straße A")),
    ] {
        let taken = place.apply(vec![refused]).unwrap_err();
        assert!(matches!(taken, StoreError::NameTaken(_)), "{taken:?}");
    }
    // Its own name may change its case, and a name that becomes free within the changes is free.
    let changes = vec![
        put(Some(&two), &stream(2, "b")),
        CatalogueChange::Delete(id(1)),
        put(None, &stream(3, "STRAßE a")),
    ];
    place.apply(changes).unwrap();
    assert_eq!(place.names(), ["STRAßE a", "b"]);
}

#[test]
fn what_others_did_since_is_not_undone() {
    let place = Place::new();
    let one = stream(1, "A");
    place.apply(vec![put(None, &one)]).unwrap();
    let theirs = Stream {
        demo: true,
        ..one.clone()
    };
    place.apply(vec![put(Some(&one), &theirs)]).unwrap();
    let ours = stream(1, "B");
    let changed = place.apply(vec![put(Some(&one), &ours)]).unwrap_err();
    assert_eq!(changed, StoreError::Changed("A".to_owned()));
    let changed = place.apply(vec![put(None, &ours)]).unwrap_err();
    assert_eq!(changed, StoreError::Changed("A".to_owned()));
    place.apply(vec![CatalogueChange::Delete(id(1))]).unwrap();
    let deleted = place.apply(vec![put(Some(&theirs), &ours)]).unwrap_err();
    assert_eq!(deleted, StoreError::Deleted("A".to_owned()));
}

#[test]
fn another_revision_is_a_conflict() {
    let place = Place::new();
    let seen = place.catalogue().revision().clone();
    let first = run(place
        .store
        .apply(vec![put(None, &stream(1, "A"))], Some(&seen)))
    .unwrap();
    let late = run(place
        .store
        .apply(vec![put(None, &stream(2, "B"))], Some(&seen)));
    assert_eq!(late, Err(StoreError::Conflict));
    run(place
        .store
        .apply(vec![put(None, &stream(2, "B"))], Some(&first)))
    .unwrap();
    assert_eq!(place.names(), ["B", "A"]);
}

#[test]
fn all_changes_are_made_or_none() {
    let place = Place::new();
    place
        .apply(vec![with_token(None, &stream(1, "A"), token(1))])
        .unwrap();
    let before = (place.text("state.json"), place.text("tokens.json"));
    let refused = place.apply(vec![
        with_token(None, &stream(2, "B"), token(2)),
        CatalogueChange::AddSenders(vec![sender("ACME")]),
        CatalogueChange::Delete(id(1)),
        CatalogueChange::RemoveRoute("main".to_owned()),
    ]);
    assert_eq!(refused, Err(StoreError::NoRoute("main".to_owned())));
    assert_eq!(
        (place.text("state.json"), place.text("tokens.json")),
        before
    );
}

#[test]
fn new_streams_come_on_top_and_changed_ones_where_they_are() {
    let place = Place::new();
    let (a, b, c) = (stream(1, "A"), stream(2, "B"), stream(3, "C"));
    place
        .apply(vec![put(None, &a), put(None, &b), put(None, &c)])
        .unwrap();
    assert_eq!(place.names(), ["C", "B", "A"]);
    let demo = Stream {
        demo: true,
        ..b.clone()
    };
    place.apply(vec![put(Some(&b), &demo)]).unwrap();
    assert_eq!(place.names(), ["C", "B", "A"]);
    place
        .apply(vec![with_token(Some(&demo), &b, token(2))])
        .unwrap();
    assert_eq!(place.names(), ["B", "C", "A"]);
}

#[test]
fn an_untouched_stream_stays_the_text_that_it_is_and_foreign_keys_survive() {
    let place = Place::new();
    let (a, b, c) = (stream(1, "A"), stream(2, "B"), stream(3, "C"));
    place
        .apply(vec![put(None, &a), put(None, &b), put(None, &c)])
        .unwrap();
    let odd = place
        .text("state.json")
        .replace("\"name\": \"C\"", "\"name\" :\t\"\\u0043\"")
        .replace(
            "\"name\": \"B\"",
            "\"owner\": {\"team\": [1, 2]}, \"name\": \"B\"",
        );
    place.write(&odd);
    assert_eq!(place.names(), ["C", "B", "A"]);
    place.apply(vec![put(Some(&b), &stream(2, "D"))]).unwrap();
    let text = place.text("state.json");
    assert!(text.contains("\"name\" :\t\"\\u0043\""), "{text}");
    assert!(
        text.contains("\"owner\"") && text.contains("\"D\""),
        "{text}"
    );
    place.apply(vec![CatalogueChange::Delete(id(2))]).unwrap();
    assert_eq!(place.names(), ["C", "A"]);
    assert!(place.text("state.json").contains("\"name\" :\t\"\\u0043\""));
}

#[test]
fn a_sender_is_removed_when_no_stream_has_it_as_its_default() {
    let place = Place::new();
    let acme = Stream {
        default_sender: Some(sender("ACME")),
        ..stream(1, "A")
    };
    let unknown = place.apply(vec![put(None, &acme)]).unwrap_err();
    assert_eq!(unknown, StoreError::NoSender("ACME".to_owned()));
    let add = CatalogueChange::AddSenders(vec![sender("ACME"), sender("ACME")]);
    place.apply(vec![add, put(None, &acme)]).unwrap();
    assert_eq!(place.catalogue().senders(), [sender("ACME")]);
    let remove = || CatalogueChange::RemoveSender("ACME".to_owned());
    let used = StoreError::SenderInUse {
        sender: sender("ACME"),
        streams: vec!["A".to_owned()],
    };
    assert_eq!(place.apply(vec![remove()]), Err(used));
    place
        .apply(vec![put(Some(&acme), &stream(1, "A")), remove()])
        .unwrap();
    assert!(place.catalogue().senders().is_empty());
    assert_eq!(
        place.apply(vec![remove()]),
        Err(StoreError::NoSender("ACME".to_owned()))
    );
}
