//! Where requests begin and end in the bytes of a connection. The HTTP library drops a
//! Content-Length that stands beside a Transfer-Encoding before a service sees the request, and does
//! not say whether the rest of a body is still to come; both are known here.

use std::io::BufRead as _;

/// Longest line that is followed; the HTTP library refuses such a head as a whole.
const LONGEST_LINE: usize = 16 << 10;

#[derive(Debug, Default)]
pub(super) struct Framing {
    at: At,
    /// The beginning of a line whose end has not arrived.
    line: Vec<u8>,
    /// The first line of a head was seen.
    begun: bool,
    length: Option<u64>,
    chunked: bool,
    heads: u64,
    conflict: Option<u64>,
}

#[derive(Debug, Default, Clone, Copy)]
enum At {
    #[default]
    Head,
    /// Bytes of a body that are still to come.
    Body(u64),
    ChunkSize,
    /// Bytes of a chunk that are still to come, with its line end.
    Chunk(u64),
    Trailers,
    /// What came is no HTTP, and the HTTP library will end the connection.
    Lost,
}

impl Framing {
    pub(super) fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match self.at {
                At::Lost => return,
                At::Body(left) => {
                    let left = skip(&mut bytes, left);
                    self.at = if left == 0 { At::Head } else { At::Body(left) };
                }
                At::Chunk(left) => {
                    let left = skip(&mut bytes, left);
                    self.at = if left == 0 {
                        At::ChunkSize
                    } else {
                        At::Chunk(left)
                    };
                }
                At::Head | At::ChunkSize | At::Trailers => self.take_line(&mut bytes),
            }
        }
    }

    pub(super) fn heads(&self) -> u64 {
        self.heads
    }

    /// Which head, counted from 1, was the first with both a Content-Length and a Transfer-Encoding.
    pub(super) fn conflict(&self) -> Option<u64> {
        self.conflict
    }

    pub(super) fn inside_body(&self) -> bool {
        !matches!(self.at, At::Head)
    }

    /// Whether the last request is whole and nothing of the next has come.
    pub(super) fn is_at_rest(&self) -> bool {
        matches!(self.at, At::Head) && !self.begun && self.line.is_empty()
    }

    fn take_line(&mut self, bytes: &mut &[u8]) {
        let from = *bytes;
        // Reading from memory cannot fail.
        let length = bytes.skip_until(b'\n').unwrap_or(from.len());
        let piece = &from[..length];
        if piece.ends_with(b"\n") && self.line.is_empty() {
            return self.follow(piece);
        }
        if self.line.len() + length > LONGEST_LINE {
            self.at = At::Lost;
            return;
        }
        self.line.extend_from_slice(piece);
        if piece.ends_with(b"\n") {
            let line = std::mem::take(&mut self.line);
            self.follow(&line);
        }
    }

    fn follow(&mut self, line: &[u8]) {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        self.at = match self.at {
            At::ChunkSize => match chunk_size(line) {
                Some(0) => At::Trailers,
                Some(size) => At::Chunk(size.saturating_add(2)),
                None => At::Lost,
            },
            At::Trailers if line.is_empty() => At::Head,
            At::Head if !line.is_empty() => self.header(line),
            // Empty lines before a request are ignored.
            At::Head if self.begun => self.end_of_head(),
            at @ (At::Head | At::Body(_) | At::Chunk(_) | At::Trailers | At::Lost) => at,
        };
    }

    fn header(&mut self, line: &[u8]) -> At {
        if !self.begun {
            self.begun = true;
            return At::Head;
        }
        if is_named(line, b"content-length:") {
            let value = std::str::from_utf8(&line[b"content-length:".len()..]);
            let Some(length) = value.ok().and_then(|value| value.trim().parse().ok()) else {
                return At::Lost;
            };
            self.length = Some(length);
        } else if is_named(line, b"transfer-encoding:") {
            self.chunked = true;
        }
        At::Head
    }

    fn end_of_head(&mut self) -> At {
        self.begun = false;
        self.heads += 1;
        let length = self.length.take();
        if std::mem::take(&mut self.chunked) {
            if length.is_some() {
                self.conflict.get_or_insert(self.heads);
            }
            return At::ChunkSize;
        }
        match length {
            Some(length) if length > 0 => At::Body(length),
            _ => At::Head,
        }
    }
}

/// Leaves out up to `n` bytes; how many are still to be left out.
fn skip(bytes: &mut &[u8], n: u64) -> u64 {
    let here = usize::try_from(n).unwrap_or(usize::MAX).min(bytes.len());
    *bytes = &bytes[here..];
    n - here as u64
}

fn is_named(line: &[u8], name: &[u8]) -> bool {
    line.get(..name.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(name))
}

fn chunk_size(line: &[u8]) -> Option<u64> {
    let digits = line.split(|b| *b == b';').next()?;
    let digits = std::str::from_utf8(digits).ok()?.trim();
    // A sign would be taken as well.
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    u64::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
    const CHUNKED: &str = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\
        3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n";
    const BOTH: &str = "POST / HTTP/1.1\r\nTRANSFER-ENCODING: chunked\r\nX: y\r\n\
        content-length: 3\r\n\r\n0\r\n\r\n";

    /// The same bytes in pieces of each size.
    fn followed(text: &str) -> impl Iterator<Item = Framing> {
        (1..=text.len()).map(|size| {
            let mut framing = Framing::default();
            for piece in text.as_bytes().chunks(size) {
                framing.feed(piece);
            }
            framing
        })
    }

    #[test]
    fn whole_requests_leave_it_at_rest_however_they_are_cut() {
        let many = [PLAIN, CHUNKED, "\r\n", "GET / HTTP/1.0\n\n", PLAIN].concat();
        for framing in followed(&many) {
            assert!(framing.is_at_rest() && framing.conflict().is_none());
            assert_eq!(framing.heads(), 4);
        }
    }

    #[test]
    fn both_lengths_are_seen_in_either_order_also_behind_other_requests() {
        let turned = "POST / HTTP/1.1\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n";
        let second = [CHUNKED, BOTH].concat();
        for (text, head) in [(BOTH, 1), (turned, 1), (&second, 2)] {
            for framing in followed(text) {
                assert_eq!(framing.conflict(), Some(head), "{text:?}");
            }
        }
        // In a body they are text.
        let body = "POST / HTTP/1.1\r\nContent-Length: 54\r\n\r\n\n\
            Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1234";
        for framing in followed(body) {
            assert!(framing.conflict().is_none() && framing.is_at_rest());
        }
    }

    #[test]
    fn what_is_missing_is_known() {
        for (text, inside) in [
            ("P", false),
            ("POST / HTTP/1.1\r\nA: b\r\n", false),
            (&PLAIN[..PLAIN.len() - 1], true),
            (&CHUNKED[..CHUNKED.len() - 2], true),
            ("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", true),
            (
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\n",
                true,
            ),
        ] {
            for framing in followed(text) {
                assert!(!framing.is_at_rest(), "{text:?}");
                assert_eq!(framing.inside_body(), inside, "{text:?}");
            }
        }
    }

    #[test]
    fn an_endless_line_is_not_kept() {
        let mut framing = Framing::default();
        for _ in 0..1_000 {
            framing.feed(&[b'a'; 1_000]);
        }
        assert!(framing.line.capacity() <= 2 * LONGEST_LINE);
        assert!(framing.inside_body());
    }
}
