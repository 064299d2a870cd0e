//! Calls of the hosted account API. Every call only reads, so that it may be made again: when it
//! is, is decided by whoever calls.

use std::time::Duration;

use async_trait::async_trait;

use super::streams_api::no_answer;
use super::{Answer, CallError, Client, Limits, Unanswered};
use crate::api::{
    AnswerError, HostedSender, HostedStream, IncomingFields, MessageList, Page, PageQuery,
    SentMessage, account_request, read_incoming_page, read_senders, read_sent_page,
    read_stream_token, read_streams,
};
use crate::domain::{GatewayUrl, IncomingField, RouteToken};

/// A page of a hundred texts of the longest kind, escaped character by character, has a mebibyte.
const LIMITS: Limits = Limits {
    body: 16 << 20,
    ..Limits::API
};

/// Lists of messages, page by page.
#[async_trait]
pub trait MessageLists: Send + Sync {
    async fn incoming(&self, query: &PageQuery) -> Result<Page<IncomingFields>, CallError>;

    async fn sent(&self, query: &PageQuery) -> Result<Page<SentMessage>, CallError>;
}

#[derive(Debug)]
pub struct AccountApi {
    url: GatewayUrl,
    key: RouteToken,
    /// Names that an incoming message's fields have there.
    fields: Vec<IncomingField>,
    client: Client,
}

impl AccountApi {
    pub fn new(url: GatewayUrl, key: RouteToken, fields: Vec<IncomingField>) -> Self {
        Self {
            url,
            key,
            fields,
            client: Client::new(LIMITS),
        }
    }

    pub fn url(&self) -> &GatewayUrl {
        &self.url
    }

    /// Pages count from 1.
    pub async fn streams(&self, page: usize) -> Result<Page<HostedStream>, CallError> {
        self.get(&HostedStream::path_and_query(page), read_streams)
            .await
    }

    pub async fn senders(&self, page: usize) -> Result<Page<HostedSender>, CallError> {
        self.get(&HostedSender::path_and_query(page), read_senders)
            .await
    }

    pub async fn token(&self, stream: &HostedStream) -> Result<RouteToken, CallError> {
        self.get(&stream.token_path(), read_stream_token).await
    }

    async fn get<T>(
        &self,
        path_and_query: &str,
        read: impl Fn(u16, &[u8]) -> Result<T, AnswerError>,
    ) -> Result<T, CallError> {
        let request = account_request(&self.url, &self.key, path_and_query);
        let answer = self.client.execute(&request).await?;
        let read = if answer.cut {
            Err(too_long(&answer))
        } else {
            read(answer.status, &answer.body)
        };
        read.map_err(|error| no_answer(error, &answer))
    }
}

fn too_long(answer: &Answer) -> AnswerError {
    AnswerError::Unreadable {
        status: answer.status,
        message: "the response is too long".to_owned(),
    }
}

#[async_trait]
impl MessageLists for AccountApi {
    async fn incoming(&self, query: &PageQuery) -> Result<Page<IncomingFields>, CallError> {
        let read = |status, body: &[u8]| read_incoming_page(status, body, &self.fields);
        self.get(&query.path_and_query(MessageList::Incoming), read)
            .await
    }

    async fn sent(&self, query: &PageQuery) -> Result<Page<SentMessage>, CallError> {
        self.get(&query.path_and_query(MessageList::Sent), read_sent_page)
            .await
    }
}

/// The pauses of a call that only reads: growing, and as long as the API asks for, within bounds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Patience {
    failed: u32,
}

impl Patience {
    const LONGEST: Duration = Duration::from_secs(60);

    /// The pause before the next call; `None` where another call would fare no better.
    pub fn pause(&mut self, error: &CallError) -> Option<Duration> {
        let asked = match error {
            CallError::Unanswered(Unanswered::Unsendable(_)) => return None,
            CallError::NoAnswer {
                answer: AnswerError::Refused { status, .. },
                retry_after,
            } => match status {
                429 | 500..=599 => *retry_after,
                _ => return None,
            },
            // No answer, or a garbled one.
            CallError::Unanswered(_) | CallError::NoAnswer { .. } => None,
        };
        let growing = Duration::from_secs(1 << self.failed.min(5));
        self.failed += 1;
        Some(asked.unwrap_or(growing).min(Self::LONGEST))
    }

    /// Whether another call would fare no better.
    pub fn gives_up_on(mut self, error: &CallError) -> bool {
        self.pause(error).is_none()
    }

    /// How often it failed in a row.
    pub fn failed(self) -> u32 {
        self.failed
    }
}

/// Calls until there is an answer, or one that says no, or so many calls have failed.
pub async fn patiently<T, F: Future<Output = Result<T, CallError>>>(
    most: u32,
    mut call: impl FnMut() -> F,
) -> Result<T, CallError> {
    let mut patience = Patience::default();
    loop {
        let error = match call().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        match patience.pause(&error) {
            Some(pause) if patience.failed() < most => tokio::time::sleep(pause).await,
            _ => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, retry_after: Option<u64>) -> CallError {
        CallError::NoAnswer {
            answer: AnswerError::Refused {
                status,
                message: String::new(),
            },
            retry_after: retry_after.map(Duration::from_secs),
        }
    }

    #[test]
    fn pauses_grow_and_are_as_long_as_the_api_asks_within_bounds() {
        let mut patience = Patience::default();
        let mut pause = |error: &CallError| patience.pause(error).map(|pause| pause.as_secs());
        let grown: Vec<_> = (0..8).map(|_| pause(&refused(502, None))).collect();
        let expected = [1, 2, 4, 8, 16, 32, 32, 32];
        assert_eq!(grown, expected.map(Some));
        assert_eq!(pause(&refused(429, Some(7))), Some(7));
        assert_eq!(pause(&refused(503, Some(86_400))), Some(60));
        assert_eq!(pause(&refused(429, Some(0))), Some(0));
        for never in [400, 401, 403, 404, 422, 302] {
            assert_eq!(pause(&refused(never, Some(1))), None);
        }
        assert_eq!(pause(&Unanswered::Unsendable(String::new()).into()), None);
    }
}
