//! What is sent to the SMSC.

use std::sync::atomic::Ordering;

use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use super::{Request, Session};
use crate::carrier::smpp::wire::broke;
use crate::smpp::{Body, Pdu};

/// PDUs that are written at one time.
const BATCH: usize = 64;

impl Session<'_> {
    /// Until the connection ends; why it did.
    pub(super) async fn write<W: AsyncWrite + Unpin>(
        &self,
        mut writer: W,
        requests: &mut mpsc::UnboundedReceiver<Request>,
        mut responses: mpsc::UnboundedReceiver<Pdu>,
    ) -> String {
        let limit = self.common.timing.answer;
        let (mut octets, mut pdus, mut parts) = (Vec::new(), Vec::new(), Vec::new());
        // Closed while it stops: then there are responses alone.
        let mut is_open = true;
        loop {
            let sends = is_open && !self.is_leaving.load(Ordering::Relaxed);
            tokio::select! {
                biased;
                _ = responses.recv_many(&mut pdus, BATCH) => {}
                n = requests.recv_many(&mut parts, BATCH), if sends => is_open = n > 0,
            }
            octets.clear();
            for pdu in pdus.drain(..) {
                pdu.encode_into(&mut octets);
            }
            let until = Instant::now() + limit;
            for request in parts.drain(..) {
                let sequence = self.next_sequence();
                let part = self.pending.add(sequence, request, until);
                let body = Body::SubmitSm(Box::new(part));
                Pdu::request(sequence, body).encode_into(&mut octets);
            }
            let write = async {
                writer.write_all(&octets).await?;
                writer.flush().await
            };
            match timeout(limit, write).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return broke(&error),
                Err(_) => return format!("took nothing for {} s", limit.as_secs()),
            }
        }
    }
}
