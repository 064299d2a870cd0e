//! Who is told what, and when.

use super::*;
use crate::domain::Stream;
use crate::service::receive;
use crate::service::testing::{DELAY, TestHome, demo, handsets, id, live};

struct Looking {
    home: TestHome,
    notices: Notices,
    incoming: Watch,
}

impl Looking {
    async fn at(streams: impl IntoIterator<Item = Stream>) -> Self {
        let home = TestHome::with(streams).await;
        Self {
            notices: Notices::new(Arc::clone(&home.store), home.log.clone()),
            incoming: Watch::new(MessageFilter {
                direction: Some(Direction::Incoming),
                ..MessageFilter::default()
            }),
            home,
        }
    }

    /// What is told to a stream by now.
    async fn look(&mut self, n: usize) -> Vec<Notice> {
        self.notices.look(&mut self.incoming).await.unwrap();
        let taken = self.notices.take(&id(n), usize::MAX).await.unwrap();
        taken.into_iter().map(|(notice, _)| notice).collect()
    }

    async fn reply(&self, n: usize) -> Uuid {
        let stream = self.home.index().await.with_id(&id(n)).unwrap();
        let (from, text) = ("12025550143".parse().unwrap(), "Hi".parse().unwrap());
        let to = Some("ACME".parse().unwrap());
        let received = receive(&*self.home.store, &stream, from, text, to).await;
        received.unwrap().message.uuid
    }
}

#[tokio::test]
async fn a_simulated_end_is_told_when_it_comes() {
    let mut looking = Looking::at([demo(0)]).await;
    let numbers = ["12025550143", "12025550101", "12025550105"].map(str::to_owned);
    let sent = looking.home.send_to(0, &numbers).await;
    let all = |wanted| sent.iter().map(move |uuid| (*uuid, wanted));
    looking.notices.expect(all(Wanted::All));
    looking.notices.expect(all(Wanted::Failures));
    looking.notices.expect(all(Wanted::Successes));
    assert_eq!(looking.look(0).await, []);
    looking.home.clock.advance(DELAY);
    let told = looking.look(0).await;
    let count = |uuid| {
        let told = told.iter();
        told.filter(|one| **one == Notice::Final(uuid)).count()
    };
    // The last number's message never ends.
    assert_eq!([0, 1, 2].map(|n| count(sent[n])), [2, 2, 0]);
    assert_eq!(looking.look(0).await, []);
    looking.home.clock.advance(LONGEST);
    assert_eq!(looking.look(0).await, []);
    looking.home.send_to(0, &numbers).await;
    assert_eq!(looking.look(0).await, []);
    assert!(lock(&looking.notices.open).unknown.is_empty(), "given up");
}

#[tokio::test]
async fn a_live_end_is_told_once_somebody_has_written_it() {
    let mut looking = Looking::at([live(0)]).await;
    looking.home.add_route("main", None).await;
    let sent = looking.home.send_to(0, &handsets(TURN + 10)).await;
    let expected = sent.iter().map(|uuid| (*uuid, Wanted::All));
    looking.notices.expect(expected);
    assert_eq!(looking.look(0).await, []);
    looking
        .home
        .in_database("UPDATE message SET outcome = 1, sent_at = at, final_at = at");
    let mut told = looking.look(0).await;
    // In turns, so that no look takes long.
    assert_eq!(told.len(), TURN);
    told.extend(looking.look(0).await);
    let expected: Vec<_> = sent.into_iter().map(Notice::Final).collect();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn incoming_messages_are_told_to_their_stream_oldest_first() {
    let mut looking = Looking::at([demo(0), demo(1)]).await;
    let first = looking.reply(0).await;
    let other = looking.reply(1).await;
    let second = looking.reply(0).await;
    let told = looking.look(0).await;
    assert_eq!(told, [Notice::Incoming(first), Notice::Incoming(second)]);
    assert_eq!(looking.look(1).await, [Notice::Incoming(other)]);
    // Given back, it is the first again.
    let third = looking.reply(0).await;
    let given_back = told.into_iter();
    looking.notices.give_back(&id(0), given_back);
    let told = looking.look(0).await;
    assert_eq!(told, [first, second, third].map(Notice::Incoming));
}

#[tokio::test]
async fn a_message_that_cannot_be_read_now_waits() {
    let mut looking = Looking::at([demo(0)]).await;
    let first = looking.reply(0).await;
    looking.notices.look(&mut looking.incoming).await.unwrap();
    looking
        .home
        .in_database("ALTER TABLE message RENAME TO away");
    let taken = looking.notices.take(&id(0), 1).await;
    assert!(taken.is_err(), "{taken:?}");
    looking
        .home
        .in_database("ALTER TABLE away RENAME TO message");
    assert_eq!(looking.look(0).await, [Notice::Incoming(first)]);
}

#[tokio::test]
async fn the_oldest_have_to_go_where_nobody_takes_them_and_this_is_told_once() {
    let looking = Looking::at([demo(0)]).await;
    let uuid = looking.reply(0).await;
    for _ in 0..MOST + 2 {
        looking.notices.tell(&id(0), Notice::Incoming(uuid));
    }
    let is_told = |entry: &LogEntry| matches!(entry, LogEntry::NoticesDropped(_));
    assert_eq!(looking.home.logged(is_told), 1);
    let taken = looking.notices.take(&id(0), usize::MAX).await.unwrap();
    assert_eq!(taken.len(), MOST);
}

#[tokio::test]
async fn arrivals_are_noticed_by_who_waits() {
    let looking = Looking::at([demo(0)]).await;
    let mut arrivals = looking.notices.arrivals(&id(0));
    assert!(!arrivals.has_changed().unwrap());
    let uuid = looking.reply(0).await;
    looking.notices.tell(&id(0), Notice::Incoming(uuid));
    let changed = tokio::time::timeout(Duration::from_secs(20), arrivals.changed());
    changed.await.unwrap().unwrap();
}
