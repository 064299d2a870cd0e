//! What is delivered again.

use super::*;
use crate::service::testing::{Reply, TestHome, TestReceiver, demo, handsets, id, told};

#[tokio::test]
async fn what_did_not_succeed_is_found_queued_and_attempted_and_a_webhook_that_was_gone_is_on() {
    let receiver = TestReceiver::answering(|call| {
        Reply::Status(if call.text("to").ends_with('0') {
            200
        } else {
            410
        })
    })
    .await;
    let home = TestHome::with([told(demo(0), &receiver.url("/"))]).await;
    home.send_to(0, &handsets(3)).await;
    let attempted = attempt_all(home.store.clone(), home.streams.clone(), &{
        let mut newest_first = home.deliveries().await;
        newest_first.reverse();
        newest_first
    })
    .await;
    assert_eq!(attempted, Ok(1));
    let wanted = undelivered(&*home.store, DeliveryFilter::default())
        .await
        .unwrap();
    let states: Vec<_> = wanted.iter().map(|one| one.state).collect();
    assert_eq!(states, [DeliveryState::Dead; 2]);
    assert_eq!(
        receiver.calls().len(),
        2,
        "what the second answer switched off is not called"
    );

    receiver.answer_with(|_| Reply::Status(200));
    assert_eq!(requeue(&*home.store, &wanted).await, Ok(2));
    let off = home
        .store
        .webhook_pause(id(0), receiver.url("/"))
        .await
        .unwrap();
    assert_eq!(off, None);
    let waiting = home.deliveries().await;
    assert!(
        waiting.iter().all(|one| one.details.is_none()),
        "{waiting:?}"
    );
    let again = attempt_all(home.store.clone(), home.streams.clone(), &wanted).await;
    assert_eq!(again, Ok(2));
    let order: Vec<_> = receiver.calls()[2..]
        .iter()
        .map(|call| call.text("to").to_owned())
        .collect();
    assert_eq!(order, handsets(3)[1..], "oldest first");
    let left = undelivered(&*home.store, DeliveryFilter::default())
        .await
        .unwrap();
    assert!(left.is_empty());
}
