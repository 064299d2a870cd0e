//! `textpeak doctor`

use std::collections::BTreeMap;

use serde::Serialize;

use super::listed;
use super::session::{Session, ask};
use crate::domain::{Status, Stream, Token, escape, name_key, quote};
use crate::error::{Code, Failure};
use crate::state::{Home, State};
use crate::store::{JobStore as _, StoreError, WebhookPause};

/// Something that is not as it should be.
#[derive(Debug, Serialize)]
struct Finding {
    /// What, and about which thing.
    problem: String,
    /// What to do.
    remedy: String,
    /// Whether it was mended.
    fixed: bool,
}

type Findings = Vec<Finding>;

pub fn run(session: &Session, fix: bool) -> anyhow::Result<Code> {
    let mut found = modes(session, fix);
    found.extend(session.home.closed_to_us().map(|why| Finding {
        problem: format!(
            "nothing can be written into {}: {why}",
            escape(&session.home.folder().to_string_lossy())
        ),
        remedy: "make it a folder that you may write to, or name another with --home".to_owned(),
        fixed: false,
    }));
    match streams(session, fix) {
        Ok(more) => found.extend(more),
        Err(error) => {
            let Failure { message, hint, .. } = Failure::from(&error);
            found.push(Finding {
                problem: message,
                remedy: hint.unwrap_or_else(|| "check the path and its permissions".to_owned()),
                fixed: false,
            });
        }
    }
    let open = found.iter().filter(|finding| !finding.fixed).count();
    let terminal = session.terminal;
    let set_up = set_up(session);
    if terminal.json() {
        terminal.answer_json(&serde_json::json!({
            "home": session.home.folder(), "findings": found, "notes": set_up,
        }))?;
    } else {
        let mut text = format!(
            "home: {}\n",
            escape(&session.home.folder().to_string_lossy())
        );
        for Finding {
            problem,
            remedy,
            fixed,
        } in &found
        {
            let (sign, remedy) = if *fixed {
                ("fixed", String::new())
            } else {
                ("found", format!("\n       {remedy}"))
            };
            text += &format!("{sign}: {problem}{remedy}\n");
        }
        for note in &set_up {
            text += &format!("note:  {note}\n");
        }
        text += &if open == 0 {
            "All is well.\n".to_owned()
        } else {
            format!("{open} to mend.\n")
        };
        terminal.answer(&text)?;
    }
    Ok(if open == 0 { Code::Done } else { Code::Failed })
}

fn modes(session: &Session, fix: bool) -> Findings {
    let closed = |path: &std::path::Path, mode| fix && session.home.close(path, mode).is_ok();
    let finding = |(path, mode): (std::path::PathBuf, u32)| Finding {
        problem: format!("others than its owner can get at {}", path.display()),
        remedy: format!(
            "chmod {mode:o} {}",
            crate::render::shell_word(&path.to_string_lossy())
        ),
        fixed: closed(&path, mode),
    };
    session.home.too_open().into_iter().map(finding).collect()
}

fn streams(session: &Session, fix: bool) -> anyhow::Result<Findings> {
    let file = session.home.read()?;
    let state = file.state()?;
    let tokens = session.home.all_tokens()?;
    let streams = state.streams()?;
    let mut found = twins(&streams);
    found.extend(set_aside(session)?);
    for stream in &streams {
        found.extend(token(session, stream, &tokens));
        found.extend(sender(session, stream, &state));
        found.extend(webhook(session, stream));
        found.extend(switched_off(session, stream)?);
    }
    let orphans = Home::orphans(&state, &tokens).len();
    if orphans > 0 {
        found.push(Finding {
            problem: format!("tokens that belong to no stream: {orphans}"),
            remedy: session.paste(&["doctor", "--fix"]),
            fixed: fix && session.home.forget_orphans().is_ok(),
        });
    }
    Ok(found)
}

fn twins(streams: &[Stream]) -> Findings {
    let mut seen: BTreeMap<String, &Stream> = BTreeMap::new();
    let mut found = Vec::new();
    for stream in streams {
        for key in [stream.id.to_string(), name_key(stream.name.as_str())] {
            if let Some(other) = seen.insert(key, stream) {
                found.push(Finding {
                    problem: format!(
                        "{} and {} have the same id or name",
                        quote(other.name.as_str()),
                        quote(stream.name.as_str())
                    ),
                    remedy: "give one of them another in state.json".to_owned(),
                    fixed: false,
                });
            }
        }
    }
    found
}

fn token(
    session: &Session,
    stream: &Stream,
    tokens: &BTreeMap<String, Option<Token>>,
) -> Option<Finding> {
    let kept = tokens.get(stream.id.as_str()).and_then(Option::as_ref);
    let name = stream.name.as_str();
    let problem = match (stream.status, kept) {
        (Status::Draft, _) => return None,
        (_, None) => format!("the token of {} is not kept", quote(name)),
        (_, Some(token)) if Some(token.digest()) != stream.digest() => {
            format!("the token kept for {} is not the one in force", quote(name))
        }
        (_, Some(_)) => return None,
    };
    let remedy = session.paste(&["streams", "token", "rotate", name]);
    Some(Finding {
        problem,
        remedy,
        fixed: false,
    })
}

fn sender(session: &Session, stream: &Stream, state: &State<'_>) -> Option<Finding> {
    let id = stream
        .default_sender
        .as_ref()
        .filter(|id| !state.senders().contains(id))?;
    let problem = format!(
        "the default sender {id} of {} is not in the catalogue",
        quote(stream.name.as_str())
    );
    Some(Finding {
        problem,
        remedy: session.paste(&["senders", "add", id.as_str()]),
        fixed: false,
    })
}

fn webhook(session: &Session, stream: &Stream) -> Option<Finding> {
    let url = &stream
        .webhook
        .as_ref()
        .filter(|webhook| webhook.url.is_open_to_readers())?
        .url;
    let problem = format!(
        "replies to {} travel unencrypted to {}",
        quote(stream.name.as_str()),
        quote(url.as_str())
    );
    let secure = url.as_str().replacen("http://", "https://", 1);
    let remedy = session.paste(&[
        "streams",
        "edit",
        stream.name.as_str(),
        "--webhook-url",
        &secure,
    ]);
    Some(Finding {
        problem,
        remedy,
        fixed: false,
    })
}

fn switched_off(session: &Session, stream: &Stream) -> Result<Option<Finding>, StoreError> {
    let name = stream.name.as_str();
    let finding = |what: &str, words: [&str; 2]| Finding {
        problem: format!("the webhook of {} {what}", quote(name)),
        remedy: session.paste(&[words[0], words[1], name]),
        fixed: false,
    };
    Ok(
        listed::webhook_pause(session, stream)?.map(|pause| match pause {
            WebhookPause::Gone(_) => finding(
                "answered 410 (Gone) and is switched off",
                ["webhooks", "test"],
            ),
            WebhookPause::Disabled(_) => {
                finding("is disabled; its events wait", ["webhooks", "enable"])
            }
        }),
    )
}

/// Jobs that cannot be read, and are left alone.
fn set_aside(session: &Session) -> Result<Findings, StoreError> {
    let finding = |what| Finding {
        problem: format!("a row of messages.db is left alone: {what}"),
        remedy: "restore messages.db from a copy, or leave it so: nothing else waits for it"
            .to_owned(),
        fixed: false,
    };
    Ok(ask(session.store.set_aside())?
        .into_iter()
        .map(finding)
        .collect())
}

/// How this run can talk, and whether the shell completes. No finding: both may be meant so.
fn set_up(session: &Session) -> Vec<String> {
    let terminal = session.terminal;
    let width = terminal.width().map_or_else(
        || "no terminal on stdout".to_owned(),
        |w| format!("{w} columns"),
    );
    let asks = if terminal.is_interactive() {
        "questions can be asked"
    } else {
        "nothing can be asked"
    };
    let shell = std::env::var("SHELL").unwrap_or_default();
    let shell = shell.rsplit('/').next().unwrap_or_default().to_owned();
    let start_up = match shell.as_str() {
        "bash" => ".bashrc",
        "zsh" => ".zshrc",
        "fish" => ".config/fish/completions/textpeak.fish",
        "elvish" => ".config/elvish/rc.elv",
        _ => return vec![format!("terminal: {width}, {asks}")],
    };
    let path = std::env::var_os("HOME")
        .map(std::path::PathBuf::from)
        .unwrap_or_default()
        .join(start_up);
    let there = crate::state::read_text_input(&path).is_ok_and(|text| text.contains("textpeak"));
    let completion = if there {
        format!("completion: set up for {shell}")
    } else {
        format!("completion: not set up for {shell}; textpeak completions --help")
    };
    vec![format!("terminal: {width}, {asks}"), completion]
}
