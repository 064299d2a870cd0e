//! A gateway that has nothing to do asks the database little.

use std::time::Duration;

use super::home;
use crate::support::gateway::Served;

#[test]
fn an_idle_gateway_asks_at_most_five_times_a_second() {
    let Some((env, database)) = home() else {
        return;
    };
    crate::serve::demo(&env, "OTP", &[]);
    let _gateway = Served::start(&env, &[]);
    std::thread::sleep(Duration::from_secs(2));
    let admin = database.admin();
    // Counted by the server, as soon as those who are idle have told it.
    let count = || {
        admin.number(
            "SELECT xact_commit + xact_rollback FROM pg_stat_database
             WHERE datname = current_database()",
        )
    };
    let before = count();
    std::thread::sleep(Duration::from_secs(4));
    // With the two of this test, and what the server told late.
    let asked = count() - before;
    assert!(asked <= 4 * 5 + 10, "{asked} in 4 s");
}
