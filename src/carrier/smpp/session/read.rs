//! What the SMSC sends.

use std::sync::atomic::Ordering;

use tokio::io::AsyncRead;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use super::{Answer, Session, ToHear};
use crate::carrier::smpp::lock;
use crate::carrier::smpp::said::{Meaning, meaning};
use crate::carrier::smpp::wire::PduReader;
use crate::smpp::{Body, Pdu, ShortMessage, Taken, Unreadable, command, status};

/// What follows a PDU.
enum Next {
    Read,
    /// The SMSC takes its leave.
    Leaves,
    /// It has answered ours.
    Left,
}

impl Session<'_> {
    /// Until the connection ends; why it did.
    pub(super) async fn read<R: AsyncRead + Unpin>(
        &self,
        mut reader: PduReader<R>,
        hear: mpsc::Sender<ToHear>,
    ) -> String {
        loop {
            let pdu = match reader.next().await {
                Ok(pdu) => pdu,
                Err(why) => return why,
            };
            *lock(&self.last_heard) = Instant::now();
            match pdu {
                Ok(pdu) => match self.take(pdu, &hear) {
                    Next::Read => {}
                    Next::Left => return "stopped".to_owned(),
                    Next::Leaves => break,
                },
                Err(unreadable) => self.take_unreadable(unreadable),
            }
        }
        // The response is written meanwhile; the SMSC closes the connection when it has it.
        let rest = async { while reader.next().await.is_ok() {} };
        let _ = timeout(self.common.timing.leave, rest).await;
        "ended the session".to_owned()
    }

    fn take(&self, pdu: Pdu, hear: &mpsc::Sender<ToHear>) -> Next {
        let Pdu {
            status,
            sequence,
            body,
        } = pdu;
        match body {
            Body::SubmitSmResp(taken) => self.answered(sequence, status, taken),
            Body::GenericNack => {
                // Whatever its status is, it does not say that a message was taken.
                let status = Some(status).filter(|status| *status != status::ESME_ROK);
                let status = status.unwrap_or(status::ESME_RUNKNOWNERR);
                self.answered(sequence, status, Taken::default());
            }
            Body::DeliverSm(message) => self.to_hear(hear, sequence, *message, false),
            Body::DataSm(message) => self.to_hear(hear, sequence, *message, true),
            Body::EnquireLink => self.ok(sequence, Body::EnquireLinkResp),
            Body::Unbind => {
                self.is_leaving.store(true, Ordering::Relaxed);
                self.ok(sequence, Body::UnbindResp);
                return Next::Leaves;
            }
            Body::UnbindResp => return Next::Left,
            Body::Other { command, .. } => self.unknown(command, sequence),
            Body::Bind(..) | Body::SubmitSm(_) => {
                self.nack(sequence, status::ESME_RINVBNDSTS);
            }
            Body::BindResp(..)
            | Body::DeliverSmResp(_)
            | Body::DataSmResp(_)
            | Body::EnquireLinkResp => {}
        }
        Next::Read
    }

    fn answered(&self, sequence: u32, status: u32, taken: Taken) {
        let common = self.common;
        self.pending.answer(sequence, |handset| {
            let now = Instant::now();
            if status == status::ESME_ROK {
                let id = taken.message_id.unwrap_or_default();
                self.was_useful.store(true, Ordering::Relaxed);
                // Its receipt may be the next thing that comes.
                common.hearer.submitted(&id, handset);
                if common.pace.taken(now) {
                    common.throttled.send_replace(false);
                }
                return Answer::Taken(id);
            }
            if meaning(status) == Meaning::Throttled && common.pace.throttled(status, now) {
                common.throttled.send_replace(true);
            }
            Answer::Refused(status)
        });
    }

    fn to_hear(
        &self,
        hear: &mpsc::Sender<ToHear>,
        sequence: u32,
        message: ShortMessage,
        is_data: bool,
    ) {
        let one = ToHear {
            sequence,
            message,
            is_data,
        };
        // More than is kept in time: it is to be sent again.
        if hear.try_send(one).is_err() {
            self.acknowledge(sequence, is_data, status::ESME_RMSGQFUL);
        }
    }

    fn ok(&self, sequence: u32, body: Body) {
        self.respond(Pdu::response(status::ESME_ROK, sequence, body));
    }

    fn nack(&self, sequence: u32, status: u32) {
        self.respond(Pdu::response(status, sequence, Body::GenericNack));
    }

    fn unknown(&self, command: u32, sequence: u32) {
        // These two have no response.
        let unanswered = [command::ALERT_NOTIFICATION, command::OUTBIND];
        if !command::is_response(command) && !unanswered.contains(&command) {
            self.nack(sequence, status::ESME_RINVCMDID);
        }
    }

    fn take_unreadable(&self, unreadable: Unreadable) {
        let Unreadable {
            command,
            sequence,
            status,
        } = unreadable;
        if command::is_response(command) {
            let host = &self.common.host;
            self.pending.answer(sequence, |_| {
                Answer::Unknown(format!(
                    "{host} sent an unreadable response; whether it was sent is unknown"
                ))
            });
        } else {
            self.nack(sequence, status);
        }
    }
}
