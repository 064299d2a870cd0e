//! Tokens, webhook secrets and those of routes: kept with what they belong to, and gone with it.

use textpeak::domain::WebhookSecret;
use textpeak::store::{CatalogueChange, StoreError};

use super::catalogue::{ADDRESS, apply, id, new, now, put, route, secrets, stream, token};
use super::harness::{Home, promises};

promises! {
    a_token_is_the_streams_own_until_the_next_one,
    the_first_webhook_secret_stays,
    a_route_keeps_the_secret_of_its_address,
    secrets_go_with_what_they_belong_to,
}

async fn a_token_is_the_streams_own_until_the_next_one(home: &impl Home) {
    let handle = home.open();
    let made = put(None, &stream(1, "A"), Some(token(1)), true);
    apply(&handle, vec![made]).await.unwrap();
    let first = now(home).await.with_id(&id(1)).unwrap().unwrap();
    assert_eq!(first.digest(), Some(token(1).digest()));
    let kept = home.open().secrets().await.unwrap().token(&first).unwrap();
    assert_eq!(kept.expose(), token(1).expose());
    let next = put(Some(&first), &first, Some(token(2)), true);
    apply(&handle, vec![next]).await.unwrap();
    let second = now(home).await.with_id(&id(1)).unwrap().unwrap();
    assert_eq!(second.digest(), Some(token(2).digest()));
    let secrets = home.open().secrets().await.unwrap();
    assert_eq!(secrets.token(&second).unwrap().expose(), token(2).expose());
    assert!(secrets.token(&first).is_none());
    assert_eq!(secrets.all().len(), 1);
}

async fn the_first_webhook_secret_stays(home: &impl Home) {
    let handle = home.open();
    let keep = |stream, seed| {
        vec![CatalogueChange::KeepWebhookSecret(
            stream,
            WebhookSecret::issue(|| seed),
        )]
    };
    let refused = apply(&handle, keep(id(1), 1)).await;
    assert!(
        matches!(refused, Err(StoreError::Deleted(_))),
        "{refused:?}"
    );
    apply(&handle, vec![new(1, "A")]).await.unwrap();
    apply(&handle, keep(id(1), 1)).await.unwrap();
    apply(&handle, keep(id(1), 2)).await.unwrap();
    let kept = home.open().secrets().await.unwrap().webhook_secret(&id(1));
    assert_eq!(kept.unwrap().expose(), WebhookSecret::issue(|| 1).expose());
}

async fn a_route_keeps_the_secret_of_its_address(home: &impl Home) {
    let handle = home.open();
    let with_address = secrets("token-1", Some(ADDRESS));
    apply(&handle, vec![route("Main", &[], with_address, false)])
        .await
        .unwrap();
    apply(
        &handle,
        vec![route("main", &[], secrets("token-2", None), true)],
    )
    .await
    .unwrap();
    let all = home.open().secrets().await.unwrap();
    let own = all.of_route(&"MAIN".parse().unwrap()).unwrap();
    assert_eq!(own.token.unwrap().expose(), "token-2");
    assert_eq!(own.incoming.unwrap().expose(), ADDRESS);
}

async fn secrets_go_with_what_they_belong_to(home: &impl Home) {
    let handle = home.open();
    let made = [
        put(None, &stream(1, "A"), Some(token(1)), true),
        put(None, &stream(2, "B"), Some(token(2)), true),
        route("main", &[], secrets("token-of-main", None), false),
    ];
    apply(&handle, made.into()).await.unwrap();
    let keep = CatalogueChange::KeepWebhookSecret(id(1), WebhookSecret::issue(|| 1));
    apply(&handle, vec![keep]).await.unwrap();
    let gone = [
        CatalogueChange::Delete(id(1)),
        CatalogueChange::RemoveRoute("MAIN".to_owned()),
        CatalogueChange::ForgetOrphans,
    ];
    apply(&handle, gone.into()).await.unwrap();
    let left = home.open().secrets().await.unwrap();
    assert_eq!(
        left.all().into_keys().collect::<Vec<_>>(),
        [id(2).to_string()]
    );
    assert!(left.webhook_secret(&id(1)).is_none());
    assert!(left.of_route(&"main".parse().unwrap()).is_none());
}
