//! The loop, as a gateway runs it.

use super::*;
use crate::service::testing::{PATIENCE, TestReceiver, demo, handsets, told};

#[tokio::test]
async fn it_takes_up_what_is_queued_and_ends_when_nobody_wants_it_any_more() {
    let receiver = TestReceiver::start().await;
    let home = TestHome::with([told(demo(0), &receiver.url("/"))]).await;
    let (store, streams) = (Arc::clone(&home.store), Arc::clone(&home.streams));
    let dispatcher = Dispatcher::new(Arc::clone(&store), Arc::clone(&streams), RetryPolicy::Local);
    let (running, seen) = watch::channel(());
    let worker = work(Arc::new(dispatcher), store, streams, home.log.clone(), seen);
    let worker = tokio::spawn(worker);
    home.send_to(0, &handsets(30)).await;
    receiver.reached(30).await;
    drop(running);
    let ended = tokio::time::timeout(PATIENCE, worker).await;
    assert!(matches!(ended, Ok(Ok(()))), "{ended:?}");
    let delivered =
        |one: &crate::store::Delivery| one.state == crate::domain::DeliveryState::Delivered;
    assert!(
        home.deliveries().await.iter().all(delivered),
        "all of it is kept"
    );
}
