//! What a session is told.

use tokio::io::{AsyncRead, AsyncWrite};

use super::deliver::deliver_sm;
use super::session::{Ended, Session};
use crate::api::Refusal;
use crate::smpp::Body;

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Tells what waits, as far as the peer answers.
    pub(super) async fn tell(&mut self) -> Result<(), Ended> {
        let Some(bound) = &mut self.bound else {
            return Ok(());
        };
        let room = bound.told.room();
        if !bound.more || room == 0 {
            return Ok(());
        }
        match bound.credentials.admit(&self.smpp).await {
            Ok(_) => {}
            Err(Refusal::InvalidToken(_) | Refusal::NotAllowed) => {
                self.request(Body::Unbind);
                return Err(Ended::Done);
            }
            Err(_) => {
                bound.told.pause();
                return Ok(());
            }
        }
        let context = &self.smpp.context;
        let taken = match self.smpp.notices.take(&bound.told.stream, room).await {
            Ok(taken) => taken,
            Err(error) => {
                context.unavailable(error);
                bound.told.pause();
                return Ok(());
            }
        };
        bound.more = !taken.is_empty();
        let now = context.store.now();
        for (notice, message) in taken {
            let body = Body::DeliverSm(Box::new(deliver_sm(notice, &message, now)));
            let sequence = self.request(body);
            if let Some(bound) = &mut self.bound {
                bound.told.add(sequence, notice);
            }
        }
        Ok(())
    }
}
