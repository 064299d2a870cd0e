//! Events on their way to webhooks: at least once, in the order of each handset as long as attempts
//! succeed, with a claim before each attempt.

mod dispatch;
mod lane;
mod places;
mod verdict;
mod worker;

pub use dispatch::{Attempted, Dispatcher};
pub use verdict::{LIMITS, Verdict, verdict};
pub use worker::work;
