//! Another Streams API as a carrier: the hosted one, or a gateway elsewhere.

use std::collections::HashMap;

use async_trait::async_trait;

use super::{Carrier, Receipt, Submitted};
use crate::api::{HeaderValue, MOST_MESSAGES, MessageBody, SendBody, SendReport, StatusReport};
use crate::client::{CallError, StreamsApi};
use crate::domain::{GatewayUrl, Message, RouteToken};

/// A Streams API, and the token that it issued.
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

/// What the answer to a batch means for one of its messages.
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
                None => unknown(&"the answer does not speak of it"),
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
