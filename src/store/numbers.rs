//! How statuses, directions, kinds of jobs and states stand in the columns of every engine. These numbers
//! are in people's files and databases: they never change.

use super::JobKind;
use crate::domain::{DeliveryState, Direction, MessageStatus};

pub(in crate::store) fn status_number<N: From<i16>>(status: MessageStatus) -> N {
    N::from(match status {
        MessageStatus::Sent => 0,
        MessageStatus::Delivered => 1,
        MessageStatus::Undelivered => 2,
        MessageStatus::SentFailed => 3,
        MessageStatus::NoRoutes => 4,
        MessageStatus::Rejected => 5,
    })
}

/// The status behind a number; one that is not known is read as *sent*, which claims the least.
pub(in crate::store) fn status(number: impl Into<i64>) -> MessageStatus {
    let number = number.into();
    MessageStatus::ALL
        .into_iter()
        .find(|status| status_number::<i64>(*status) == number)
        .unwrap_or(MessageStatus::Sent)
}

pub(in crate::store) fn direction_number<N: From<i16>>(direction: Direction) -> N {
    N::from(match direction {
        Direction::Outgoing => 0,
        Direction::Incoming => 1,
    })
}

pub(in crate::store) fn kind_number<N: From<i16>>(kind: JobKind) -> N {
    N::from(match kind {
        JobKind::Deliver => 0,
        JobKind::Submit => 1,
        JobKind::Ask => 2,
        JobKind::Turn => 3,
    })
}

/// How a job's state stands in its column, besides those of a job that cannot be read.
pub(in crate::store) fn state_number<N: From<i16>>(state: DeliveryState) -> N {
    N::from(match state {
        DeliveryState::Waiting => 0,
        DeliveryState::Delivered => 1,
        DeliveryState::Dead => 2,
    })
}

pub(in crate::store) fn delivery_state(number: impl Into<i64>) -> DeliveryState {
    let number = number.into();
    DeliveryState::ALL
        .into_iter()
        .find(|one| state_number::<i64>(*one) == number)
        .unwrap_or(DeliveryState::Dead)
}
