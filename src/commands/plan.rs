//! `textpeak streams plan` and `apply`

use std::path::Path;

use serde_json::{Value, json};

use super::last_word::LastWord;
use super::session::{Session, birth, needs_a_terminal, randomness};
use super::wanted::Wanted;
use crate::cli::PlanArgs;
use crate::domain::{Plan, Status, Stream, Target, Token, escape};
use crate::error::{Code, Failure};
use crate::render;
use crate::state::{Change, NewFile};

pub fn plan(session: &Session, args: &PlanArgs) -> anyhow::Result<Code> {
    let wanted = Wanted::read(args)?;
    let file = session.home.read()?;
    let plan = wanted.plan(&file.state()?)?;
    if session.terminal.json() {
        session.terminal.answer_json(&plan_json(&plan))?;
    } else {
        session.terminal.answer(&render::plan(&plan))?;
    }
    Ok(if plan.is_empty() {
        Code::Done
    } else {
        Code::Changes
    })
}

pub fn apply(
    session: &Session,
    args: &PlanArgs,
    yes: bool,
    tokens_out: Option<&Path>,
) -> anyhow::Result<()> {
    let terminal = session.terminal;
    let wanted = Wanted::read(args)?;
    let shown = {
        let file = session.home.read()?;
        let plan = wanted.plan(&file.state()?)?;
        if plan.is_empty() {
            if terminal.json() {
                return terminal.answer_json(&plan_json(&plan));
            }
            terminal.note("Nothing to do: the streams are those of the document.");
            return Ok(());
        }
        render::plan(&plan)
    };
    if !yes {
        if !terminal.is_interactive() {
            return Err(needs_a_terminal(
                "applying asks before it changes anything",
                "--yes applies without asking",
            )
            .into());
        }
        terminal.say(&shown);
        let last_word = LastWord::watch(session, "Cancelled: nothing was changed.")?;
        let say = |text: &str| terminal.say(text);
        if !last_word.prompt(&say).yes_or_no("Apply this plan?")? {
            return Err(Failure::new(Code::Cancelled, "nothing was changed").into());
        }
        last_word.set(
            "Cancelled while the plan was applied: textpeak streams plan tells whether it was.",
        );
    }
    let out = tokens_out.map(NewFile::create).transpose()?;
    let done = session.home.change(|change| {
        let plan = wanted.plan(&change.state)?;
        // What was agreed to is what is done.
        if !yes && render::plan(&plan) != shown {
            return Err(Failure::failed(
                "the streams were changed by someone else meanwhile: nothing was applied",
            )
            .hint("run the same command again to see the new plan")
            .into());
        }
        let tokens = carry_out(change, &plan)?;
        Ok((plan, tokens))
    });
    let (plan, tokens) = match done {
        Ok(done) => done,
        Err(error) => {
            if let Some(out) = out {
                out.discard();
            }
            return Err(error);
        }
    };
    let lines: String = tokens
        .iter()
        .map(|(stream, token)| format!("{}\t{}\n", stream.name, token.expose()))
        .collect();
    let in_file = out.is_some();
    if let Some(out) = out {
        out.write(&lines)?;
    }
    if terminal.json() {
        let mut answer = plan_json(&plan);
        let item = |(stream, token): &(Stream, Token)| json!({ "id": stream.id, "name": stream.name, "token": token.expose() });
        answer["tokens"] = if in_file {
            json!([])
        } else {
            tokens.iter().map(item).collect()
        };
        return terminal.answer_json(&answer);
    }
    if yes {
        terminal.note(&render::plan(&plan));
    }
    if !in_file && !lines.is_empty() {
        let lines: String = lines
            .lines()
            .map(|line| line.split('\t').map(escape).collect::<Vec<_>>().join("\t") + "\n")
            .collect();
        terminal.answer(&lines)?;
    }
    Ok(())
}

/// Does everything that a plan says to the state at hand; the new tokens.
fn carry_out(change: &mut Change<'_>, plan: &Plan) -> anyhow::Result<Vec<(Stream, Token)>> {
    let (mut put, mut tokens) = (Vec::new(), Vec::new());
    for stream in &plan.deletes {
        change.delete(&stream.id);
    }
    for planned in &plan.changes {
        let mut stream = planned.after.clone();
        if planned.needs_token {
            give_token(change, &mut stream, &mut tokens)?;
        }
        put.push(stream);
    }
    // The document's first stream comes to stand on top.
    for target in plan.creates.iter().rev() {
        let birth = birth()?;
        let mut stream = target.draft.clone().build(birth).map_err(|wrong| {
            Failure::usage(
                wrong
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join("\n"),
            )
        })?;
        stream.status = target.status;
        if target.status == Status::Draft {
            stream.resume_at = Some(target.draft.next_step());
        } else {
            give_token(change, &mut stream, &mut tokens)?;
        }
        put.push(stream);
    }
    let senders: Vec<_> = put
        .iter()
        .filter_map(|stream| stream.default_sender.clone())
        .collect();
    change.state.add_senders(senders);
    for stream in put {
        change.state.put(stream);
    }
    tokens.reverse();
    Ok(tokens)
}

fn give_token(
    change: &mut Change<'_>,
    stream: &mut Stream,
    tokens: &mut Vec<(Stream, Token)>,
) -> anyhow::Result<()> {
    let token = Token::issue(randomness()?);
    change.issue(stream, &token);
    tokens.push((stream.clone(), token));
    Ok(())
}

fn plan_json(plan: &Plan) -> Value {
    let created = |target: &Target| json!({ "name": target.draft.name, "status": target.status });
    let changed = |change: &crate::domain::Change| json!({ "name": change.after.name, "changes": change.differences });
    let deleted = |stream: &Stream| json!({ "name": stream.name, "id": stream.id });
    json!({
        "create": plan.creates.iter().map(created).collect::<Vec<_>>(),
        "change": plan.changes.iter().map(changed).collect::<Vec<_>>(),
        "delete": plan.deletes.iter().map(deleted).collect::<Vec<_>>(),
        "unchanged": plan.unchanged,
    })
}
