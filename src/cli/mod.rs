//! The command line: what can be typed, as the structs that the commands take. Runs nothing.

mod account;
mod complete;
mod draft;
mod examples;
mod gateway;
mod help;
mod home;
mod listen;
mod messages;
mod routes;
mod send;
mod senders;
mod streams;
mod values;
mod webhooks;
mod webhooks_verify;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::error::Failure;
use crate::terminal::{Color, Output, TerminalOptions};

pub(crate) use account::{AccountCommand, PullArgs};
pub use complete::{Live, complete, script};
pub use draft::echo;
pub(crate) use gateway::ServeArgs;
pub(crate) use home::{CopyArgs, HomeCommand};
pub(crate) use listen::{ForwardArgs, OptoutArgs, OptoutsCommand};
pub(crate) use messages::{MessageFilterFlags, MessagesCommand, ReplyArgs, WaitArgs};
pub(crate) use routes::{
    AddRouteArgs, EditRouteArgs, HttpArgs, RouteArgs, RoutesCommand, SmppArgs,
};
pub(crate) use send::{BulkArgs, GatewayOptions, SendArgs, StatusArgs};
pub(crate) use senders::{SendersCommand, TagsCommand};
pub(crate) use streams::{
    CloneArgs, CreateArgs, DeleteArgs, EditArgs, ExportArgs, GatewayFlag, ListArgs, PlanArgs,
    PreviewArgs, StreamsCommand, TokenCommand,
};
pub use values::Shell;
pub(crate) use values::{LogFormat, Print};
pub(crate) use webhooks::{DeliveriesArgs, RedeliverArgs, WebhooksCommand};
pub(crate) use webhooks_verify::{ListenArgs, VerifyArgs};

/// Two-way SMS streams in the terminal.
#[derive(Debug, Parser)]
#[command(name = "textpeak", version, max_term_width = help::WIDEST)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub globals: Globals,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Globals {
    /// Output format: table or json
    #[arg(
        short,
        long,
        global = true,
        value_name = "FORMAT",
        default_value = "table"
    )]
    #[arg(value_parser = values::output(), hide_possible_values = true)]
    output: Output,
    /// Home: a folder, or a database URL [default: textpeak in the platform's data directory]
    #[arg(
        long,
        global = true,
        value_name = "HOME",
        env = "TEXTPEAK_HOME",
        hide_env_values = true
    )]
    home: Option<OsString>,
    /// Never prompt; missing answers are errors
    #[arg(long, global = true)]
    no_input: bool,
    #[arg(help = "Use color: auto, always, or never (auto respects NO_COLOR)")]
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    #[arg(value_parser = values::color(), hide_possible_values = true, hide_default_value = true)]
    color: Color,
    /// Print only the result
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Print more details
    #[arg(short, long, global = true)]
    verbose: bool,
}

impl Globals {
    pub fn terminal_options(&self) -> TerminalOptions {
        TerminalOptions {
            output: self.output,
            color: self.color,
            no_input: self.no_input,
            quiet: self.quiet,
            verbose: self.verbose,
            ..TerminalOptions::default()
        }
    }

    /// The home folder asked for; an empty one is none.
    pub fn home(&self) -> Option<PathBuf> {
        let home = self.home.as_ref().filter(|home| !home.is_empty());
        home.map(Into::into)
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create, find, and inspect streams
    #[command(subcommand)]
    Streams(StreamsCommand),
    /// Manage Sender IDs
    #[command(subcommand)]
    Senders(SendersCommand),
    /// Manage tags
    #[command(subcommand)]
    Tags(TagsCommand),
    /// Send a message, or the rows of a file
    #[command(after_help = examples::SEND)]
    Send(Box<SendArgs>),
    /// Show the delivery status of messages
    #[command(after_help = examples::STATUS)]
    Status(StatusArgs),
    /// Simulate a reply to a demo stream and deliver it to the webhook
    #[command(after_help = examples::REPLY)]
    Reply(ReplyArgs),
    /// Show sent and received messages
    #[command(subcommand)]
    Messages(MessagesCommand),
    /// Manage, test, and debug webhooks
    #[command(subcommand)]
    Webhooks(WebhooksCommand),
    /// Manage routes for live streams
    #[command(subcommand)]
    Routes(RoutesCommand),
    /// Show what handsets say as it comes, and hand it to an address of this machine
    #[command(after_help = examples::LISTEN)]
    Listen(ForwardArgs),
    /// Manage the handsets that opted out of a stream
    #[command(subcommand)]
    Optouts(OptoutsCommand),
    /// Take over streams from a hosted account
    #[command(subcommand)]
    Account(AccountCommand),
    /// Run the gateway: serve the Streams API for the streams in this home
    #[command(after_help = examples::SERVE)]
    Serve(ServeArgs),
    /// Show, prepare, or copy the home
    #[command(subcommand)]
    Home(HomeCommand),
    /// Check the home, its files, and your setup
    #[command(after_help = examples::DOCTOR)]
    Doctor {
        /// Fix what can be fixed safely
        #[arg(long)]
        fix: bool,
    },
    /// Print a completion script that also completes names, IDs, tags, and Sender IDs
    #[command(after_help = examples::COMPLETIONS)]
    Completions {
        /// Shell
        #[arg(value_parser = values::shell())]
        shell: Shell,
    },
}

#[derive(Debug)]
pub(crate) enum Refusal {
    /// Help or the version.
    Text(String),
    /// The format is the one in which the failure is reported.
    Wrong(Failure, Output),
}

/// With the help texts that clap does not compose.
fn command() -> clap::Command {
    help::with_tasks(Cli::command())
}

/// Reads a command line, program name first.
pub(crate) fn parse(words: &[OsString]) -> Result<Cli, Refusal> {
    if words.len() <= 1 {
        let help = command().render_help();
        return Err(Refusal::Text(help.ansi().to_string()));
    }
    command()
        .try_get_matches_from(words)
        .and_then(|matches| Cli::from_arg_matches(&matches))
        .map_err(|error| refusal(&error, words))
}

fn refusal(error: &clap::Error, words: &[OsString]) -> Refusal {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        return Refusal::Text(error.render().ansi().to_string());
    }
    let text = error.render().to_string();
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let failure = Failure::usage("no command was given").hint(help_command(words));
        return Refusal::Wrong(failure, output_of(words));
    }
    if error.kind() == ErrorKind::ValueValidation
        && let (Some(ContextValue::String(flag)), Some(source)) = (
            error.get(ContextKind::InvalidArg),
            std::error::Error::source(error),
        )
    {
        // The type's own sentence, which knows what must not be repeated.
        let flag = flag.split(' ').next().unwrap_or(flag);
        let failure = Failure::usage(format_args!("{flag}: {source}")).hint(help_command(words));
        return Refusal::Wrong(failure, output_of(words));
    }
    // clap's text is "error: what\n\n  tip: …\n\nUsage: …\n\nFor more …": keep what and the way on.
    let what = text.split("\n\n").next().unwrap_or(&text);
    let what = what.strip_prefix("error: ").unwrap_or(what);
    let tip = || {
        text.lines()
            .find_map(|line| line.trim().strip_prefix("tip: "))
            .map(str::to_owned)
    };
    let hint = suggestion(error)
        .or_else(tip)
        .unwrap_or_else(|| help_command(words));
    Refusal::Wrong(Failure::usage(what).hint(hint), output_of(words))
}

fn suggestion(error: &clap::Error) -> Option<String> {
    [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ]
    .into_iter()
    .find_map(|kind| match error.get(kind)? {
        ContextValue::String(nearest) => Some(nearest.clone()),
        // clap lists them from the least to the most alike.
        ContextValue::Strings(nearest) => nearest.last().cloned(),
        ContextValue::None
        | ContextValue::Bool(_)
        | ContextValue::StyledStr(_)
        | ContextValue::StyledStrs(_)
        | ContextValue::Number(_)
        | _ => None,
    })
    .map(|nearest| format!("did you mean {nearest}?"))
}

/// The help of the command that was tried: as far as the words lead into the tree of commands.
fn help_command(words: &[OsString]) -> String {
    let tree = command();
    let (mut at, mut path) = (&tree, String::from("textpeak"));
    for word in words.iter().skip(1).filter_map(|word| word.to_str()) {
        if let Some(next) = at.find_subcommand(word) {
            path += &format!(" {}", next.get_name());
            at = next;
        }
    }
    path + " --help"
}

/// The format asked for on a line that could not be read as a whole.
fn output_of(words: &[OsString]) -> Output {
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    let joined = ["-ojson", "-o=json", "--output=json"];
    let json = words.iter().any(|word| joined.contains(&word.as_ref()))
        || words
            .windows(2)
            .any(|pair| matches!(pair[0].as_ref(), "-o" | "--output") && pair[1] == "json");
    if json { Output::Json } else { Output::Table }
}
