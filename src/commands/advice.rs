//! What is said of a stream that may not do what its owner expects, and of what to do with it next.

use super::routes::add_command;
use super::session::Session;
use crate::domain::{Route, SenderId, Status, Stream};
use crate::service::Made;

const NO_ROUTE: &str = "Note: this stream has no route; its messages end in no_routes.";

/// Of a live stream that no route serves.
pub fn no_route(stream: &Stream, routes: &[Route]) -> Option<&'static str> {
    let is_closed = !stream.demo && stream.status != Status::Draft;
    (is_closed && Route::of(routes, &stream.id).is_none()).then_some(NO_ROUTE)
}

/// Of a default sender that handsets cannot answer.
pub fn on_replies(stream: &Stream) -> Option<String> {
    stream
        .default_sender
        .as_ref()
        .and_then(SenderId::reply_note)
}

/// All of it.
pub fn notes(stream: &Stream, routes: &[Route]) -> impl Iterator<Item = String> {
    let route = no_route(stream, routes).map(str::to_owned);
    on_replies(stream).into_iter().chain(route)
}

/// After a stream was made: a draft has a next step of its own, and a disabled one has none.
pub fn tell(session: &Session, made: &Made) {
    let Made { stream, routes, .. } = made;
    for note in notes(stream, routes) {
        session.terminal.note(&note);
    }
    if matches!(stream.status, Status::Ready | Status::Sending) {
        let next = match no_route(stream, routes) {
            Some(_) => add_command(session),
            None => send_command(session, made),
        };
        session.terminal.note(&format!("Next: {next}"));
    }
}

/// Where no Sender ID is there to send from, it comes first.
fn send_command(session: &Session, made: &Made) -> String {
    let Made { stream, sender, .. } = made;
    let name = stream.name.as_str();
    let Some(sender) = sender else {
        return session.paste(&["streams", "edit", name, "--add-sender", "12025550100"]);
    };
    let mut words = vec!["send", name];
    if stream.default_sender.is_none() {
        words.extend(["--sender", sender.as_str()]);
    }
    words.extend(["--to", "12025550143", "--text", "Hello"]);
    session.paste(&words)
}
