//! Several gateways on one database, and a database that fails: what was answered is there once,
//! whatever ends in between. The same counts are taken of a database that is known to be bad.

mod database;
mod idle;
mod load;
mod many;
mod standby;
mod start;
mod tls;

use crate::support::TestEnv;
use crate::support::postgres::{Cluster, Database};

/// A home in a database of the shared cluster.
fn home() -> Option<(TestEnv, Database)> {
    let database = Cluster::shared()?.database();
    Some((TestEnv::on(&database.url), database))
}
