//! The connections of a route, one after another: bound, used, and bound again after a pause.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;

use super::Core;
use super::bind::{Bound, bind, request};
use super::dial::Duplex;
use super::session::{self, Ended, Up};
use crate::carrier::Heard;
use crate::domain::Bind;
use crate::smpp::BindKind;

/// The first and the longest pause before it is bound again.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// A session that lasted so long was no failure, nor one that messages went through.
const LASTING: Duration = Duration::from_secs(10);

/// What a link is for the parts of messages.
#[derive(Debug, Clone)]
pub enum Link {
    /// It was not tried yet.
    Opening,
    Up(Up),
    /// Why not.
    Down(String),
}

impl Core {
    /// Keeps the route's connections up until it is told to stop.
    pub async fn run(self: Arc<Self>) {
        let connections = async {
            match self.settings.bind {
                Bind::Transceiver => self.stay_bound(BindKind::Transceiver).await,
                Bind::TransmitterAndReceiver => {
                    tokio::join!(
                        self.stay_bound(BindKind::Transmitter),
                        self.stay_bound(BindKind::Receiver)
                    );
                }
            }
        };
        tokio::select! {
            () = connections => {}
            () = self.common.hearer.give_up_overdue() => {}
            () = self.tell() => {}
        }
        self.common.hearer.give_up().await;
    }

    async fn stay_bound(&self, kind: BindKind) {
        let mut failures = 0;
        loop {
            let begun = Instant::now();
            let Ended { why, was_useful } = self.one_session(kind).await;
            let is_over = *self.common.stop.borrow();
            let why = format!("{} {why}", self.common.host);
            self.is_down(kind, if is_over { "stopped" } else { &why });
            if is_over {
                return;
            }
            let was_good = was_useful || begun.elapsed() >= LASTING;
            failures = if was_good { 1 } else { failures + 1 };
            let mut stop = self.common.stop.subscribe();
            tokio::select! {
                () = tokio::time::sleep(pause(failures, self.chance())) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// How it ended, or why it did not begin.
    async fn one_session(&self, kind: BindKind) -> Ended {
        let never = |why| Ended {
            why,
            was_useful: false,
        };
        let mut stop = self.common.stop.subscribe();
        let bound = tokio::select! {
            bound = self.bound(kind) => bound,
            _ = stop.wait_for(|stop| *stop) => return never("stopped".to_owned()),
        };
        let bound = match bound {
            Ok(bound) => bound,
            Err(why) => return never(why),
        };
        let (requests, to_send) = mpsc::unbounded_channel();
        let window = Semaphore::new(usize::from(self.settings.window.get()));
        let up = Up {
            requests,
            window: Arc::new(window),
        };
        let window = Arc::clone(&up.window);
        self.is_up(kind, up);
        let stopping = async {
            let _ = stop.wait_for(|stop| *stop).await;
            // Nothing new is taken; what was sent is waited for.
            self.is_down(kind, "stopped");
            std::future::pending::<()>().await;
        };
        let ended = tokio::select! {
            ended = session::run(&self.common, bound, to_send) => ended,
            () = stopping => never(String::new()),
        };
        window.close();
        ended
    }

    async fn bound(&self, kind: BindKind) -> Result<Bound<Box<dyn Duplex>>, String> {
        let stream = (self.dial)().await;
        let stream = stream.map_err(|error| format!("cannot be reached: {error}"))?;
        bind(stream, kind, request(&self.settings, &self.password)).await
    }

    fn is_up(&self, kind: BindKind, up: Up) {
        if kind.submits() {
            self.submits.send_replace(Link::Up(up));
        }
        self.words.send_modify(|words| words.of(kind).clear());
    }

    fn is_down(&self, kind: BindKind, why: &str) {
        if kind.submits() {
            self.submits.send_replace(Link::Down(why.to_owned()));
        }
        self.words
            .send_modify(|words| why.clone_into(words.of(kind)));
    }

    /// Tells how the route is whenever that changes.
    async fn tell(&self) {
        let mut words = self.words.subscribe();
        let mut throttled = self.common.throttled.subscribe();
        let mut before = None;
        loop {
            let text = {
                let words = words.borrow_and_update();
                words.text(self.settings.bind, *throttled.borrow_and_update())
            };
            if before.as_ref() != Some(&text) {
                self.common
                    .hearer
                    .keep(vec![Heard::Link(text.clone())])
                    .await;
                before = Some(text);
            }
            // Both live as long as this.
            let _ = tokio::select! {
                changed = words.changed() => changed,
                changed = throttled.changed() => changed,
            };
        }
    }
}

/// Why each link is down; empty where it is up.
#[derive(Debug)]
pub struct Words {
    submits: String,
    receives: String,
}

impl Words {
    pub fn new() -> Self {
        let connecting = || "connecting".to_owned();
        Self {
            submits: connecting(),
            receives: connecting(),
        }
    }

    /// A transceiver's are those of what submits.
    fn of(&mut self, kind: BindKind) -> &mut String {
        match kind {
            BindKind::Receiver => &mut self.receives,
            BindKind::Transmitter | BindKind::Transceiver => &mut self.submits,
        }
    }

    fn text(&self, bind: Bind, throttled: bool) -> String {
        let is_split = bind == Bind::TransmitterAndReceiver;
        let receives = if is_split {
            &self.receives
        } else {
            &self.submits
        };
        match (&*self.submits, &**receives) {
            ("", "") if throttled => "bound, throttled".to_owned(),
            ("", "") => "bound".to_owned(),
            ("", why) => format!("bound for sending only: {why}"),
            (why, "") => format!("bound for receiving only: {why}"),
            (why, _) => why.to_owned(),
        }
    }
}

/// After so many failures in a row. `chance` is between 0 and 1: routes that failed at one time are
/// not to come back at one time.
fn pause(failures: u32, chance: f64) -> Duration {
    let doubled = SHORTEST * 2_u32.pow(failures.saturating_sub(1).min(6));
    doubled.min(LONGEST).mul_f64(1.0 - chance / 4.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_minute() {
        let seconds = [1, 2, 3, 6, 7, 100].map(|failures| pause(failures, 0.0).as_secs());
        assert_eq!(seconds, [1, 2, 4, 32, 60, 60]);
        assert_eq!(pause(1, 1.0), Duration::from_millis(750));
    }

    #[test]
    fn says_which_of_two_links_is_up() {
        let both = Bind::TransmitterAndReceiver;
        let mut words = Words::new();
        assert_eq!(words.text(both, false), "connecting");
        words.of(BindKind::Transmitter).clear();
        assert_eq!(
            words.text(both, false),
            "bound for sending only: connecting"
        );
        assert_eq!(words.text(Bind::Transceiver, true), "bound, throttled");
        words.of(BindKind::Receiver).clear();
        assert_eq!(words.text(both, false), "bound");
    }
}
