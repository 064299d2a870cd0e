//! The main help: the commands by task, and the exit codes.

use clap::Command;

use crate::error::Code;

/// The commands by task. A test compares them with the commands that there are.
const TASKS: [(&str, &[&str]); 9] = [
    (
        "Create",
        &["streams create", "streams resume", "streams clone"],
    ),
    (
        "Use",
        &[
            "streams list",
            "streams show",
            "streams preview",
            "streams token show",
            "streams token rotate",
        ],
    ),
    (
        "Change",
        &[
            "streams edit",
            "streams enable",
            "streams disable",
            "streams delete",
        ],
    ),
    (
        "Streams as code",
        &[
            "streams export",
            "streams plan",
            "streams apply",
            "streams schema",
        ],
    ),
    (
        "Sender IDs and tags",
        &[
            "senders list",
            "senders add",
            "senders remove",
            "senders import",
            "tags list",
            "tags rename",
        ],
    ),
    (
        "Send and receive",
        &[
            "send",
            "status",
            "reply",
            "messages list",
            "messages show",
            "messages wait",
            "messages follow",
            "serve",
        ],
    ),
    (
        "Webhooks",
        &[
            "webhooks test",
            "webhooks deliveries",
            "webhooks redeliver",
            "webhooks enable",
            "webhooks disable",
            "webhooks verify",
            "webhooks listen",
        ],
    ),
    (
        "Live sending",
        &["routes list", "routes add", "routes test", "routes remove"],
    ),
    ("Set up", &["completions", "doctor"]),
];

const TEMPLATE: &str = "\
{about}

{usage-heading} {usage}

{before-help}{options}

{after-help}";

/// Puts the commands by task into the main help, and the exit codes under it.
pub(super) fn with_tasks(command: Command) -> Command {
    let tasks = tasks(&command);
    command
        .help_template(TEMPLATE)
        .before_help(tasks)
        .after_help(format!(
            "Examples:\n  textpeak streams create\n  textpeak streams create --name Demo --demo --no-input\n\n\
             Exit codes:\n{}",
            Code::table()
        ))
}

fn tasks(command: &Command) -> String {
    let mut text = String::new();
    for (task, paths) in TASKS {
        text += &format!("{task}:\n");
        for path in paths {
            let about = find(command, path)
                .and_then(Command::get_about)
                .map(ToString::to_string);
            text += &format!("  {path:<20} {}\n", about.unwrap_or_default());
        }
        text.push('\n');
    }
    text.trim_end().to_owned()
}

fn find<'a>(command: &'a Command, path: &str) -> Option<&'a Command> {
    path.split(' ')
        .try_fold(command, |at, name| at.find_subcommand(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::command;

    fn leaves(command: &Command, path: &str, found: &mut Vec<String>) {
        for sub in command.get_subcommands() {
            let path = format!("{path} {}", sub.get_name()).trim().to_owned();
            if sub.has_subcommands() {
                leaves(sub, &path, found);
            } else {
                let example = sub.get_after_help().unwrap_or_default().to_string();
                assert!(
                    example.contains(&format!("textpeak {path}")),
                    "{path} has no example"
                );
                found.push(path);
            }
        }
    }

    #[test]
    fn every_command_stands_in_the_main_help_once_and_has_an_example() {
        let mut found = Vec::new();
        leaves(&command(), "", &mut found);
        let mut told: Vec<_> = TASKS
            .iter()
            .flat_map(|(_, paths)| paths.iter().map(ToString::to_string))
            .collect();
        found.sort();
        told.sort();
        assert_eq!(found, told);
        command().debug_assert();
    }
}
