//! A client's socket that notes what passes: whether writing goes on, and where requests end.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::activity::Activity;
use super::framing::Framing;

#[derive(Debug)]
pub(super) struct ClientSocket {
    stream: TcpStream,
    activity: Arc<Activity>,
    framing: Framing,
    blocked: bool,
    /// The client has closed its side, or the connection is broken.
    ended: bool,
}

impl ClientSocket {
    pub(super) fn new(stream: TcpStream, activity: Arc<Activity>) -> Self {
        Self {
            stream,
            activity,
            framing: Framing::default(),
            blocked: false,
            ended: false,
        }
    }

    /// The socket, if the client may still be writing what nobody is going to read.
    pub(super) fn unread(self) -> Option<TcpStream> {
        (!self.ended && !self.framing.is_at_rest()).then_some(self.stream)
    }

    fn note_write(&mut self, written: &Poll<io::Result<usize>>) {
        match written {
            Poll::Pending if !self.blocked => {
                self.blocked = true;
                self.activity.write_blocks();
            }
            Poll::Ready(Ok(_)) if self.blocked => {
                self.blocked = false;
                self.activity.write_goes_on();
            }
            Poll::Ready(Err(_)) => self.ended = true,
            Poll::Pending | Poll::Ready(Ok(_)) => {}
        }
    }
}

impl AsyncRead for ClientSocket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let this = &mut *self;
        let read = Pin::new(&mut this.stream).poll_read(cx, buf);
        if let Poll::Ready(outcome) = &read {
            let new = &buf.filled()[before..];
            this.ended |= outcome.is_err() || new.is_empty();
            this.framing.feed(new);
            this.activity.has_read(&this.framing);
        }
        read
    }
}

impl AsyncWrite for ClientSocket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.note_write(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.note_write(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
