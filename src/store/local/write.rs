//! Both files, new: on disk before either takes its place.

use std::path::Path;
use std::thread;

use super::cache::read_text;
use super::damage::unwritten;
use super::document;
use super::home::Home;
use super::tokens::Tokens;
use crate::atomic::Staged;
use crate::store::StoreError;
use crate::store::change::{Pending, Run, SecretChanges};
use crate::store::secrets::before_key;

/// Writes what changed, under the lock.
///
/// A new token is on disk before the stream that it belongs to, beside the one that it replaces, and
/// an old one goes last: a crash in between leaves a token too many, never one too few.
pub(super) fn write(
    home: &Home,
    pending: &Pending<'_>,
    secrets: &SecretChanges,
) -> Result<(), StoreError> {
    if !pending.changed {
        // Only what the state file does not know of.
        commit(home.tokens_path(), stage_issued(home, secrets)?)?;
        return forget(home, pending, secrets);
    }
    let text = |run| match run {
        Run::Stored(place) => &pending.base_text()[place],
        Run::Changed(text) => text,
    };
    let streams = pending.runs().into_iter().map(text);
    let parts = document::write(&pending.senders, &pending.routes, streams);
    let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    // Both files are written and synced before either takes its place: a full disk is found while the
    // old files stand. The two syncs wait side by side.
    let (tokens, state) = thread::scope(|scope| {
        let tokens = scope.spawn(|| stage_issued(home, secrets));
        let state = stage(home.state_path(), &parts);
        (tokens.join(), state)
    });
    let tokens = match tokens {
        Ok(tokens) => tokens?,
        Err(panic) => std::panic::resume_unwind(panic),
    };
    let state = state?;
    commit(home.tokens_path(), tokens)?;
    commit(home.state_path(), Some(state))?;
    forget(home, pending, secrets)
}

/// The token file with what is new; `None` where nothing is.
fn stage_issued(home: &Home, secrets: &SecretChanges) -> Result<Option<Staged>, StoreError> {
    let SecretChanges {
        issued,
        webhook_secrets,
        routes,
        ..
    } = secrets;
    if issued.is_empty() && webhook_secrets.is_empty() && routes.is_empty() {
        return Ok(None);
    }
    let text = read_text(home.tokens_path()).1?;
    let before: Vec<_> = issued.iter().map(|(id, _)| before_key(id)).collect();
    let mut tokens = Tokens::parse(home.tokens_path(), &text)?;
    for ((id, token), before) in issued.iter().zip(&before) {
        tokens.insert(id, before, token);
    }
    let mut changed = !issued.is_empty() || !routes.is_empty();
    for (id, secret) in webhook_secrets {
        changed |= tokens.keep_webhook_secret(id, secret);
    }
    for (name, own) in routes {
        tokens.insert_route(name, own);
    }
    if !changed {
        return Ok(None);
    }
    stage(home.tokens_path(), &[&tokens.to_text()]).map(Some)
}

/// The token file without what is over: revoked tokens, replaced ones, and orphans where asked for.
fn forget(home: &Home, pending: &Pending<'_>, secrets: &SecretChanges) -> Result<(), StoreError> {
    let SecretChanges {
        issued,
        revoked,
        revoked_routes,
        replaces,
        orphans,
        ..
    } = secrets;
    if revoked.is_empty() && revoked_routes.is_empty() && !replaces && !orphans {
        return Ok(());
    }
    let text = read_text(home.tokens_path()).1?;
    let mut tokens = Tokens::parse(home.tokens_path(), &text)?;
    let revoked = revoked.iter().map(ToString::to_string);
    let replaced = issued.iter().map(|(id, _)| before_key(id));
    let mut over: Vec<String> = revoked.chain(replaced).collect();
    if *orphans {
        let lost = tokens.keys().filter(|key| !pending.has(key));
        over.extend(lost.map(str::to_owned));
    }
    let gone = over.iter().filter(|key| tokens.remove(key)).count();
    let routes = revoked_routes.iter();
    let gone = gone + routes.filter(|name| tokens.remove_route(name)).count();
    if gone > 0 {
        let staged = stage(home.tokens_path(), &[&tokens.to_text()])?;
        commit(home.tokens_path(), Some(staged))?;
    }
    Ok(())
}

fn stage(path: &Path, parts: &[&str]) -> Result<Staged, StoreError> {
    Staged::write(path, parts).map_err(|error| unwritten(path, &error))
}

fn commit(path: &Path, staged: Option<Staged>) -> Result<(), StoreError> {
    staged
        .map_or(Ok(()), Staged::commit)
        .map_err(|error| unwritten(path, &error))
}
