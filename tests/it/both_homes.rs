//! The suites of commands and of the gateway once more, with homes that are databases.

use std::process::Command;

use crate::support::on_a_database;
use crate::support::postgres::Cluster;

/// Tests that look at files, or that have a change in force for the very next request.
const LEFT_OUT: [&str; 22] = [
    "a_failed_rotation_leaves_the_token_in_force_readable",
    "a_rotated_token_takes_the_place_of_the_old_one",
    "an_edit_is_not_refused_for_what_it_does_not_touch",
    "an_edit_without_effect_says_so_and_writes_nothing",
    "keys_that_others_added_to_a_stream_survive_its_edit",
    "what_differs_in_nothing_is_not_written_again",
    "apply_makes_what_plan_shows_and_the_second_time_nothing",
    "every_problem_is_told_with_its_place_and_nothing_is_done",
    "what_is_told_is_kept_once_and_delivered",
    "who_listens_is_handed_first_what_came_since_the_last_time",
    "only_the_numbers_that_a_route_may_send_to_get_messages",
    "deleting_asks_for_the_name_or_takes_yes_and_takes_the_token_along",
    "a_message_that_is_kept_late_passes_over_no_status",
    "a_webhook_that_asked_for_replies_alone_costs_outgoing_messages_nothing",
    "every_change_is_told_once_when_its_course_says",
    "asking_for_a_status_hands_nothing_on",
    "routes_are_added_with_a_token_that_no_argument_carries",
    "a_state_file_that_breaks_leaves_the_last_good_one_in_force",
    "a_stream_without_a_default_sender_takes_those_of_the_catalogue",
    "changes_by_other_processes_are_in_force_for_the_next_request",
    "it_starts_only_where_it_can_serve",
    "it_says_whom_it_serves_out_of_which_home_and_how_to_stop_it",
];

/// As [`LEFT_OUT`], of suites of their own.
const LEFT_OUT_OF_WEBHOOKS: [&str; 3] = [
    "a_backlog_costs_no_more_than_its_length",
    "a_json_line_a_request_whatever_the_method",
    "a_disabled_webhook_loses_nothing_and_says_so",
];

fn pass_on_a_database(suites: &[&str]) {
    if on_a_database() || Cluster::shared().is_none() {
        return;
    }
    let mut run = Command::new(std::env::current_exe().unwrap());
    run.args(suites).env("TEXTPEAK_TESTS_HOME", "postgres");
    for test in LEFT_OUT.iter().chain(&LEFT_OUT_OF_WEBHOOKS) {
        run.args(["--skip", test]);
    }
    let output = run.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}");
    assert!(!told.contains(" 0 passed"), "{told}");
}

#[test]
fn streams_pass_on_a_database() {
    pass_on_a_database(&[
        "change::", "create::", "code::", "find::", "look::", "wizard::",
    ]);
}

#[test]
fn conversations_pass_on_a_database() {
    pass_on_a_database(&[
        "bulk::",
        "conversation::",
        "limits::",
        "people::",
        "samples::",
        "send_questions::",
    ]);
}

#[test]
fn the_gateway_passes_on_a_database() {
    pass_on_a_database(&[
        "opened::",
        "serve::",
        "webhooks::",
        "webhooks_listen::",
        "webhooks_pause::",
    ]);
}

#[test]
fn live_streams_pass_on_a_database() {
    pass_on_a_database(&[
        "incoming::",
        "outage::",
        "reports::",
        "reports_live::",
        "routes::",
        "smpp::",
    ]);
}
