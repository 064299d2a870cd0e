//! `textpeak account pull`

use serde_json::{Value, json};

use super::plan::{confirm, plan_json};
use super::session::{Session, ask, block_on, now, randomness};
use crate::api::AnswerError;
use crate::cli::PullArgs;
use crate::client::{AccountApi, CallError};
use crate::domain::{Route, escape, quote};
use crate::error::{Code, Failure};
use crate::render::{Also, plan_with};
use crate::service::{
    self, FetchError, Hosted, PullPlan, RouteChange, Selection, Skipped, Source, find_route,
    plan_pull,
};
use crate::store::{Catalogue, Secrets};

/// Names that a hint has room for.
const NAMED: usize = 5;

pub fn pull(session: &Session, args: &PullArgs) -> anyhow::Result<Code> {
    let terminal = session.terminal;
    let (catalogue, secrets) = (session.catalogue()?, session.secrets()?);
    let source = source(session, &catalogue, &secrets, args.route.as_deref())?;
    let selection = if args.all {
        Selection::All
    } else {
        Selection::These(&args.streams)
    };
    let api = AccountApi::new(
        source.account_url.clone(),
        source.account_key.clone(),
        Vec::new(),
    );
    let fetched = block_on(async { Ok(service::fetch(&api, selection).await) })?;
    let hosted = fetched.map_err(|error| not_fetched(session, &source, error))?;
    let plan = plan_pull(&catalogue, &secrets, &source, &hosted, now())?;
    say_what_is_left_out(session, &hosted, &plan);
    let shown = shown(&plan);
    if args.dry_run {
        if terminal.json() {
            terminal.answer_json(&pull_json(&plan, &hosted))?;
        } else {
            terminal.answer(&shown)?;
        }
        return Ok(if plan.is_empty() {
            Code::Done
        } else {
            Code::Changes
        });
    }
    let done = if plan.is_empty() {
        plan
    } else {
        apply(session, args, (&source, &hosted), &shown)?
    };
    if terminal.json() {
        terminal.answer_json(&pull_json(&done, &hosted))?;
    } else if done.is_empty() {
        terminal.note("Nothing to do. The streams already match the account.");
    } else if args.yes {
        terminal.note(&self::shown(&done));
    }
    Ok(Code::Done)
}

/// What was agreed to is what is done; what it was.
fn apply(
    session: &Session,
    args: &PullArgs,
    from: (&Source, &Hosted),
    agreed_to: &str,
) -> anyhow::Result<PullPlan> {
    if !args.yes {
        let look = session.paste(&["account", "pull", "--all", "--dry-run"]);
        confirm(session, agreed_to, &look)?;
    }
    let mut random = randomness()?;
    let agreed = |plan: &PullPlan| args.yes || shown(plan) == agreed_to;
    let pulling = service::pull(&*session.store, &session.clock, &mut random, from, &agreed);
    Ok(ask(pulling)?)
}

/// The route that was named, or the only one with an account.
fn source(
    session: &Session,
    catalogue: &Catalogue,
    secrets: &Secrets,
    name: Option<&str>,
) -> anyhow::Result<Source> {
    let of = |route: &Route| Source::of(route, &secrets.of_route(&route.name)?);
    let add_key =
        |route: &str| session.paste(&["routes", "edit", route, "--account-key-file", "FILE"]);
    if let Some(name) = name {
        let route = find_route(catalogue, name)?;
        return Ok(of(route).ok_or_else(|| {
            Failure::usage(format_args!("route {} has no account key", route.name))
                .hint(add_key(route.name.as_str()))
        })?);
    }
    let mut sources: Vec<Source> = catalogue.routes().iter().filter_map(of).collect();
    // Routes of streams that were pulled before read the same account.
    sources.dedup_by(|one, other| {
        one.account_key == other.account_key
            && one.account_url == other.account_url
            && one.base_url == other.base_url
    });
    match sources.len() {
        1 => Ok(sources.remove(0)),
        0 => {
            let route = catalogue.routes().first();
            let hint = match route.map(|route| route.name.as_str()) {
                Some(route) => add_key(route),
                None => session.paste(&[
                    "routes",
                    "add",
                    "--token-file",
                    "FILE",
                    "--account-key-file",
                    "FILE",
                ]),
            };
            Err(Failure::not_found("no route has an account key")
                .hint(hint)
                .into())
        }
        _ => {
            let names: Vec<_> = sources.iter().map(|one| one.route.name.as_str()).collect();
            Err(Failure::usage(format_args!(
                "several routes have an account key: {}",
                names.join(", ")
            ))
            .hint(session.paste(&["account", "pull", "--route", names[0], "--all"]))
            .into())
        }
    }
}

fn not_fetched(session: &Session, source: &Source, error: FetchError) -> Failure {
    let url = &source.account_url;
    let name = source.route.name.as_str();
    match error {
        FetchError::Call(CallError::Unanswered(error)) => {
            Failure::new(Code::Unreachable, error).hint("check the address and the network")
        }
        FetchError::Call(CallError::NoAnswer { answer, .. }) => {
            let failure = Failure::new(
                Code::Refused,
                escape(&format!("{url} refused the request: {answer}")),
            );
            match answer {
                AnswerError::Refused {
                    status: 401 | 403, ..
                } => failure.hint(session.paste(&[
                    "routes",
                    "edit",
                    name,
                    "--account-key-file",
                    "FILE",
                ])),
                AnswerError::Refused { .. } | AnswerError::Unreadable { .. } => {
                    failure.hint("check the account URL, or try again later")
                }
            }
        }
        FetchError::NoStream { ref names, .. } => {
            let some: Vec<_> = names.iter().take(NAMED).map(|name| quote(name)).collect();
            let more = if names.len() > NAMED { ", …" } else { "" };
            let hint = if names.is_empty() {
                "it has no streams".to_owned()
            } else {
                format!("it has {}{more}", some.join(", "))
            };
            Failure::not_found(&error).hint(hint)
        }
        FetchError::Unusable(_) => Failure::failed(escape(&error.to_string())),
    }
}

fn say_what_is_left_out(session: &Session, hosted: &Hosted, plan: &PullPlan) {
    for Skipped { name, why } in hosted.skipped.iter().chain(&plan.skipped) {
        let why = why.trim_end_matches('.');
        session
            .terminal
            .note(&format!("Skipped {}: {}.", quote(name), escape(why)));
    }
    let unreadable = match hosted.unreadable {
        0 => return,
        1 => "1 entry of the account can't be read.".to_owned(),
        n => format!("{n} entries of the account can't be read."),
    };
    session.terminal.note(&unreadable);
}

fn shown(plan: &PullPlan) -> String {
    let route = |change: &RouteChange| {
        let name = &change.route.name;
        match &change.new_for {
            Some(stream) => Also {
                is_new: true,
                verb: "create route",
                what: format!("{name} for {}", quote(stream)),
            },
            None => Also {
                is_new: false,
                verb: "change route",
                what: format!("{name}: {}", change.what.join(", ")),
            },
        }
    };
    let sender = |id: &crate::domain::SenderId| Also {
        is_new: true,
        verb: "add Sender ID",
        what: id.to_string(),
    };
    let also: Vec<Also> = plan
        .routes
        .iter()
        .map(route)
        .chain(plan.senders.iter().map(sender))
        .collect();
    plan_with(&plan.streams, &also)
}

fn pull_json(plan: &PullPlan, hosted: &Hosted) -> Value {
    let skipped = |one: &Skipped| json!({ "name": one.name, "reason": one.why });
    let new = |change: &RouteChange| {
        let stream = change.new_for.as_ref()?;
        Some(json!({ "name": change.route.name, "stream": stream }))
    };
    let changed = |change: &RouteChange| {
        let is_new = change.new_for.is_some();
        (!is_new).then(|| json!({ "name": change.route.name, "changes": change.what }))
    };
    let mut answer = plan_json(&plan.streams);
    answer["routes"] = json!({
        "create": plan.routes.iter().filter_map(new).collect::<Vec<_>>(),
        "change": plan.routes.iter().filter_map(changed).collect::<Vec<_>>(),
    });
    answer["senders"] = json!(plan.senders);
    let all = hosted.skipped.iter().chain(&plan.skipped);
    answer["skipped"] = all.map(skipped).collect();
    answer["unreadable"] = json!(hosted.unreadable);
    answer
}
