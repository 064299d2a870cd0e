//! The bytes of a session: what has come and is not taken yet, and what is to leave.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::smpp::{Pdu, frame};

/// How long a peer may take nothing of what is written.
const BLOCKED: Duration = Duration::from_secs(10);

/// How long a peer may go on writing after the end.
const LINGER: Duration = Duration::from_secs(1);

/// Room for what is read at first; a busy session has more.
const LITTLE: usize = 2 * 1024;

#[derive(Debug)]
pub(super) struct Wire<S> {
    stream: S,
    pub(super) input: Vec<u8>,
    output: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream,
            input: Vec::new(),
            output: Vec::new(),
        }
    }

    /// Appends to the input; `false` at the end. Nothing is lost when it is dropped.
    pub(super) async fn read(&mut self) -> io::Result<bool> {
        self.input.reserve(LITTLE);
        let read = self.stream.read_buf(&mut self.input).await?;
        // There may be more: the next time all of it is read at once.
        let room = self.input.capacity();
        if self.input.len() == room && room < frame::LARGEST {
            self.input.reserve(room);
        }
        Ok(read > 0)
    }

    /// Gives the room of a busy session back.
    pub(super) fn is_idle(&mut self) {
        self.input.shrink_to(LITTLE);
        self.output.shrink_to(LITTLE);
    }

    pub(super) fn push(&mut self, pdu: &Pdu) {
        pdu.encode_into(&mut self.output);
    }

    pub(super) async fn flush(&mut self) -> io::Result<()> {
        let mut written = 0;
        while written < self.output.len() {
            let write = self.stream.write(&self.output[written..]);
            written += match timeout(BLOCKED, write).await?? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                n => n,
            };
        }
        if written > 0 {
            self.output.clear();
            timeout(BLOCKED, self.stream.flush()).await??;
        }
        Ok(())
    }

    /// Says that nothing more will be written, and drops what the peer still writes until it has
    /// heard that: else the system would answer it with a reset, and what was written would be lost.
    pub(super) async fn close(mut self) {
        let closed = async {
            self.flush().await?;
            self.stream.shutdown().await?;
            while self.read().await? {
                self.input.clear();
            }
            io::Result::Ok(())
        };
        let _ = timeout(LINGER, closed).await;
    }
}
