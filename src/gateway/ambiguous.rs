//! Requests that two programs may read in two ways, so that what a proxy has checked is not what is
//! served.

use axum::http::{HeaderMap, HeaderName, Request, header};

use super::browser::is_here;

/// Why a request has no single meaning, if so. `conflict` says that it had both lengths, `local` that
/// only names of this machine are its own.
pub(super) fn refusal<B>(
    request: &Request<B>,
    conflict: bool,
    local: bool,
) -> Option<&'static str> {
    let headers = request.headers();
    if conflict {
        return Some("Content-Length and Transfer-Encoding are mutually exclusive: send only one");
    }
    if is_repeated(headers, &header::HOST) {
        return Some("there is more than one Host header: send one");
    }
    if is_repeated(headers, &header::AUTHORIZATION) {
        return Some("there is more than one Authorization header: send one");
    }
    let authority = request.uri().authority()?.as_str();
    let host = headers.get(header::HOST);
    let same = host.is_none_or(|host| host.as_bytes().eq_ignore_ascii_case(authority.as_bytes()));
    (!same || (local && !is_here(authority)))
        .then_some("the URI names another host: send the path alone, as in POST /simple_send/")
}

fn is_repeated(headers: &HeaderMap, name: &HeaderName) -> bool {
    headers.get_all(name).iter().nth(1).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(uri: &str, headers: &[(&str, &str)], local: bool) -> bool {
        let mut request = Request::post(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        refusal(&request.body(()).unwrap(), false, local).is_some()
    }

    #[test]
    fn headers_that_decide_something_come_once() {
        let host = ("host", "127.0.0.1");
        assert!(!refused("/", &[host, ("authorization", "a")], true));
        assert!(refused("/", &[host, host], true));
        assert!(refused("/", &[host, ("host", "example.com")], false));
        let two = [host, ("authorization", "a"), ("authorization", "b")];
        assert!(refused("/", &two, true));
        assert!(!refused(
            "/",
            &[host, ("accept", "a"), ("accept", "b")],
            true
        ));
        let plain = Request::post("/").body(()).unwrap();
        assert!(refusal(&plain, true, false).is_some());
    }

    #[test]
    fn a_host_in_the_uri_is_the_host() {
        let cases = [
            ("http://127.0.0.1:4680/", "127.0.0.1:4680", true, false),
            ("http://LOCALHOST/", "localhost", true, false),
            ("http://example.com/", "127.0.0.1:4680", true, true),
            ("http://example.com/", "127.0.0.1:4680", false, true),
            ("http://127.0.0.1@example.com/", "127.0.0.1", true, true),
            ("http://127.0.0.1/", "example.com", false, true),
            ("http://example.com/", "example.com", true, true),
            ("http://example.com/", "example.com", false, false),
        ];
        for (uri, host, local, expected) in cases {
            assert_eq!(
                refused(uri, &[("host", host)], local),
                expected,
                "{uri} {host}"
            );
        }
        assert!(!refused("http://example.com/", &[], false));
        assert!(refused("http://example.com/", &[], true));
    }
}
