//! The program as its users meet it: real processes, real files, real terminals, real shells.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails, and one that is skipped says so"
)]

#[cfg(unix)]
mod account_faults;
#[cfg(unix)]
mod account_pull;
#[cfg(unix)]
mod account_serve;
#[cfg(all(unix, feature = "postgres"))]
mod both_homes;
#[cfg(unix)]
mod bulk;
#[cfg(unix)]
mod change;
#[cfg(unix)]
mod clients;
#[cfg(unix)]
mod code;
mod completions;
#[cfg(unix)]
mod conversation;
mod create;
#[cfg(unix)]
mod doctor;
#[cfg(unix)]
mod faults;
#[cfg(unix)]
mod files;
mod find;
mod help;
#[cfg(all(unix, feature = "postgres"))]
mod home_copy;
#[cfg(unix)]
mod hostile;
#[cfg(unix)]
mod incoming;
mod layers;
#[cfg(unix)]
mod limits;
#[cfg(unix)]
mod look;
#[cfg(unix)]
mod opened;
#[cfg(unix)]
mod outage;
#[cfg(unix)]
mod people;
#[cfg(unix)]
mod readme;
#[cfg(unix)]
mod reports;
#[cfg(unix)]
mod reports_live;
#[cfg(unix)]
mod routes;
#[cfg(unix)]
mod samples;
#[cfg(unix)]
mod send_questions;
#[cfg(unix)]
mod serve;
mod smpp;
#[cfg(unix)]
mod smpp_route;
#[cfg(unix)]
mod smpp_sessions;
mod store;
mod support;
mod upgrade;
#[cfg(unix)]
mod webhooks;
#[cfg(unix)]
mod webhooks_listen;
#[cfg(unix)]
mod webhooks_pause;
#[cfg(unix)]
mod webhooks_verify;
#[cfg(unix)]
mod wizard;
#[cfg(unix)]
mod words;
