//! Which replies are kept, and what they are replies to.

use super::*;
use crate::service::testing::{TestHome, demo, id, live, told};

const HANDSET: &str = "12025550110";

async fn reply(home: &TestHome, n: usize, to: Option<&str>) -> Result<Received, ReceiveError> {
    let stream = home.index().await.with_id(&id(n)).unwrap();
    let (from, text) = (HANDSET.parse().unwrap(), "Yes".parse().unwrap());
    receive(
        &*home.store,
        &stream,
        from,
        text,
        to.map(|id| id.parse().unwrap()),
    )
    .await
}

#[tokio::test]
async fn a_reply_answers_the_last_message_that_its_handset_got() {
    let home = TestHome::with([told(demo(0), "https://example.com/"), demo(1)]).await;
    home.send_to(0, &[HANDSET.to_owned()]).await;
    let last = home.send_to(0, &[HANDSET.to_owned()]).await[0];
    home.send_to(1, &[HANDSET.to_owned()]).await;
    let received = reply(&home, 0, None).await.unwrap();
    assert_eq!(received.message.in_reply_to, Some(last));
    assert!(
        matches!(received.event, Some((_, true))),
        "{:?}",
        received.event
    );
    let untold = reply(&home, 1, None).await.unwrap();
    assert_eq!(untold.event, None);
}

#[tokio::test]
async fn a_reply_without_a_message_says_which_sender_it_answers() {
    let custom = Stream {
        default_sender: None,
        ..demo(0)
    };
    let home = TestHome::with([custom, demo(1)]).await;
    let refused = reply(&home, 0, None).await;
    assert!(
        matches!(refused, Err(ReceiveError::NeverWrittenTo)),
        "{refused:?}"
    );
    let named = reply(&home, 0, Some("SHOP")).await.unwrap();
    assert_eq!(
        (&*named.message.sender, named.message.in_reply_to),
        ("SHOP", None)
    );
    let by_default = reply(&home, 1, None).await.unwrap();
    assert_eq!(by_default.message.sender, "ACME");
}

#[tokio::test]
async fn only_demo_streams_that_are_created_take_replies() {
    let draft = Stream {
        status: Status::Draft,
        ..demo(1)
    };
    let home = TestHome::with([live(0), draft]).await;
    let refused = reply(&home, 0, Some("ACME")).await;
    assert!(matches!(refused, Err(ReceiveError::Live)), "{refused:?}");
    let refused = reply(&home, 1, Some("ACME")).await;
    assert!(matches!(refused, Err(ReceiveError::Draft)), "{refused:?}");
}
