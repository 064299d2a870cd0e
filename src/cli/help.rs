//! The main help: the commands by task, and the exit codes.

use clap::Command;
use console::Term;

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
            "messages assign",
            "listen",
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
        "Live streams",
        &[
            "routes list",
            "routes show",
            "routes add",
            "routes edit",
            "routes test",
            "routes remove",
            "optouts list",
            "optouts add",
            "optouts remove",
            "account pull",
        ],
    ),
    (
        "Setup",
        &[
            "completions",
            "doctor",
            "home show",
            "home init",
            "home copy",
        ],
    ),
];

/// Columns that help has at most.
pub(super) const WIDEST: usize = 100;

/// Where the descriptions of commands begin.
const TEXT_COLUMN: usize = 23;

const TEMPLATE: &str = "\
{about}

{usage-heading} {usage}

{before-help}{options}

{after-help}";

/// Puts the commands by task into the main help, and the exit codes under it.
pub(super) fn with_tasks(command: Command) -> Command {
    let tasks = tasks(&command, columns());
    command
        .help_template(TEMPLATE)
        .before_help(tasks)
        .after_help(format!(
            "Examples:\n  textpeak streams create\n  textpeak streams create --name Demo --demo --no-input\n\n\
             Exit codes:\n{}",
            Code::table()
        ))
}

fn tasks(command: &Command, width: usize) -> String {
    let mut text = String::new();
    for (task, paths) in TASKS {
        text += &format!("{task}:\n");
        for path in paths {
            let about = find(command, path)
                .and_then(Command::get_about)
                .map(ToString::to_string);
            text += &row(path, &about.unwrap_or_default(), width);
        }
        text.push('\n');
    }
    text.trim_end().to_owned()
}

/// A command with what it does; further lines are aligned under the first, which clap would not do.
fn row(path: &str, about: &str, width: usize) -> String {
    let mut text = format!("  {path:<20}");
    let mut used = TEXT_COLUMN - 1;
    for word in about.split(' ') {
        let length = word.chars().count();
        if used + 1 + length > width && used >= TEXT_COLUMN {
            text += &format!("\n{:1$}", "", TEXT_COLUMN - 1);
            used = TEXT_COLUMN - 1;
        }
        text += &format!(" {word}");
        used += 1 + length;
    }
    text + "\n"
}

/// The columns that clap wraps at.
fn columns() -> usize {
    let terminal = [Term::stdout(), Term::stderr()]
        .iter()
        .find_map(Term::size_checked)
        .map(|(_, columns)| usize::from(columns));
    let variable = || std::env::var("COLUMNS").ok()?.parse().ok();
    let columns = terminal.or_else(variable).filter(|columns| *columns > 0);
    columns.map_or(WIDEST, |columns| columns.min(WIDEST))
}

fn find<'a>(command: &'a Command, path: &str) -> Option<&'a Command> {
    path.split(' ')
        .try_fold(command, |at, name| at.find_subcommand(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, command};
    use clap::CommandFactory as _;

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
    fn a_long_description_goes_on_under_its_beginning() {
        let told = tasks(&Cli::command(), 60);
        assert!(
            told.lines().all(|line| line.chars().count() <= 60),
            "{told}"
        );
        let second = told.lines().find(|line| line.starts_with("   "));
        let indent = second.map(|line| line.len() - line.trim_start().len());
        assert_eq!(indent, Some(TEXT_COLUMN), "{told}");
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
