//! Calls of a Streams API: the one place that reads what it answers.

use std::time::Duration;

use super::{Answer, Client, Limits, Unanswered};
use crate::api::{
    AnswerError, Example, HeaderValue, HttpRequest, SendBody, SendReport, StatusBody, StatusReport,
    read_send, read_status, send_request, status_request,
};
use crate::domain::GatewayUrl;

#[derive(Debug, thiserror::Error)]
pub enum CallError {
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    #[error("{answer}")]
    NoAnswer {
        answer: AnswerError,
        retry_after: Option<Duration>,
    },
}

impl CallError {
    pub fn may_have_been_taken(&self) -> bool {
        match self {
            Self::Unanswered(error) => error.was_sent(),
            Self::NoAnswer { answer, .. } => answer.may_have_been_taken(),
        }
    }

    /// Whether a later call may fare better, and the pause that was asked for: there was no
    /// connection, or the API is busy (429, 503).
    pub fn try_later(&self) -> Option<Option<Duration>> {
        match self {
            Self::Unanswered(Unanswered::NotConnected { .. }) => Some(None),
            Self::NoAnswer {
                answer,
                retry_after,
            } if answer.is_busy() => Some(*retry_after),
            Self::Unanswered(_) | Self::NoAnswer { .. } => None,
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Probe {
    pub status: u16,
    pub elapsed: Duration,
}

#[derive(Debug)]
pub struct StreamsApi {
    url: GatewayUrl,
    client: Client,
}

impl StreamsApi {
    pub fn new(url: GatewayUrl) -> Self {
        Self {
            url,
            client: Client::new(Limits::API),
        }
    }

    pub fn url(&self) -> &GatewayUrl {
        &self.url
    }

    /// Returns the reports, and how many messages had been accepted before.
    pub async fn send(
        &self,
        token: HeaderValue,
        body: &SendBody,
    ) -> Result<(Vec<SendReport>, usize), CallError> {
        let answer = self.call(&send_request(&self.url, token, body)).await?;
        let reports = read_send(answer.status, &answer.body);
        let reports = reports.map_err(|error| no_answer(error, &answer))?;
        Ok((reports, answer.repeated))
    }

    /// At most [`crate::api::MOST_MESSAGES`] messages.
    pub async fn status(
        &self,
        token: HeaderValue,
        message_uuids: Vec<String>,
    ) -> Result<Vec<StatusReport>, CallError> {
        let request = status_request(&self.url, token, &StatusBody { message_uuids });
        let answer = self.call(&request).await?;
        read_status(answer.status, &answer.body).map_err(|error| no_answer(error, &answer))
    }

    /// Asks for the status of a message that there is not: an API that takes the token says so, and
    /// nothing is sent.
    pub async fn probe(&self, token: HeaderValue) -> Result<Probe, CallError> {
        let answer = self
            .call(&status_request(&self.url, token, &Example::status()))
            .await?;
        let probe = Probe {
            status: answer.status,
            elapsed: answer.elapsed,
        };
        match read_status(answer.status, &answer.body) {
            Ok(_) => Ok(probe),
            // What the status answer looks like is not public: success is enough.
            Err(AnswerError::Unreadable { .. }) if (200..300).contains(&answer.status) => Ok(probe),
            Err(error) => Err(no_answer(error, &answer)),
        }
    }

    /// A cut answer is an error.
    async fn call(&self, request: &HttpRequest) -> Result<Answer, CallError> {
        let answer = self.client.execute(request).await?;
        if answer.cut {
            let error = AnswerError::Unreadable {
                status: answer.status,
                message: "the response is too long".to_owned(),
            };
            return Err(no_answer(error, &answer));
        }
        Ok(answer)
    }
}

pub(super) fn no_answer(error: AnswerError, answer: &Answer) -> CallError {
    CallError::NoAnswer {
        answer: error,
        retry_after: answer.retry_after,
    }
}
