//! How far messages have come.

use std::collections::HashMap;

use uuid::Uuid;

use super::send::{Admitted, Context};
use crate::api::{Refusal, StatusAnswer, StatusEntry};
use crate::domain::Message;

/// The status of messages of a stream. Those that it does not have are left out.
pub async fn status(
    context: &Context,
    Admitted { stream, .. }: &Admitted,
    asked: Vec<String>,
) -> Result<StatusAnswer, Refusal> {
    let parsed: Vec<Option<Uuid>> = asked.iter().map(|uuid| uuid.parse().ok()).collect();
    let found = context
        .store
        .with_ids(parsed.iter().flatten().copied().collect())
        .await
        .map_err(|error| context.unavailable(error))?;
    let now = context.store.now();
    let by_id: HashMap<Uuid, &Message> = found
        .iter()
        .filter(|message| message.stream == stream.id)
        .map(|message| (message.uuid, message))
        .collect();
    let entry = |(asked, uuid): (String, Option<Uuid>)| {
        let message = by_id.get(&uuid?)?;
        Some(StatusEntry {
            internal_id: message.internal_id.clone(),
            message_uuid: asked,
            status: message.status_at(now)?.name().to_owned(),
            sent_at: message.course.sent_at,
            delivered_at: message.course.delivered_at(now),
            details: message.details.clone(),
        })
    };
    Ok(StatusAnswer {
        status: true,
        messages: asked.into_iter().zip(parsed).filter_map(entry).collect(),
    })
}
