//! Help, version, exit codes and the form of errors.

use crate::support::TestEnv;

#[test]
fn the_main_help_groups_commands_by_task_and_tells_the_exit_codes() {
    let env = TestEnv::new();
    let help = env.ok(&["--help"]);
    for part in [
        "Create:\n  streams create",
        "Exit codes:\n    0  done\n",
        "  130  cancelled\n",
        "Examples:",
    ] {
        assert!(help.contains(part), "{part:?} in {help}");
    }
    assert!(help.contains(&textpeak::error::Code::table()));
}

#[test]
fn the_name_alone_prints_the_help() {
    let env = TestEnv::new();
    assert_eq!(env.ok(&[]), env.ok(&["--help"]));
}

#[test]
fn every_help_fits_a_hundred_columns() {
    let env = TestEnv::new();
    for words in [
        &["--help"][..],
        &["streams", "--help"],
        &["streams", "create", "--help"],
        &["streams", "preview", "-h"],
    ] {
        let help = env.ok(words);
        for line in help.lines() {
            assert!(line.chars().count() <= 100, "{words:?}: {line}");
        }
    }
}

#[test]
fn the_readme_has_the_table_of_exit_codes() {
    let readme =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    for code in textpeak::error::Code::ALL {
        let row = format!("| {} | {} |", code.number(), code.meaning());
        assert!(readme.contains(&row), "{row}");
    }
}

#[test]
fn a_wrong_command_line_is_one_sentence_and_a_way_on() {
    let env = TestEnv::new();
    let nearest = env.fails(2, &["streams", "creat"]);
    assert!(
        nearest.ends_with("hint: did you mean create?\n"),
        "{nearest}"
    );
    snapbox::assert_data_eq!(
        env.fails(2, &["streams", "lst"]),
        "error: unrecognized subcommand 'lst'\nhint: did you mean list?\n"
    );
    snapbox::assert_data_eq!(
        env.fails(2, &["streams", "create", "--nmae", "x"]),
        "error: unexpected argument '--nmae' found\nhint: did you mean --name?\n"
    );
    snapbox::assert_data_eq!(
        env.fails(2, &["streams", "show"]),
        "error: the following required arguments were not provided:\n  <STREAM>\nhint: textpeak streams show --help\n"
    );
    assert!(
        env.fails(2, &["streams", "show", "-dash"])
            .contains("'-- -d'")
    );
    assert!(
        env.fails(2, &["streams", "list", "--status", "x"])
            .contains("hint: textpeak streams list --help")
    );
    assert!(
        env.fails(2, &["streams"])
            .contains("hint: textpeak streams --help")
    );
    assert!(env.ok(&["--version"]).starts_with("textpeak "));
}
