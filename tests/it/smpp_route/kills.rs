//! Throttling, lost connections and kills at one time: every message ends in one way, and none is
//! sent twice.

use std::time::{Duration, Instant};

use serde_json::json;

use super::whole::{home, messages, send};
use crate::support::gateway::Served;
use crate::support::smsc::Smsc;

/// A lease runs out a minute after the last kill; what was on its way then is told as unknown.
const LONGEST: Duration = Duration::from_secs(180);

#[test]
#[ignore = "takes minutes"]
fn twenty_thousand_messages_and_twenty_kills_of_the_gateway() {
    let (count, kills) = (20_000, 20);
    let behavior = json!({ "receipts": false, "throttleEvery": 2_000, "cutEvery": 990 });
    let Some(mut smsc) = Smsc::start(&behavior) else {
        return;
    };
    let (env, token) = home(&smsc, &["--window", "50", "--rate", "65535"]);
    let mut gateway = Served::start(&env, &[]);
    let texts: Vec<String> = (0..count).map(|n| format!("text {n}")).collect();
    for some in texts.chunks(250) {
        let some: Vec<_> = some.iter().map(|text| ("12025550143", &**text)).collect();
        send(&gateway, &token, &some);
    }
    for kill in 0..kills {
        // At different places of a batch.
        std::thread::sleep(Duration::from_millis(200 + 37 * kill));
        gateway.kill();
        gateway = Served::start(&env, &[]);
    }
    let begun = Instant::now();
    let ended = loop {
        std::thread::sleep(Duration::from_secs(1));
        let all = messages(&env);
        let has_ended =
            |one: &&serde_json::Value| one["status"] == "sent_failed" || !one["sent_at"].is_null();
        let ended: Vec<_> = all.iter().filter(has_ended).cloned().collect();
        if ended.len() == count {
            break ended;
        }
        assert!(begun.elapsed() < LONGEST, "{} of {count}", ended.len());
    };
    let unknown = ended.iter().filter(|one| one["status"] == "sent_failed");
    let (unknown, state) = (unknown.count(), smsc.ask("state"));
    println!("unknown {unknown}, {state}, {:?}", begun.elapsed());
    assert_eq!(state["doubled"], 0);
    let taken = usize::try_from(state["different"].as_u64().unwrap()).unwrap();
    assert!(taken >= count - unknown && taken <= count);
    drop(gateway);
}
