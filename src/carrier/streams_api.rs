//! Another Streams API as a carrier: the hosted one, or a gateway elsewhere.

use std::collections::HashMap;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Carrier, Receipt, Submitted};
use crate::api::{HeaderValue, MOST_MESSAGES, MessageBody, SendBody, SendReport, StatusReport};
use crate::client::{CallError, StreamsApi};
use crate::domain::{GatewayUrl, Message, RouteToken};

#[derive(Debug)]
pub struct StreamsApiCarrier {
    api: StreamsApi,
    token: RouteToken,
}

impl StreamsApiCarrier {
    pub fn new(url: GatewayUrl, token: RouteToken) -> Self {
        Self {
            api: StreamsApi::new(url),
            token,
        }
    }
}

#[async_trait]
impl Carrier for StreamsApiCarrier {
    fn most(&self) -> usize {
        MOST_MESSAGES
    }

    async fn submit(&self, messages: &[Message]) -> Vec<Submitted> {
        let body = SendBody {
            messages: messages.iter().map(body).collect(),
        };
        let token = HeaderValue::foreign_token(&self.token);
        let answered = self.api.send(token, &body).await;
        messages.iter().map(|one| outcome(one, &answered)).collect()
    }

    async fn receipts(&self, ids: Vec<String>) -> HashMap<String, Receipt> {
        let token = HeaderValue::foreign_token(&self.token);
        // An answer that did not come says nothing.
        let reports = self.api.status(token, ids).await.unwrap_or_default();
        reports.into_iter().filter_map(receipt).collect()
    }

    async fn listen(&self, _since: Option<Timestamp>) {}
}

fn body(message: &Message) -> MessageBody {
    MessageBody {
        // Ours is unique; the caller's own may not be known to the other API as such.
        internal_id: message.uuid.to_string(),
        sender: Some(message.sender.clone()),
        recipient_phone: message.handset.clone(),
        message_content: message.text.clone(),
    }
}

fn outcome(message: &Message, answered: &Result<(Vec<SendReport>, usize), CallError>) -> Submitted {
    let unknown = |why: &dyn std::fmt::Display| {
        Submitted::Unknown(format!("{why}; whether it was sent is unknown"))
    };
    match answered {
        Ok((reports, _)) => {
            let uuid = message.uuid.to_string();
            let own = |report: &&SendReport| report.internal_id.as_ref() == Some(&uuid);
            match reports.iter().find(own).map(|report| &report.outcome) {
                Some(Ok(id)) => Submitted::Taken(id.clone()),
                Some(Err(why)) => Submitted::Rejected(why.clone()),
                None => unknown(&"the response doesn't mention it"),
            }
        }
        Err(error) if error.may_have_been_taken() => unknown(error),
        Err(error) => match error.try_later() {
            Some(retry_after) => Submitted::NotNow {
                why: error.to_string(),
                retry_after,
            },
            None => Submitted::Failed(error.to_string()),
        },
    }
}

fn receipt(report: StatusReport) -> Option<(String, Receipt)> {
    let receipt = Receipt {
        status: report.status.parse().ok()?,
        details: report.details,
    };
    Some((report.message_uuid, receipt))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;
    use crate::api::AnswerError;
    use crate::client::Unanswered;
    use crate::domain::{Course, Direction};

    fn message() -> Message {
        Message {
            uuid: Uuid::now_v7(),
            stream: "st_000000000001".parse().unwrap(),
            direction: Direction::Outgoing,
            internal_id: Some("the caller's own".to_owned()),
            handset: "12025550110".to_owned(),
            sender: "ACME".to_owned(),
            text: "Hi".to_owned(),
            at: jiff::Timestamp::UNIX_EPOCH,
            course: Course::waiting(),
            details: None,
            in_reply_to: None,
        }
    }

    fn refused(status: u16, retry_after: Option<Duration>) -> CallError {
        let message = "no".to_owned();
        CallError::NoAnswer {
            answer: AnswerError::Refused { status, message },
            retry_after,
        }
    }

    #[test]
    fn each_message_is_told_its_own_report_in_whatever_order_they_come() {
        let (one, other, silent) = (message(), message(), message());
        let report = |of: &Message, outcome| SendReport {
            internal_id: body(of).internal_id.into(),
            outcome,
        };
        let no = || Err("no".to_owned());
        let reports = vec![report(&other, no()), report(&one, Ok("7".to_owned()))];
        let answered = Ok((reports, 0));
        assert_eq!(outcome(&one, &answered), Submitted::Taken("7".to_owned()));
        assert_eq!(
            outcome(&other, &answered),
            Submitted::Rejected("no".to_owned())
        );
        assert!(matches!(outcome(&silent, &answered), Submitted::Unknown(_)));
    }

    #[test]
    fn only_what_was_certainly_not_sent_may_be_sent_later() {
        let asked = Some(Duration::from_secs(7));
        let host = || "example.com:443".to_owned();
        let why = || "why".to_owned();
        let unreadable = CallError::NoAnswer {
            answer: AnswerError::Unreadable {
                status: 200,
                message: why(),
            },
            retry_after: None,
        };
        let timed_out = Unanswered::TimedOut {
            host: host(),
            limit: Duration::from_secs(30),
        };
        let not_connected = Unanswered::NotConnected {
            host: host(),
            why: why(),
        };
        let broke_off = Unanswered::BrokeOff {
            host: host(),
            why: why(),
        };
        for (error, expected) in [
            (refused(429, asked), Ok(asked)),
            (refused(503, None), Ok(None)),
            (not_connected.into(), Ok(None)),
            (refused(401, asked), Err(false)),
            (refused(400, None), Err(false)),
            (Unanswered::Unsendable(why()).into(), Err(false)),
            (refused(500, asked), Err(true)),
            (refused(502, None), Err(true)),
            (unreadable, Err(true)),
            (timed_out.into(), Err(true)),
            (broke_off.into(), Err(true)),
        ] {
            let said = error.to_string();
            let found = match outcome(&message(), &Err(error)) {
                Submitted::NotNow { retry_after, .. } => Ok(retry_after),
                Submitted::Failed(_) => Err(false),
                Submitted::Unknown(_) => Err(true),
                other @ (Submitted::Taken(_) | Submitted::Rejected(_)) => {
                    panic!("{other:?} after {said}")
                }
            };
            assert_eq!(found, expected, "{said}");
        }
    }
}
