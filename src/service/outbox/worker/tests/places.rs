//! A receiver that hangs slows nobody else.

use super::*;
use crate::service::testing::{Call, PATIENCE, Reply, TestReceiver, demo, handsets, told};

/// A receiver that answers only what goes to `/good`.
fn only_good(call: &Call) -> Reply {
    if call.path == "/good" {
        Reply::Status(200)
    } else {
        Reply::Hang
    }
}

fn good(calls: &[Call]) -> usize {
    calls.iter().filter(|call| call.path == "/good").count()
}

/// Steps until every delivery to `/good` is made.
async fn until_good_has(outbox: &mut Outbox, receiver: &TestReceiver, wanted: usize) {
    let served = async {
        while good(&receiver.calls()) < wanted {
            outbox.look().await;
            let seen = receiver.calls().len();
            tokio::select! {
                () = receiver.reached(seen + 1) => {}
                Some(done) = outbox.worker.places.join_next_with_id() => outbox.worker.finished(done),
            }
        }
    };
    let served = tokio::time::timeout(PATIENCE, served).await;
    assert!(
        served.is_ok(),
        "{} of {wanted} came",
        good(&receiver.calls())
    );
}

#[tokio::test]
async fn a_receiver_that_hangs_takes_nobody_elses_place() {
    let receiver = TestReceiver::answering(only_good).await;
    let urls = [receiver.url("/hangs"), receiver.url("/good")];
    let home = TestHome::with([told(demo(0), &urls[0]), told(demo(1), &urls[1])]).await;
    home.send_to(0, &handsets(50)).await;
    let mut outbox = Outbox::new(&home, "local");
    outbox.look().await;
    receiver.reached(10).await;
    home.send_to(1, &handsets(30)).await;
    until_good_has(&mut outbox, &receiver, 30).await;
    let hanging = receiver.calls().len() - good(&receiver.calls());
    assert_eq!(hanging, 10, "its own places are all that it has");
}

#[tokio::test]
async fn two_hundred_streams_that_hang_leave_a_good_one_served_at_once() {
    let receiver = TestReceiver::answering(only_good).await;
    let hangs = receiver.url("/hangs");
    let mut streams: Vec<_> = (0..200).map(|n| told(demo(n), &hangs)).collect();
    streams.push(told(demo(200), &receiver.url("/good")));
    let home = TestHome::with(streams).await;
    for n in 0..200 {
        home.send_to(n, &handsets(10)).await;
    }
    let mut outbox = Outbox::new(&home, "local");
    outbox.look().await;
    let in_flight = outbox.worker.places.len();
    assert!(
        (BUSY..FULL).contains(&in_flight),
        "{in_flight} are in flight"
    );
    home.send_to(200, &handsets(10)).await;
    outbox.look().await;
    until_good_has(&mut outbox, &receiver, 10).await;
}

#[tokio::test]
async fn a_receiver_that_times_out_has_fewer_attempts_at_one_time() {
    let receiver = TestReceiver::answering(|_| Reply::Hang).await;
    let home = TestHome::with([told(demo(0), &receiver.url("/"))]).await;
    home.send_to(0, &handsets(50)).await;
    let mut outbox = Outbox::patient(&home, "1h", Duration::from_millis(100));
    outbox.look().await;
    assert_eq!(outbox.worker.places.len(), 10);
    outbox.worker.finish_places().await;
    outbox.settled().await;
    outbox.look().await;
    assert_eq!(outbox.worker.places.len(), 1);
}

#[tokio::test]
async fn an_attempt_that_panics_gives_its_place_back() {
    let receiver = TestReceiver::start().await;
    let home = TestHome::with([told(demo(0), &receiver.url("/"))]).await;
    let mut outbox = Outbox::new(&home, "1s");
    home.send_to(0, &handsets(10)).await;
    // The next look at the clock is that for the pause.
    let panics = Arc::clone(&home.clock.panics);
    receiver.answer_with(move |_| {
        panics.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Reply::Status(500)
    });
    outbox.look().await;
    outbox.worker.finish_places().await;
    assert_eq!(receiver.calls().len(), 10);
    home.clock
        .panics
        .store(0, std::sync::atomic::Ordering::SeqCst);
    receiver.answer_with(|_| Reply::Status(200));
    home.send_to(0, &["12025550199".to_owned()]).await;
    outbox.run().await;
    assert_eq!(
        receiver.calls().len(),
        11,
        "there is a place for another handset"
    );
    // And what panicked is attempted again, when its lease is over.
    home.clock.advance(LEASE);
    outbox.run().await;
    let first = receiver
        .calls()
        .into_iter()
        .filter(|call| call.body["sequence"] == 1);
    assert_eq!(first.count(), 21);
}
