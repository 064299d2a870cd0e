//! Letting everybody call a stream is said, and asked where somebody can answer.

use serde_json::json;

use crate::support::TestEnv;
use crate::wizard::tty::Tty;

/// A home with a demo stream that one address may call.
fn closed() -> TestEnv {
    let env = TestEnv::new();
    let create = ["streams", "create", "--name", "Orders", "--demo"];
    env.ok(&[&create[..], &["--ip", "192.0.2.11"]].concat());
    env
}

#[test]
fn letting_everybody_call_is_said_and_in_a_script_not_asked() {
    let env = closed();
    let open = ["streams", "edit", "Orders", "--remove-ip", "192.0.2.11"];
    let said = env.ok_saying(&open, "Note: any address may call “Orders” now.");
    assert!(said.contains("allowed_ips: 192.0.2.11 → any\n"), "{said}");
    let close = ["streams", "edit", "Orders", "--ip", "192.0.2.11"];
    assert!(env.ok(&close).contains("allowed_ips: any → 192.0.2.11"));
    env.ok_saying(
        &["streams", "edit", "Orders", "--ip", "::/0"],
        "Note: any IPv6 address may call “Orders” now.",
    );
    let create = ["streams", "create", "--name", "Other", "--demo"];
    env.ok_saying(
        &[&create[..], &["--ip", "0.0.0.0/0"]].concat(),
        "Note: any IPv4 address may call “Other” now.",
    );
}

#[test]
fn letting_everybody_call_is_asked_on_a_terminal() {
    let env = closed();
    let before = env.state();
    let open = ["streams", "edit", "Orders", "--remove-ip", "192.0.2.11"];
    let edit = |key: &str, said: &str| {
        let mut tty = Tty::new(&env, &open);
        tty.asked("Let any address call “Orders”?");
        tty.send(key);
        tty.wait_for(said);
        tty.finish().code
    };
    assert_eq!(edit("n", "Nothing was changed"), 130);
    assert_eq!(edit("\u{3}", "Nothing was changed."), 130);
    assert_eq!(env.state(), before);
    assert_eq!(edit("y", "any address may call “Orders” now."), 0);
    assert_eq!(env.state()["streams"][0]["allowed_ips"], json!([]));
}

#[test]
fn the_wizard_asks_before_it_makes_a_stream_that_everybody_may_call() {
    let env = TestEnv::new();
    let draft = [
        "streams",
        "create",
        "--name",
        "Orders",
        "--description",
        "",
        "--ip",
        "0.0.0.0/0",
        "--tag",
        "otp",
        "--customized",
        "--demo",
        "--no-webhook",
        "--draft",
    ];
    env.ok_saying(&draft, "Saved as a draft.[..]");
    let mut tty = Tty::new(&env, &["streams", "resume", "Orders"]);
    tty.pick("Create this stream?", "Create stream");
    tty.asked("Let any IPv4 address call “Orders”?");
    tty.send("n");
    tty.wait_for("The stream was not created");
    assert_eq!(tty.finish().code, 130);
    assert_eq!(env.state()["streams"][0]["status"], "Draft");
}
