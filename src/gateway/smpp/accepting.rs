//! What a session submits: accepted a batch at a time, and answered in its order.

use std::time::Instant;

use tokio::io::{AsyncRead, AsyncWrite};
use uuid::Uuid;

use super::session::{Ended, Session};
use super::submission::{Request, Submission, status_of, submit};
use crate::api::{ReceivedMessage, Refusal};
use crate::service::log::LogEntry;
use crate::smpp::{Body, ShortMessage, status};

/// Most messages of a session that wait for their answers.
const WINDOW: usize = 1_000;

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(super) fn submitted(&mut self, command: u32, sequence: u32, message: &ShortMessage) {
        let request = Request { command, sequence };
        let may_submit = self
            .bound
            .as_ref()
            .is_some_and(|bound| bound.kind.submits());
        let is_full = self.batch.len() + self.parts.len() >= WINDOW;
        let refused = match (may_submit, is_full) {
            (false, _) => Some(status::ESME_RINVBNDSTS),
            (true, true) => Some(status::ESME_RTHROTTLED),
            (true, false) => None,
        };
        if let Some(status) = refused {
            self.batch.push(Submission::refused(request, status));
            return;
        }
        let submission = Submission::new(request, message);
        match message.content().concat {
            Some(concat) if submission.message.is_ok() => {
                let mut ready = self.parts.add(concat, message, submission);
                self.batch.append(&mut ready);
            }
            _ => self.batch.push(submission),
        }
    }

    /// Accepts what was submitted, and answers it.
    pub(super) async fn accept(&mut self) -> Result<(), Ended> {
        let batch = std::mem::take(&mut self.batch);
        if batch.is_empty() {
            return Ok(());
        }
        let mut messages = Vec::with_capacity(batch.len());
        let mut answers = Vec::with_capacity(batch.len());
        for one in batch {
            let checked = one.message.map(|message| messages.push(message));
            answers.push((one.requests, one.receipt, checked));
        }
        let (fates, is_over) = self.fates(messages, answers.len()).await;
        let mut fates = fates.into_iter();
        let mut expected = Vec::new();
        for (requests, receipt, checked) in answers {
            let next = |()| fates.next().unwrap_or(Err(status::ESME_RSYSERR));
            let fate = checked.and_then(next);
            if let (Ok(uuid), Some(receipt)) = (fate, receipt) {
                expected.push((uuid, receipt));
            }
            self.answer(&requests, fate);
        }
        let flushed = self.wire.flush().await;
        // Not before the answer, which says what the receipt is about.
        self.smpp.notices.expect(expected);
        flushed?;
        if is_over {
            self.request(Body::Unbind);
            return Err(Ended::Done);
        }
        Ok(())
    }

    /// What becomes of messages, and whether the session may not go on. `count` were submitted.
    async fn fates(
        &self,
        messages: Vec<ReceivedMessage>,
        count: usize,
    ) -> (Vec<Result<Uuid, u32>>, bool) {
        let Some(bound) = self.bound.as_ref().filter(|bound| bound.kind.submits()) else {
            return (Vec::new(), false);
        };
        let (began, good) = (Instant::now(), messages.len());
        let fates = if messages.is_empty() {
            Ok(Vec::new())
        } else {
            submit(&self.smpp, &bound.credentials, messages).await
        };
        let is_over = matches!(&fates, Err(Refusal::InvalidToken(_) | Refusal::NotAllowed));
        let fates = fates.unwrap_or_else(|refusal| vec![Err(status_of(&refusal)); good]);
        let accepted = fates.iter().filter(|fate| fate.is_ok()).count();
        self.smpp.context.log.write(LogEntry::Submitted {
            caller: self.caller,
            stream: bound.name.clone(),
            accepted,
            refused: count - accepted,
            elapsed: began.elapsed(),
        });
        (fates, is_over)
    }

    fn answer(&mut self, requests: &[Request], fate: Result<Uuid, u32>) {
        let id = fate.ok().map(|uuid| uuid.to_string());
        let status = fate.err().unwrap_or_default();
        for request in requests {
            self.wire.push(&request.answer(status, id.as_deref()));
        }
    }
}
