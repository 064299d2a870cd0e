//! A browser on the same machine is no friend: a page from elsewhere must not reach a gateway that
//! listens on loopback, neither by a foreign name that resolves to it nor by a script.

use axum::http::{HeaderMap, header};

/// Why a request is refused that a browser may have been tricked into, if so. `local` says that
/// the gateway listens on loopback and the request came from this machine directly.
pub fn refusal(headers: &HeaderMap, local: bool) -> Option<&'static str> {
    if headers.contains_key(header::ORIGIN) {
        return Some("requests from web pages are refused: this one has an Origin");
    }
    let host = headers.get(header::HOST).map(|host| host.to_str());
    match host {
        Some(Ok(host)) if !local || is_here(host) => None,
        None if !local => None,
        _ => Some("the Host is not this machine: use 127.0.0.1, [::1], or localhost"),
    }
}

pub(super) fn is_here(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(name);
    name.eq_ignore_ascii_case("localhost")
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

pub fn is_json(headers: &HeaderMap) -> bool {
    let declared = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let kind = declared.split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_s_loopback_are_here() {
        for here in [
            "localhost",
            "LOCALHOST:4680",
            "127.0.0.1:1",
            "127.9.9.9",
            "[::1]:4680",
            "[::1]",
        ] {
            assert!(is_here(here), "{here}");
        }
        for foreign in [
            "",
            "example.com",
            "example.com:4680",
            "127.0.0.1.example.com",
            "localhost.example.com",
            "192.0.2.1",
            "0.0.0.0:4680",
            "[2001:db8::1]:1",
            "127.0.0.1:80:80",
            "127.1",
        ] {
            assert!(!is_here(foreign), "{foreign}");
        }
    }
}
