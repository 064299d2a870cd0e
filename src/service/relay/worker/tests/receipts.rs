//! When a carrier is asked how far a message has come.

use super::*;
use crate::carrier::Receipt;
use crate::domain::MessageStatus;

/// In seconds.
async fn pause(place: &mut Place) -> u64 {
    let due = place.home.store.due(JobKind::Ask).await.unwrap();
    let pause = due.next.unwrap().duration_since(place.home.clock.now());
    place.home.clock.advance(pause.unsigned_abs());
    place.run().await;
    pause.unsigned_abs().as_secs()
}

#[tokio::test]
async fn a_status_is_asked_for_with_growing_pauses_and_rarely_after_three_days() {
    let mut place = Place::new().await;
    place.send().await;
    place.run().await;
    let begun = place.home.clock.now();
    let mut pauses = Vec::new();
    for _ in 0..12 {
        pauses.push(pause(&mut place).await);
    }
    assert_eq!(pauses, [1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    assert_eq!(*place.carrier.asked.lock().unwrap(), 12);
    let three_days = begun.checked_add(seconds(72 * 3_600)).unwrap();
    let left = three_days.duration_since(place.home.clock.now());
    place.home.clock.advance(left.unsigned_abs());
    place.run().await;
    pause(&mut place).await;
    assert_eq!(
        [pause(&mut place).await, pause(&mut place).await],
        [3_600, 3_600]
    );
}

#[tokio::test]
async fn the_first_final_status_ends_it_and_is_told_once() {
    let mut place = Place::new().await;
    let uuid = place.send().await;
    place.run().await;
    let say = |place: &Place, status| {
        let receipt = Receipt {
            status,
            details: Some("as the carrier says".to_owned()),
        };
        let id = format!("up-{uuid}");
        place.carrier.receipts.lock().unwrap().insert(id, receipt);
    };
    say(&place, MessageStatus::Sent);
    pause(&mut place).await;
    assert_eq!(place.told(uuid).await, ("sent".to_owned(), None));
    say(&place, MessageStatus::Undelivered);
    pause(&mut place).await;
    let details = Some("as the carrier says".to_owned());
    assert_eq!(place.told(uuid).await, ("undelivered".to_owned(), details));
    let asked = *place.carrier.asked.lock().unwrap();
    place.home.clock.advance(seconds(86_400));
    place.run().await;
    assert_eq!(
        *place.carrier.asked.lock().unwrap(),
        asked,
        "nobody asks any more"
    );
    assert_eq!(place.events().await, ["sent", "undelivered"]);
    assert_eq!(place.carrier.given(), [uuid]);
}
