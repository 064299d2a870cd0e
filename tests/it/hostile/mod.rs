//! People and programs that mean no good, or write what nobody expects.

mod connections;
mod injection;
mod secrets;
