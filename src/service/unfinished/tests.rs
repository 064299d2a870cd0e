//! What becomes of messages that were shown.

use super::*;
use crate::domain::MessageStatus;
use crate::service::testing::{DELAY, TestHome, demo, handsets, live};
use crate::service::timeline;
use crate::store::MessageFilter;

/// All messages of a home, as shown.
async fn shown(home: &TestHome) -> Unfinished {
    let mut unfinished = Unfinished::default();
    let lines = timeline(&*home.store, MessageFilter::default(), usize::MAX);
    for line in lines.await.unwrap() {
        unfinished.shown(&line, home.clock.now());
    }
    unfinished
}

async fn finished(unfinished: &mut Unfinished, home: &TestHome) -> Vec<(Uuid, MessageStatus)> {
    let finished = unfinished.finished(&*home.store).await.unwrap();
    let now = home.clock.now();
    let status = |message: &Message| (message.uuid, message.status_at(now).unwrap());
    finished.iter().map(status).collect()
}

#[tokio::test]
async fn a_status_that_was_foreseen_is_told_once_when_it_comes() {
    use MessageStatus::{Delivered, Undelivered};
    let home = TestHome::with([demo(0)]).await;
    let numbers = ["12025550106", "12025550101", "12025550102", "12025550143"];
    let sent = home.send_to(0, &numbers.map(str::to_owned)).await;
    let mut unfinished = shown(&home).await;
    assert_eq!(finished(&mut unfinished, &home).await, []);
    home.clock.advance(DELAY);
    let expected = [(sent[1], Undelivered), (sent[3], Delivered)];
    assert_eq!(finished(&mut unfinished, &home).await, expected);
    assert_eq!(finished(&mut unfinished, &home).await, []);
    home.clock.advance(DELAY * 9);
    let slow = [(sent[0], Delivered)];
    assert_eq!(finished(&mut unfinished, &home).await, slow);
}

#[tokio::test]
async fn a_status_that_another_process_writes_is_told_once() {
    let home = TestHome::with([live(0)]).await;
    home.add_route("main", None).await;
    let sent = home.send_to(0, &handsets(2)).await;
    let mut unfinished = shown(&home).await;
    assert_eq!(finished(&mut unfinished, &home).await, []);
    home.clock.advance(DELAY);
    let now = home.clock.now().as_millisecond();
    home.in_database(&format!(
        "UPDATE message SET outcome = 1, final_at = {now} WHERE seq = (SELECT min(seq) FROM message)"
    ));
    let delivered = [(sent[0], MessageStatus::Delivered)];
    assert_eq!(finished(&mut unfinished, &home).await, delivered);
    assert_eq!(finished(&mut unfinished, &home).await, []);
}

#[tokio::test]
async fn the_oldest_are_let_go_beyond_a_number() {
    let home = TestHome::with([demo(0)]).await;
    let sent = home.send_to(0, &handsets(MOST)).await;
    let later = home.send_to(0, &handsets(1)).await;
    let mut unfinished = shown(&home).await;
    home.clock.advance(DELAY);
    let finished = finished(&mut unfinished, &home).await;
    let mut told: Vec<Uuid> = finished.into_iter().map(|(uuid, _)| uuid).collect();
    told.sort_unstable();
    let mut kept = [&sent[1..], &later].concat();
    kept.sort_unstable();
    assert_eq!(told, kept);
}
