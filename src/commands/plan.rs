//! `textpeak streams plan` and `apply`

use std::path::Path;

use serde_json::{Value, json};

use super::interrupt_message::InterruptMessage;
use super::session::{Session, ask, needs_a_terminal, randomness};
use super::wanted::Wanted;
use crate::cli::PlanArgs;
use crate::domain::{Plan, Stream, Target, Token, escape};
use crate::error::{Code, Failure};
use crate::files::NewFile;
use crate::render;
use crate::service;

pub fn plan(session: &Session, args: &PlanArgs) -> anyhow::Result<Code> {
    let wanted = Wanted::read(args)?;
    let plan = wanted.plan(&*session.catalogue()?)?;
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
        let plan = wanted.plan(&*session.catalogue()?)?;
        if plan.is_empty() {
            if terminal.json() {
                return terminal.answer_json(&plan_json(&plan));
            }
            terminal.note("Nothing to do. The streams already match the document.");
            return Ok(());
        }
        render::plan(&plan)
    };
    if !yes {
        confirm(session, &shown, "textpeak streams plan")?;
    }
    let out = tokens_out.map(NewFile::create).transpose()?;
    let mut random = randomness()?;
    // What was agreed to is what is done.
    let agreed = |plan: &Plan| yes || render::plan(plan) == shown;
    let (store, clock, order) = (&*session.store, &session.clock, wanted.order());
    let (plan, tokens) = match ask(service::apply(store, clock, &mut random, order, &agreed)) {
        Ok(done) => done,
        Err(error) => {
            if let Some(out) = out {
                out.discard();
            }
            return Err(wanted.failure(error).into());
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
        return terminal.answer_json(&applied_json(&plan, &tokens, in_file));
    }
    if yes {
        terminal.note(&render::plan(&plan));
    }
    if !in_file && !lines.is_empty() {
        terminal.answer(&escaped(&lines))?;
    }
    Ok(())
}

fn escaped(lines: &str) -> String {
    let line = |line: &str| line.split('\t').map(escape).collect::<Vec<_>>().join("\t") + "\n";
    lines.lines().map(line).collect()
}

/// Ctrl-C has a message of its own from the agreement on; `look` is a command that shows what is left
/// to do then.
pub fn confirm(session: &Session, shown: &str, look: &str) -> anyhow::Result<()> {
    let terminal = session.terminal;
    if !terminal.is_interactive() {
        return Err(
            needs_a_terminal("confirmation", "use --yes to apply without confirmation").into(),
        );
    }
    terminal.say(shown);
    let interrupt_message = InterruptMessage::watch(session, "Canceled. Nothing was changed.")?;
    let say = |text: &str| terminal.say(text);
    if !interrupt_message
        .prompt(&say)
        .yes_or_no("Apply this plan?")?
    {
        return Err(Failure::new(Code::Cancelled, "nothing was changed").into());
    }
    interrupt_message.set(format!(
        "Canceled while applying. To see what was applied, run: {look}"
    ));
    Ok(())
}

/// Tokens that stand in a file of their own are left out.
fn applied_json(plan: &Plan, tokens: &[(Stream, Token)], in_file: bool) -> Value {
    let item = |(stream, token): &(Stream, Token)| json!({ "id": stream.id, "name": stream.name, "token": token.expose() });
    let mut answer = plan_json(plan);
    answer["tokens"] = if in_file {
        json!([])
    } else {
        tokens.iter().map(item).collect()
    };
    answer
}

pub fn plan_json(plan: &Plan) -> Value {
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
