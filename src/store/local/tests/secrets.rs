//! Tokens and webhook secrets: kept with what they belong to, and gone with it.

use super::*;

#[test]
fn a_replaced_token_goes_and_a_deleted_stream_takes_its_secrets_along() {
    let place = Place::new();
    let one = stream(1, "A");
    place.apply(vec![with_token(None, &one, token(1))]).unwrap();
    let made = place.catalogue().with_id(&id(1)).unwrap().unwrap();
    place
        .apply(vec![with_token(Some(&made), &made, token(2))])
        .unwrap();
    let text = place.text("tokens.json");
    assert!(!text.contains(token(1).expose()) && text.contains(token(2).expose()));
    place
        .apply(vec![
            CatalogueChange::KeepWebhookSecret(id(1), WebhookSecret::issue(|| 1)),
            route("main", &[id(1)], false),
        ])
        .unwrap();
    place.apply(vec![CatalogueChange::Delete(id(1))]).unwrap();
    let text = place.text("tokens.json");
    assert!(!text.contains("tp_") && !text.contains("whsec") && !text.contains("token-of"));
    assert!(place.catalogue().routes().is_empty());
}

#[test]
fn the_first_webhook_secret_stays() {
    let place = Place::new();
    place.apply(vec![put(None, &stream(1, "A"))]).unwrap();
    let first = WebhookSecret::issue(|| 1);
    let keep = |secret| vec![CatalogueChange::KeepWebhookSecret(id(1), secret)];
    place.apply(keep(first.clone())).unwrap();
    let before = place.catalogue().revision().clone();
    assert_eq!(place.apply(keep(WebhookSecret::issue(|| 2))), Ok(before));
    let kept = run(place.store.secrets()).unwrap().webhook_secret(&id(1));
    assert_eq!(kept.unwrap().expose(), first.expose());
}

#[test]
fn a_route_is_replaced_only_when_that_is_meant() {
    let place = Place::new();
    place.apply(vec![route("main", &[], false)]).unwrap();
    let there = place.apply(vec![route("MAIN", &[], false)]).unwrap_err();
    assert!(matches!(there, StoreError::RouteExists(_)), "{there:?}");
    let lost = place
        .apply(vec![route("main", &[id(9)], true)])
        .unwrap_err();
    assert!(matches!(lost, StoreError::Deleted(_)), "{lost:?}");
    place.apply(vec![route("MAIN", &[], true)]).unwrap();
    assert_eq!(place.catalogue().routes().len(), 1);
    place
        .apply(vec![CatalogueChange::RemoveRoute("Main".to_owned())])
        .unwrap();
    assert!(!place.text("tokens.json").contains("token-of"));
}

#[test]
fn orphans_are_forgotten_and_nothing_else() {
    let place = Place::new();
    place
        .apply(vec![with_token(None, &stream(1, "A"), token(1))])
        .unwrap();
    let lost = format!("{{\n    \"{}\": \"{}\",", id(9), token(9).expose());
    let text = place
        .text("tokens.json")
        .replacen("{\n    ", &format!("{lost}\n    "), 1);
    assert!(text.contains(token(9).expose()));
    fs::write(place.folder.path().join("tokens.json"), text).unwrap();
    place.apply(vec![CatalogueChange::ForgetOrphans]).unwrap();
    let text = place.text("tokens.json");
    assert!(!text.contains(token(9).expose()) && text.contains(token(1).expose()));
}
