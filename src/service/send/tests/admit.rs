//! Who may call.

use super::*;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn stream(n: usize, status: Status, allowed: &[&str]) -> Stream {
    let allowed = allowed.iter().map(|net| net.parse().unwrap());
    Stream {
        status,
        allowed_ips: allowed.collect(),
        ..demo(n)
    }
}

/// What a caller is told; nothing where it may go on.
async fn refusal(context: &Context, n: usize, caller: &str) -> Option<Refusal> {
    let token = token(n);
    let token = Some(token.expose().as_bytes());
    admit(context, token, ip(caller)).await.err()
}

#[tokio::test]
async fn the_token_goes_before_the_status_and_the_status_before_the_address() {
    let home = TestHome::with([
        stream(0, Status::Disabled, &["198.51.100.0/24"]),
        stream(1, Status::Ready, &["198.51.100.0/24"]),
    ])
    .await;
    let context = home.context();
    let refused = refusal(&context, 7, "192.0.2.1").await;
    assert!(
        matches!(refused, Some(Refusal::InvalidToken(""))),
        "{refused:?}"
    );
    let refused = refusal(&context, 0, "192.0.2.1").await;
    let disabled = matches!(refused, Some(Refusal::StreamNotReady(Status::Disabled)));
    assert!(disabled, "{refused:?}");
    let refused = refusal(&context, 1, "192.0.2.1").await;
    assert!(matches!(refused, Some(Refusal::NotAllowed)), "{refused:?}");
    assert!(refusal(&context, 1, "198.51.100.9").await.is_none());
}

#[tokio::test]
async fn an_allow_list_binds_everybody_but_the_owner_and_none_allows_any_address_only_if_told() {
    let home = TestHome::with([
        stream(0, Status::Ready, &[]),
        stream(1, Status::Ready, &["198.51.100.9"]),
        stream(2, Status::Disabled, &[]),
    ])
    .await;
    // Whether the caller is the owner, whether any address will do, and who may go on.
    for (owner, any, without, with) in [
        (false, false, false, false),
        (false, true, true, false),
        (true, false, true, true),
    ] {
        let context = home.context_for(owner, any);
        let passes = [
            refusal(&context, 0, "192.0.2.1").await.is_none(),
            refusal(&context, 1, "192.0.2.1").await.is_none(),
        ];
        assert_eq!(passes, [without, with], "owner {owner}, any address {any}");
        let listed = refusal(&context, 1, "198.51.100.9").await;
        assert!(listed.is_none(), "{listed:?}");
        let disabled = refusal(&context, 2, "192.0.2.1").await;
        assert!(matches!(disabled, Some(Refusal::StreamNotReady(_))));
    }
}

#[tokio::test]
async fn a_caller_is_told_how_the_token_travels() {
    let home = TestHome::with([demo(0)]).await;
    let hint = async |token: Option<&str>| {
        let token = token.map(str::as_bytes);
        let refused = admit(&home.context(), token, ip("192.0.2.1")).await.err();
        match refused {
            Some(Refusal::InvalidToken(hint)) => hint,
            other => panic!("{other:?}"),
        }
    };
    assert!(hint(None).await.contains("Authorization header"));
    let good = token(0);
    let bearer = format!("BEARER {}", good.expose());
    assert!(hint(Some(&bearer)).await.ends_with("without Bearer"));
    assert_eq!(hint(Some("wrong")).await, "");
}
