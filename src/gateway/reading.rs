//! Reading a body within limits of size and time.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::http::{HeaderMap, header};

use crate::api::{LARGEST_BODY, Refusal};

/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Debug, PartialEq)]
enum Fault {
    TooLarge,
    BrokenOff,
}

pub async fn whole(headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    let declared = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let read = async {
        if declared.is_some_and(|length| length > LARGEST_BODY as u64) {
            return Err(Fault::TooLarge);
        }
        collect(body, LARGEST_BODY).await
    };
    match tokio::time::timeout(BODY_TIMEOUT, read).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(Fault::TooLarge)) => Err(Refusal::TooLarge),
        Ok(Err(Fault::BrokenOff)) => Err(Refusal::BrokenOff),
        Err(_) => Err(Refusal::TooSlow(BODY_TIMEOUT.as_secs())),
    }
}

/// Most bodies arrive in one piece, which is not copied. The others get their room at once, of which
/// the system gives what is written to: room that grows takes more than the body, for a time.
async fn collect(mut body: Body, largest: usize) -> Result<Bytes, Fault> {
    let (mut first, mut all) = (Bytes::new(), Vec::new());
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        // Trailers say nothing that is needed.
        let Ok(data) = frame.map_err(|_| Fault::BrokenOff)?.into_data() else {
            continue;
        };
        if data.len() > largest - first.len().max(all.len()) {
            return Err(Fault::TooLarge);
        }
        if first.is_empty() && all.is_empty() {
            first = data;
            continue;
        }
        if all.is_empty() {
            all.reserve_exact(largest);
            // What it was read into is free again.
            all.extend_from_slice(&std::mem::take(&mut first));
        }
        all.extend_from_slice(&data);
    }
    Ok(if all.is_empty() { first } else { all.into() })
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::task::{Context, Poll};

    use hyper::body::Frame;

    use super::*;

    /// A body in these pieces; an error stands for a connection that breaks.
    struct Pieces(VecDeque<Result<&'static str, &'static str>>);

    impl hyper::body::Body for Pieces {
        type Data = Bytes;
        type Error = &'static str;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
            let next = self.0.pop_front();
            Poll::Ready(next.map(|piece| piece.map(|text| Frame::data(text.into()))))
        }
    }

    #[test]
    fn a_body_is_whole_too_large_or_broken_off() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let read = |pieces: &[Result<&'static str, &'static str>]| {
            let body = Body::new(Pieces(pieces.iter().copied().collect()));
            runtime.block_on(collect(body, 8))
        };
        let whole = |text: &'static str| Ok(Bytes::from(text));
        assert_eq!(read(&[]), whole(""));
        assert_eq!(read(&[Ok("12345678")]), whole("12345678"));
        assert_eq!(
            read(&[Ok("123"), Ok(""), Ok("45"), Ok("678")]),
            whole("12345678")
        );
        assert_eq!(read(&[Ok("123456789")]), Err(Fault::TooLarge));
        assert_eq!(
            read(&[Ok("1234"), Ok("5678"), Ok("9")]),
            Err(Fault::TooLarge)
        );
        // Whatever the error says, it is not the limit.
        let broken = [Ok("1234"), Err("length limit exceeded")];
        assert_eq!(read(&broken), Err(Fault::BrokenOff));
    }

    /// A byte now and then, as somebody sends who wants to stay.
    struct Trickle(tokio::time::Interval);

    impl hyper::body::Body for Trickle {
        type Data = Bytes;
        type Error = &'static str;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
            let tick = self.0.poll_tick(context);
            tick.map(|_| Some(Ok(Frame::data(Bytes::from_static(b" ")))))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_trickles_is_given_up_after_half_a_minute() {
        let begun = tokio::time::Instant::now();
        let trickle = Trickle(tokio::time::interval(Duration::from_secs(1)));
        let read = whole(&HeaderMap::new(), Body::new(trickle)).await;
        assert!(matches!(read, Err(Refusal::TooSlow(30))), "{read:?}");
        assert_eq!(begun.elapsed(), BODY_TIMEOUT);
    }
}
