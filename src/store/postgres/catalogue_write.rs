//! What a change makes of the tables of the catalogue, and of its secrets.

use deadpool_postgres::Transaction;

use super::digests;
use super::fault::Fault;
use super::statement::{row, run};
use crate::domain::{Route, RouteName, RouteSecrets, SenderId, StreamId, WebhookSecret, name_key};
use crate::store::Catalogue;
use crate::store::change::{Pending, SecretChanges};

/// Whether anything was written.
pub(super) async fn write(
    tx: &Transaction<'_>,
    base: &Catalogue,
    pending: &Pending<'_>,
    secrets: &SecretChanges,
) -> Result<bool, Fault> {
    if pending.changed {
        write_streams(tx, pending).await?;
        write_senders(tx, base.senders(), &pending.senders).await?;
        write_routes(tx, &pending.routes).await?;
    }
    Ok(write_secrets(tx, secrets).await? || pending.changed)
}

async fn write_streams(tx: &Transaction<'_>, pending: &Pending<'_>) -> Result<(), Fault> {
    let gone = pending.deleted();
    if !gone.is_empty() {
        run(tx, "DELETE FROM stream WHERE id = ANY($1)", &[&gone]).await?;
    }
    let put = "INSERT INTO stream (id, place, body)
             VALUES ($1, (SELECT coalesce(max(place), 0) + 1 FROM stream), $2)
             ON CONFLICT (id) DO UPDATE SET body = excluded.body";
    let raise = "UPDATE stream SET place = (SELECT max(place) + 1 FROM stream) WHERE id = $1
             AND place < (SELECT max(place) FROM stream)";
    for (id, text, raised) in pending.touched() {
        if let Some(text) = text {
            let (body, digest) = digests::parted(text);
            run(tx, put, &[&id, &body]).await?;
            match digest {
                Some(digest) => put_secret(tx, "digest", id, &digest).await?,
                None => remove_secret(tx, &["digest"], id).await.map(drop)?,
            }
        }
        if raised {
            run(tx, raise, &[&id]).await?;
        }
    }
    Ok(())
}

pub(super) async fn write_senders(
    tx: &Transaction<'_>,
    before: &[SenderId],
    after: &[SenderId],
) -> Result<(), Fault> {
    if before == after {
        return Ok(());
    }
    let kept: Vec<&str> = after.iter().map(SenderId::as_str).collect();
    run(tx, "DELETE FROM sender WHERE NOT id = ANY($1)", &[&kept]).await?;
    run(
        tx,
        "INSERT INTO sender (id, place)
         SELECT id, place + (SELECT coalesce(max(place), 0) FROM sender)
         FROM unnest($1::text[]) WITH ORDINALITY AS kept (id, place) ON CONFLICT DO NOTHING",
        &[&kept],
    )
    .await?;
    Ok(())
}

/// There are few.
pub(super) async fn write_routes(tx: &Transaction<'_>, routes: &[Route]) -> Result<(), Fault> {
    let named = |route: &Route| name_key(route.name.as_str());
    let names: Vec<String> = routes.iter().map(named).collect();
    let bodies: Vec<String> = routes
        .iter()
        .map(|route| serde_json::to_string(route).unwrap_or_default())
        .collect();
    run(tx, "DELETE FROM route WHERE NOT name = ANY($1)", &[&names]).await?;
    run(
        tx,
        "INSERT INTO route (name, place, body)
         SELECT name, place, body
         FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS kept (name, body, place)
         ON CONFLICT (name) DO UPDATE SET place = excluded.place, body = excluded.body",
        &[&names, &bodies],
    )
    .await?;
    Ok(())
}

async fn write_secrets(tx: &Transaction<'_>, secrets: &SecretChanges) -> Result<bool, Fault> {
    let SecretChanges {
        issued,
        webhook_secrets,
        routes,
        revoked,
        revoked_routes,
        orphans,
        ..
    } = secrets;
    let mut changed = !issued.is_empty() || !routes.is_empty();
    for (id, token) in issued {
        put_secret(tx, "token", id.as_str(), token.expose()).await?;
    }
    for (id, secret) in webhook_secrets {
        changed |= keep_webhook_secret(tx, id, secret).await?;
    }
    for (name, own) in routes {
        put_route_secrets(tx, name, own).await?;
    }
    for id in revoked {
        changed |= remove_secret(tx, &["digest", "token", "webhook"], id.as_str()).await?;
    }
    for name in revoked_routes {
        changed |=
            remove_secret(tx, &["route", "account_key", "incoming"], &name_key(name)).await?;
    }
    if *orphans {
        let forgotten = run(
            tx,
            "DELETE FROM secret WHERE kind IN ('digest', 'token', 'webhook')
                 AND NOT EXISTS (SELECT 1 FROM stream WHERE id = owner)",
            &[],
        )
        .await?;
        changed |= forgotten > 0;
    }
    Ok(changed)
}

async fn keep_webhook_secret(
    tx: &Transaction<'_>,
    id: &StreamId,
    secret: &WebhookSecret,
) -> Result<bool, Fault> {
    let find = "SELECT value FROM secret WHERE kind = 'webhook' AND owner = $1";
    let known = row(tx, find, &[&id.as_str()]).await?;
    let known = known.map(|row| row.get::<_, &str>(0).parse::<WebhookSecret>().is_ok());
    if known == Some(true) {
        return Ok(false);
    }
    // A role that only serves may add a secret, and change none.
    if known.is_none() {
        let add = "INSERT INTO secret (kind, owner, value) VALUES ('webhook', $1, $2)";
        run(tx, add, &[&id.as_str(), &secret.expose()]).await?;
    } else {
        put_secret(tx, "webhook", id.as_str(), secret.expose()).await?;
    }
    Ok(true)
}

/// The secret of a route's address stays unless there is a new one.
async fn put_route_secrets(
    tx: &Transaction<'_>,
    name: &RouteName,
    own: &RouteSecrets,
) -> Result<(), Fault> {
    let key = name_key(name.as_str());
    remove_secret(tx, &["route", "account_key"], &key).await?;
    if let Some(token) = &own.token {
        put_secret(tx, "route", &key, token.expose()).await?;
    }
    if let Some(account_key) = &own.account_key {
        put_secret(tx, "account_key", &key, account_key.expose()).await?;
    }
    if let Some(incoming) = &own.incoming {
        put_secret(tx, "incoming", &key, incoming.expose()).await?;
    }
    Ok(())
}

async fn put_secret(
    tx: &Transaction<'_>,
    kind: &str,
    owner: &str,
    value: &str,
) -> Result<(), Fault> {
    let put = "INSERT INTO secret (kind, owner, value) VALUES ($1, $2, $3)
             ON CONFLICT (kind, owner) DO UPDATE SET value = excluded.value";
    run(tx, put, &[&kind, &owner, &value]).await?;
    Ok(())
}

/// Whether there was one.
async fn remove_secret(tx: &Transaction<'_>, kinds: &[&str], owner: &str) -> Result<bool, Fault> {
    let remove = "DELETE FROM secret WHERE kind = ANY($1) AND owner = $2";
    Ok(run(tx, remove, &[&kinds, &owner]).await? > 0)
}
