//! Names, allow lists and routes of pulled streams.

use proptest::prelude::*;

use super::draft::{draft, names};
use super::routes::plan;
use super::*;
use crate::api::HostedStream;
use crate::domain::{AccountSettings, Span};
use crate::store::SecretTexts;

fn hosted(id: &str, name: &str) -> HostedStream {
    HostedStream {
        id: id.to_owned(),
        uid: None,
        name: name.to_owned(),
        description: String::new(),
        kind: None,
        allowed_ips: Vec::new(),
        state: None,
        tags: Vec::new(),
    }
}

fn pulled(id: &str, name: &str, token: &str) -> PulledStream {
    PulledStream {
        remote_id: id.to_owned(),
        draft: draft(&hosted(id, name), name).unwrap(),
        is_disabled: false,
        token: token.parse().unwrap(),
    }
}

const STREAM: &str = "st_000000000001";

fn url(text: &str) -> GatewayUrl {
    text.parse().unwrap()
}

fn route(name: &str, base: &str, streams: &[&str]) -> Route {
    Route {
        streams: streams.iter().map(|id| id.parse().unwrap()).collect(),
        ..Route::new(
            name.parse().unwrap(),
            Way::streams_api(url(base)),
            Timestamp::UNIX_EPOCH,
        )
    }
}

/// A route whose account is read, for every stream, with the token `main-token`.
fn source() -> Source {
    let mut own = route("main", "https://a.example.com", &[]);
    let account = AccountSettings {
        url: url("https://b.example.com"),
        poll: "9s".parse::<Span>().unwrap(),
        stream: None,
    };
    if let Way::StreamsApi { account: place, .. } = &mut own.way {
        *place = Some(account);
    }
    own.daily_limit = std::num::NonZeroU32::new(5);
    Source {
        base_url: url("https://a.example.com"),
        account_url: url("https://b.example.com"),
        account_key: "key".parse().unwrap(),
        route: own,
    }
}

/// What becomes of the routes; tokens by name of route.
fn planned(routes: &[Route], tokens: &[(&str, &str)], stream: &PulledStream) -> Vec<String> {
    let mut all = vec![source().route];
    all.extend_from_slice(routes);
    let mut texts = SecretTexts {
        routes: vec![("main", "main-token")],
        account_keys: vec![("main", "key")],
        ..SecretTexts::default()
    };
    texts.routes.extend_from_slice(tokens);
    let secrets = Secrets::new(texts);
    let id: StreamId = STREAM.parse().unwrap();
    let pulled = [(stream, Some(&id))];
    let changes = plan(&all, &secrets, &source(), &pulled, Timestamp::UNIX_EPOCH);
    let line = |change: &RouteChange| {
        let what = match &change.new_for {
            Some(name) => format!("new for {name}"),
            None => change.what.join(", "),
        };
        format!("{}: {what}", change.route.name)
    };
    changes.iter().map(line).collect()
}

#[test]
fn a_route_is_kept_changed_or_added_by_what_it_serves() {
    let stream = pulled("7", "OTP", "t7");
    let base = "https://a.example.com";
    let none: [&str; 0] = [];
    // One for all has another token.
    assert_eq!(planned(&[], &[], &stream), ["otp: new for OTP"]);
    // One for all has this token: the account's stream is told by it.
    let main = pulled("7", "OTP", "main-token");
    assert_eq!(planned(&[], &[], &main), none);
    // Another route has the name.
    let taken = route("OTP", base, &["st_000000000002"]);
    let lines = planned(&[taken], &[("otp", "x")], &stream);
    assert_eq!(lines, ["otp-2: new for OTP"]);
    // One that serves it alone.
    let alone = route("mine", base, &[STREAM]);
    let lines = planned(&[alone], &[("mine", "old")], &stream);
    assert_eq!(lines, ["mine: token, account key, account"]);
    // One that serves others as well.
    let shared = route("both", base, &[STREAM, "st_000000000002"]);
    let lines = planned(&[shared], &[("both", "old")], &stream);
    assert_eq!(lines, ["both: streams", "otp: new for OTP"]);
    // Another carrier, chosen by hand.
    let other = route("other", "https://c.example.com", &[STREAM]);
    assert_eq!(planned(&[other], &[("other", "x")], &stream), none);
}

#[test]
fn a_new_route_has_the_limits_of_the_one_that_it_comes_from() {
    let stream = pulled("7", "OTP", "t7");
    let secrets = Secrets::new(SecretTexts {
        routes: vec![("main", "main-token")],
        ..SecretTexts::default()
    });
    let routes = [source().route];
    let changes = plan(
        &routes,
        &secrets,
        &source(),
        &[(&stream, None)],
        Timestamp::UNIX_EPOCH,
    );
    let new = &changes[0];
    assert_eq!(new.route.daily_limit, source().route.daily_limit);
    let account = new.route.way.account().unwrap();
    assert_eq!(account.stream.as_deref(), Some("7"));
    assert_eq!(account.poll.to_string(), "9s");
    assert_eq!(new.secrets.token.as_ref().unwrap().expose(), "t7");
}

#[test]
fn names_are_told_apart_and_fit() {
    let long = "x".repeat(300);
    let streams = [
        hosted("1", "OTP"),
        hosted("2", "otp"),
        hosted("3", "  two\nlines "),
        hosted("4", &long),
        hosted("5", &long),
    ];
    let names = names(&streams);
    assert_eq!(names[..3], ["OTP (1)", "otp (2)", "two lines"]);
    assert!(names[3].ends_with(" (4)") && names[4].ends_with(" (5)"));
    assert!(names.iter().all(|name| name.chars().count() <= 100));
}

#[test]
fn an_allow_list_is_taken_over_whole_or_not_at_all() {
    let with = |ips: &[&str]| HostedStream {
        allowed_ips: ips.iter().map(|ip| (*ip).to_owned()).collect(),
        ..hosted("1", "OTP")
    };
    let good = draft(&with(&["192.0.2.1", "198.51.100.0/24"]), "OTP").unwrap();
    assert_eq!(good.allowed_ips.unwrap().len(), 2);
    assert!(draft(&with(&["192.0.2.1", "*"]), "OTP").is_err());
}

proptest! {
    #[test]
    fn any_stream_makes_a_draft_or_a_reason(
        name in any::<String>(), id in any::<String>(), tag in any::<String>(), about in any::<String>(),
    ) {
        let stream = HostedStream {
            tags: vec![tag],
            description: about,
            ..hosted(&id, &name)
        };
        let names = names(&[stream.clone(), stream.clone()]);
        for name in &names {
            if let Ok(draft) = draft(&stream, name) {
                prop_assert!(draft.missing().next().is_none());
            }
        }
        prop_assert!(route_name(&name, |_| false).is_some());
    }
}
