//! Receipts on their whole way: each ends the message that it speaks of, however the carrier writes
//! its ids.

use serde_json::{Value, json};

use super::whole::{home, messages, send};
use crate::support::gateway::{Served, eventually};
use crate::support::smsc::Smsc;

/// The SMSC says of numbers that end in 20 that they got nothing.
fn handset(n: usize) -> String {
    format!("1202555{:02}{:02}", n / 90, 10 + n % 90)
}

#[test]
fn each_ends_the_message_that_it_speaks_of() {
    for form in [
        "given",
        "hexToDecimal",
        "decimalToHex",
        "padded",
        "parameter",
    ] {
        // Ids that other ids look like in another form.
        let Some(smsc) = Smsc::start(&json!({ "form": form, "first": 0x98 })) else {
            return;
        };
        let (env, token) = home(&smsc, &["--window", "50", "--rate", "65535"]);
        let gateway = Served::start(&env, &[]);
        let numbers: Vec<_> = (0..500).map(handset).collect();
        for some in numbers.chunks(250) {
            let some: Vec<_> = some.iter().map(|number| (&**number, "Hi")).collect();
            send(&gateway, &token, &some);
        }
        let is_open = |one: &Value| one["status"] == "sent";
        eventually(form, || !messages(&env).iter().any(is_open));
        for one in messages(&env) {
            let got_nothing = one["to"].as_str().unwrap().ends_with("20");
            let expected = if got_nothing {
                "undelivered"
            } else {
                "delivered"
            };
            assert_eq!(one["status"], expected, "{form}: {one}");
        }
    }
}
