//! Webhooks that are not called: gone, or disabled.

use std::time::Duration;

use textpeak::domain::DeliveryState;
use textpeak::store::{JobKind, Outcome, WebhookPause};
use uuid::Uuid;

use super::harness::{Handle, Home, promises};
use super::values::*;

promises! {
    what_waits_is_dead_once_the_webhook_is_gone,
    what_comes_is_dead_where_the_webhook_is_gone,
    a_webhook_that_is_gone_is_enabled_again,
    a_disabled_webhook_is_not_called_and_loses_nothing,
}

async fn state(handle: &Handle, id: Uuid) -> DeliveryState {
    handle.delivery(id).await.unwrap().unwrap().state
}

async fn what_waits_is_dead_once_the_webhook_is_gone(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let first = event_of(&receive(&handle, &stream, ANNE, "first").await);
    let rest = [ANNE, BOB].map(|handset| receive(&handle, &stream, handset, "later"));
    let [second, third] = rest;
    let rest = [event_of(&second.await), event_of(&third.await)];
    let other = event_of(&receive(&handle, &super::values::stream(2), ANNE, "Yes").await);
    let mut one = claim_of(JobKind::Deliver, &stream);
    (one.lanes, one.depth) = (1, 1);
    let job = handle.claim(one).await.unwrap().remove(0);
    assert_eq!(event(&job).id, first);
    settle(&handle, &job, gone(&handle)).await;
    assert_eq!(state(&handle, first).await, DeliveryState::Dead);
    for id in rest {
        let dead = handle.delivery(id).await.unwrap().unwrap();
        assert_eq!((dead.state, dead.attempts), (DeliveryState::Dead, 0));
        assert!(dead.details.is_some(), "it says why");
    }
    assert_eq!(state(&handle, other).await, DeliveryState::Waiting);
    assert!(!is_due(&handle, JobKind::Deliver, &stream).await);
    let pause = async |url: &str| {
        let stream = stream.clone();
        handle.webhook_pause(stream, url.to_owned()).await.unwrap()
    };
    assert_eq!(pause(URL).await, Some(WebhookPause::Gone(handle.now())));
    assert_eq!(pause("https://example.com/other").await, None);
}

async fn what_comes_is_dead_where_the_webhook_is_gone(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    receive(&handle, &stream, ANNE, "first").await;
    let job = claim_one(&handle, JobKind::Deliver, &stream).await;
    settle(&handle, &job, gone(&handle)).await;
    let (id, due) = receive(&handle, &stream, ANNE, "second")
        .await
        .event
        .unwrap();
    assert!(!due);
    let dead = handle.delivery(id).await.unwrap().unwrap();
    assert_eq!(dead.state, DeliveryState::Dead);
    assert!(dead.details.is_some(), "it says why");
    // At another URL it is not gone.
    let elsewhere = reply(&stream, ANNE, "third", Some("https://example.com/other"));
    let received = handle.receive(elsewhere).await.unwrap().unwrap();
    assert!(received.event.unwrap().1);
    let job = claim_one(&handle, JobKind::Deliver, &stream).await;
    assert_eq!(text(&job), "third");
}

async fn a_webhook_that_is_gone_is_enabled_again(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let first = event_of(&receive(&handle, &stream, ANNE, "first").await);
    let job = claim_one(&handle, JobKind::Deliver, &stream).await;
    settle(&handle, &job, gone(&handle)).await;
    let enable = || handle.set_webhook_enabled(stream.clone(), true);
    assert!(enable().await.unwrap());
    assert!(!enable().await.unwrap(), "it is enabled already");
    let pause = handle
        .webhook_pause(stream.clone(), URL.to_owned())
        .await
        .unwrap();
    assert_eq!(pause, None);
    assert_eq!(state(&handle, first).await, DeliveryState::Dead);
    assert!(
        receive(&handle, &stream, ANNE, "second")
            .await
            .event
            .unwrap()
            .1
    );
    assert_eq!(handle.requeue(vec![first]).await.unwrap(), 1);
    assert_eq!(claim(&handle, JobKind::Deliver, &stream).await.len(), 2);
}

async fn a_disabled_webhook_is_not_called_and_loses_nothing(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    let before = event_of(&receive(&one, &stream, ANNE, "before").await);
    assert!(
        one.set_webhook_enabled(stream.clone(), false)
            .await
            .unwrap()
    );
    assert!(
        !other
            .set_webhook_enabled(stream.clone(), false)
            .await
            .unwrap()
    );
    let pause = other
        .webhook_pause(stream.clone(), URL.to_owned())
        .await
        .unwrap();
    assert_eq!(pause, Some(WebhookPause::Disabled(one.now())));
    let meanwhile = receive(&other, &stream, BOB, "meanwhile").await;
    home.advance(Duration::from_secs(100_000));
    for handle in [&one, &other] {
        assert!(!is_due(handle, JobKind::Deliver, &stream).await);
        assert!(claim(handle, JobKind::Deliver, &stream).await.is_empty());
        assert!(
            handle
                .claim_delivery(before, LEASE)
                .await
                .unwrap()
                .is_none()
        );
    }
    assert_eq!(state(&one, before).await, DeliveryState::Waiting);
    assert_eq!(
        state(&one, event_of(&meanwhile)).await,
        DeliveryState::Waiting
    );
    assert!(one.set_webhook_enabled(stream.clone(), true).await.unwrap());
    assert!(is_due(&other, JobKind::Deliver, &stream).await);
    let jobs = claim(&other, JobKind::Deliver, &stream).await;
    assert_eq!(texts(&jobs), ["before", "meanwhile"]);
    // One that is being attempted comes to its end.
    other
        .set_webhook_enabled(stream.clone(), false)
        .await
        .unwrap();
    settle(&other, &jobs[0], delivered(&other)).await;
    settle(&other, &jobs[1], Outcome::Released).await;
    assert_eq!(state(&one, before).await, DeliveryState::Delivered);
}
