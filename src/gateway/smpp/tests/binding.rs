//! Who is let in.

use super::*;
use crate::domain::Status;
use crate::service::testing::{demo, live};

const WRONG: u32 = status::ESME_RINVPASWD;

#[tokio::test]
async fn a_stream_is_opened_by_its_token_or_its_smpp_password() {
    let address = "198.51.100.7".parse().unwrap();
    let listed = Stream {
        allowed_ips: [address].into_iter().collect(),
        ..live(1)
    };
    let disabled = Stream {
        status: Status::Disabled,
        ..live(2)
    };
    let door = Door::with([demo(0), listed, disabled]).await;
    let [token_0, token_1, token_2] = [0, 1, 2].map(|n| token(n).expose().to_owned());
    let [short_0, short_1] = [0, 1].map(|n| token(n).smpp_password().expose().to_owned());
    let ids = [0, 1, 2].map(|n| id(n).to_string());
    let mut binds = Vec::new();
    for (system_id, password, expected) in [
        (&*ids[0], &token_0, status::ESME_ROK),
        (&ids[0], &short_0, status::ESME_ROK),
        ("Stream 0", &short_0, status::ESME_ROK),
        ("STREAM 0", &token_0, status::ESME_ROK),
        (&ids[0], &token_1, WRONG),
        (&ids[0], &short_1, WRONG),
        (&ids[0], &String::new(), WRONG),
        ("", &token_0, WRONG),
        ("Nobody", &token_0, WRONG),
        (&ids[1], &short_0, WRONG),
        (&ids[1], &short_1, status::ESME_RBINDFAIL),
        (&ids[1], &token_1, status::ESME_RBINDFAIL),
        (&ids[2], &token_2, status::ESME_RBINDFAIL),
    ] {
        let mut caller = door.open();
        let (system_id, password) = (system_id.to_owned(), password.clone());
        binds.push(tokio::spawn(async move {
            let kind = BindKind::Transceiver;
            let bound = caller.bind(kind, &system_id, &password).await;
            assert_eq!(bound, expected, "{system_id} {password}");
            if bound != status::ESME_ROK {
                assert_eq!(caller.next().await, None, "a refused session ends");
            }
        }));
    }
    for bind in binds {
        bind.await.unwrap();
    }
}

#[tokio::test]
async fn nothing_is_done_for_who_is_not_bound_and_nobody_is_bound_twice() {
    let door = Door::with([demo(0)]).await;
    let mut caller = door.open();
    caller.request([submit_sm(HANDSET, "Hi")]).await;
    assert_eq!(caller.taken().await.1, status::ESME_RINVBNDSTS);
    for (answer, expected) in [(1, status::ESME_ROK), (2, status::ESME_RALYBND)] {
        let kind = BindKind::Receiver;
        let bound = caller.bind(kind, "Stream 0", token(0).expose()).await;
        assert_eq!(bound, expected, "{answer}");
    }
    // It is a receiver.
    caller.request([submit_sm(HANDSET, "Hi")]).await;
    assert_eq!(caller.taken().await.1, status::ESME_RINVBNDSTS);
    assert!(door.texts().await.is_empty());
}
