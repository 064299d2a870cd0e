//! Messages through the window, each part at most once unless it certainly was not sent.

mod outgoing;

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until, timeout_at};

use self::outgoing::{Outgoing, Part, Wait};
use super::Core;
use super::link::Link;
use super::parts::parts;
use super::said::{Meaning, meaning, said};
use super::session::{Answer, Request, Up};
use crate::carrier::Submitted;
use crate::domain::Message;

impl Core {
    /// What became of each, in their order. After one that has to wait, all behind it wait as well,
    /// but for those that were on their way.
    pub async fn submit(&self, messages: &[Message]) -> Vec<Submitted> {
        let until = Instant::now() + self.common.timing.sending;
        let mut outgoing: Vec<Outgoing> = messages.iter().map(|one| self.outgoing(one)).collect();
        let mut wait = None;
        for one in &mut outgoing {
            if wait.is_none() {
                wait = self.send(one, until).await.err();
            }
            one.waits.clone_from(&wait);
        }
        for one in &mut outgoing {
            self.answers(one).await;
            self.complete(one, until).await;
        }
        outgoing.iter().map(|one| self.outcome(one)).collect()
    }

    fn outgoing<'a>(&self, message: &'a Message) -> Outgoing<'a> {
        let parts = parts(message, &self.settings, self.next_reference());
        Outgoing {
            message,
            parts: parts.into_iter().map(Part::Here).collect(),
            waits: None,
        }
    }

    /// Sends what is here of a message, for as long as all that was answered so far was taken.
    async fn send(&self, one: &mut Outgoing<'_>, until: Instant) -> Result<(), Wait> {
        for at in 0..one.parts.len() {
            if !matches!(one.parts[at], Part::Here(_)) {
                continue;
            }
            let (up, permit) = self.place(until).await?;
            // Answers that came while it was waited for a place.
            for part in &mut one.parts[..at] {
                part.look(&self.common.host, &mut one.waits);
            }
            if one.is_spoiled() {
                return Ok(());
            }
            let (answer, answered) = oneshot::channel();
            let Part::Here(part) = &one.parts[at] else {
                continue;
            };
            let request = Request {
                part: part.clone(),
                answer,
                permit,
            };
            // A session that is over takes nothing.
            let taken = up.requests.send(request);
            taken.map_err(|_| Wait::new(self.lost()))?;
            one.parts[at] = Part::Sent(part.clone(), answered);
        }
        Ok(())
    }

    /// A place in the window and by the rate, at which nothing else keeps a part from being sent.
    async fn place(&self, until: Instant) -> Result<(Up, tokio::sync::OwnedSemaphorePermit), Wait> {
        self.is_held()?;
        let up = self.up(until).await?;
        let permit = timeout_at(until, up.window.clone().acquire_owned()).await;
        let permit = match permit {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) => return Err(Wait::new(self.lost())),
            Err(_) => {
                let window = self.settings.window;
                let why = format!("{window} parts wait for their response already");
                return Err(Wait::new(why));
            }
        };
        let Some(place) = self.common.pace.place(Instant::now(), until) else {
            let why = format!(
                "the rate of {} parts a second is reached",
                self.settings.rate
            );
            return Err(Wait::new(why));
        };
        if place > Instant::now() {
            sleep_until(place).await;
        }
        self.is_held()?;
        Ok((up, permit))
    }

    fn is_held(&self) -> Result<(), Wait> {
        match self.common.pace.held(Instant::now()) {
            Some(held) => Err(Wait {
                why: format!("{} responded {}", self.common.host, held.why),
                retry_after: Some(held.left),
            }),
            None => Ok(()),
        }
    }

    /// The link, once it is known whether there is one.
    async fn up(&self, until: Instant) -> Result<Up, Wait> {
        let mut submits = self.submits.subscribe();
        let known = timeout_at(
            until,
            submits.wait_for(|link| !matches!(link, Link::Opening)),
        );
        let link = match known.await {
            Ok(Ok(link)) => link.clone(),
            Ok(Err(_)) | Err(_) => Link::Opening,
        };
        match link {
            Link::Up(up) => Ok(up),
            Link::Down(why) => Err(Wait::new(why)),
            Link::Opening => Err(Wait::new(format!("{} is not bound yet", self.common.host))),
        }
    }

    fn lost(&self) -> String {
        match &*self.submits.borrow() {
            Link::Down(why) => why.clone(),
            Link::Up(_) | Link::Opening => format!("{} closed the connection", self.common.host),
        }
    }

    async fn answers(&self, one: &mut Outgoing<'_>) {
        for part in &mut one.parts {
            let Part::Sent(own, answered) = part else {
                continue;
            };
            // Without an answer its session was torn down.
            let torn = || {
                let host = &self.common.host;
                Answer::Unknown(format!(
                    "the session with {host} ended; whether it was sent is unknown"
                ))
            };
            let answer = answered.await.unwrap_or_else(|_| torn());
            let own = std::mem::take(own);
            *part = Part::after(own, answer, &self.common.host, &mut one.waits);
        }
    }

    /// A text that is at the carrier in part alone would be lost: what it throttled of it is sent
    /// again after a pause, for as long as there is time.
    async fn complete(&self, one: &mut Outgoing<'_>, until: Instant) {
        while one.is_half_sent() {
            let pause = self.common.pace.held(Instant::now());
            let pause = pause.map_or(Duration::ZERO, |held| held.left);
            // Behind a link that is lost, another one follows in a second.
            let pause = pause.max(Duration::from_millis(100));
            let at = Instant::now() + pause;
            if at >= until {
                return;
            }
            sleep_until(at).await;
            if let Err(wait) = self.send(one, until).await {
                one.waits = Some(wait);
            }
            self.answers(one).await;
        }
    }

    fn outcome(&self, one: &Outgoing) -> Submitted {
        let host = &self.common.host;
        let count = one.parts.len();
        let taken = one.parts.iter().filter(|part| part.id().is_some()).count();
        let in_part = |why: &str| {
            Submitted::Unknown(format!(
                "{host} took {taken} of {count} parts: {why}; it isn't sent again"
            ))
        };
        if let Some(why) = one.parts.iter().find_map(Part::unknown) {
            return Submitted::Unknown(why.to_owned());
        }
        if let Some(status) = one.parts.iter().find_map(Part::refused) {
            let why = format!("{host} responded {}", said(status));
            return match meaning(status) {
                _ if taken > 0 => in_part(&said(status)),
                Meaning::Failed => Submitted::Failed(why),
                Meaning::Refused | Meaning::Throttled | Meaning::NotBound => {
                    Submitted::Rejected(why)
                }
            };
        }
        if taken == count {
            return self.taken(one);
        }
        let wait = one.waits.clone().unwrap_or_else(|| Wait::new(self.lost()));
        if taken > 0 {
            return in_part(&wait.why);
        }
        Submitted::NotNow {
            why: wait.why,
            retry_after: wait.retry_after,
        }
    }

    /// Under the id of its last part: that is the one whose receipt is asked for, since a handset
    /// shows a text when its last part is there.
    fn taken(&self, one: &Outgoing) -> Submitted {
        let mut ids: Vec<&str> = one.parts.iter().filter_map(Part::id).collect();
        let last = ids.pop().unwrap_or_default();
        if last.is_empty() {
            // No receipt will name it.
            return Submitted::Taken(one.message.uuid.to_string());
        }
        let others = ids.into_iter().filter(|id| *id != last);
        self.common.hearer.is_of(others.map(str::to_owned), last);
        Submitted::Taken(last.to_owned())
    }
}
