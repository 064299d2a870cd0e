//! What a session was told and has not answered. It is told again where the session ends before.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::StreamId;
use crate::service::{Notice, Notices};
use crate::smpp::status;

/// Most that wait for an answer.
const WINDOW: usize = 10;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// After a session has said that it can take nothing now.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Told {
    notices: Arc<Notices>,
    pub(super) stream: StreamId,
    /// By sequence number, oldest first.
    open: VecDeque<(u32, Instant, Notice)>,
    pub(super) paused: Option<Instant>,
}

impl Told {
    pub(super) fn new(notices: Arc<Notices>, stream: StreamId) -> Self {
        Self {
            notices,
            stream,
            open: VecDeque::new(),
            paused: None,
        }
    }

    /// How many more it may be told.
    pub(super) fn room(&self) -> usize {
        if self.paused.is_some_and(|until| until > Instant::now()) {
            return 0;
        }
        WINDOW.saturating_sub(self.open.len())
    }

    pub(super) fn add(&mut self, sequence: u32, notice: Notice) {
        self.open.push_back((sequence, Instant::now(), notice));
    }

    /// A no that is not meant for ever is told again; every other answer is the end of it.
    pub(super) fn answered(&mut self, sequence: u32, answer: u32) {
        let found = self.open.iter().position(|(one, ..)| *one == sequence);
        let Some((_, _, notice)) = found.and_then(|at| self.open.remove(at)) else {
            return;
        };
        let later = [
            status::ESME_RX_T_APPN,
            status::ESME_RMSGQFUL,
            status::ESME_RTHROTTLED,
            status::ESME_RSYSERR,
        ];
        if later.contains(&answer) {
            self.pause();
            self.notices.give_back(&self.stream, [notice].into_iter());
        }
    }

    pub(super) fn pause(&mut self) {
        self.paused = Some(Instant::now() + PAUSE);
    }

    /// When the oldest should be answered.
    pub(super) fn until(&self) -> Option<Instant> {
        let (_, at, _) = self.open.front()?;
        Some(*at + PATIENCE)
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        if !self.open.is_empty() {
            let notices = self.open.drain(..).map(|(.., notice)| notice);
            self.notices.give_back(&self.stream, notices);
        }
    }
}
