//! People and programs that mean no good, or write what nobody expects.

mod ambiguous;
mod connections;
mod injection;
#[cfg(target_os = "linux")]
mod places;
mod secrets;
