//! PDUs out of the bytes of a connection.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::smpp::{Pdu, Unreadable, frame};

/// Octets that are read at one time.
const CHUNK: usize = 16 * 1024;

pub struct PduReader<R> {
    from: R,
    buffer: Vec<u8>,
    /// Octets of the buffer that were PDUs already.
    taken: usize,
}

impl<R: AsyncRead + Unpin> PduReader<R> {
    pub fn new(from: R) -> Self {
        Self {
            from,
            buffer: Vec::new(),
            taken: 0,
        }
    }

    /// The next PDU, or one whose frame is whole and whose body cannot be read. An error is the end
    /// of the connection. Nothing is lost where this is not awaited to its end.
    pub async fn next(&mut self) -> Result<Result<Pdu, Unreadable>, String> {
        loop {
            let rest = &self.buffer[self.taken..];
            let first = frame::first(rest).map_err(|error| format!("sent {error}"))?;
            if let Some((frame, _)) = first {
                let pdu = Pdu::decode(frame);
                self.taken += frame.len();
                return Ok(pdu);
            }
            self.buffer.drain(..self.taken);
            self.taken = 0;
            self.buffer.reserve(CHUNK);
            match self.from.read_buf(&mut self.buffer).await {
                Ok(0) => return Err("closed the connection".to_owned()),
                Ok(_) => {}
                Err(error) => return Err(broke(&error)),
            }
        }
    }
}

pub fn broke(error: &io::Error) -> String {
    format!("closed the connection: {error}")
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;

    use super::*;
    use crate::smpp::Body;

    #[tokio::test]
    async fn pdus_come_out_whole_however_their_octets_come() {
        let (mut near, far) = tokio::io::duplex(7);
        let mut sent = Vec::new();
        for sequence in 1..=3 {
            Pdu::request(sequence, Body::EnquireLink).encode_into(&mut sent);
        }
        sent.extend([0, 0, 0, 16, 1]);
        let write = async move {
            near.write_all(&sent).await.unwrap();
            drop(near);
        };
        let read = async {
            let mut reader = PduReader::new(far);
            for sequence in 1..=3 {
                assert_eq!(reader.next().await.unwrap().unwrap().sequence, sequence);
            }
            assert_eq!(reader.next().await.unwrap_err(), "closed the connection");
        };
        tokio::join!(write, read);
    }

    #[tokio::test]
    async fn a_length_that_cannot_be_ends_it() {
        let mut reader = PduReader::new(&b"\xff\xff\xff\xff\0\0\0\x15"[..]);
        let why = reader.next().await.unwrap_err();
        assert!(why.contains("4294967295"), "{why}");
    }
}
