//! How far messages have come.

use std::collections::HashMap;

use uuid::Uuid;

use super::send::{Admitted, Context};
use crate::api::{Refusal, StatusAnswer, StatusEntry};
use crate::domain::Message;

/// Leaves out messages that the stream does not have.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::testing::{DELAY, TestHome, demo, handsets};

    #[tokio::test]
    async fn each_id_is_answered_as_it_was_asked_and_other_streams_messages_are_left_out() {
        let home = TestHome::with([demo(0), demo(1)]).await;
        let begun = home.clock.now();
        let own = home.send_to(0, &handsets(2)).await;
        let others = home.send_to(1, &handsets(1)).await;
        home.clock.advance(DELAY);
        let spelled = own[1].to_string().to_uppercase();
        let asked = vec![
            spelled.clone(),
            "no id".to_owned(),
            others[0].to_string(),
            Uuid::nil().to_string(),
            own[0].to_string(),
        ];
        let answer = status(&home.context(), &home.admitted(0).await, asked).await;
        let answer = answer.unwrap();
        let ids: Vec<_> = answer
            .messages
            .iter()
            .map(|one| &one.message_uuid)
            .collect();
        assert_eq!(ids, [&spelled, &own[0].to_string()]);
        let first = &answer.messages[0];
        assert_eq!(first.status, "delivered");
        assert_eq!(first.sent_at, Some(begun));
        assert_eq!(first.delivered_at, Some(home.clock.now()));
    }
}
