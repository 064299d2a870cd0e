//! `textpeak streams plan` and `apply`

use std::path::Path;

use serde_json::{Value, json};

use super::last_word::LastWord;
use super::session::{Session, birth, environment, needs_a_terminal, now, randomness};
use crate::cli::PlanOptions;
use crate::document;
use crate::domain::{Plan, Problem, RawDraft, Status, Stream, Target, Token, escape, quote};
use crate::error::{Code, Failure};
use crate::render;
use crate::state::{Change, NewFile, State, input_name, read_text_input};

pub fn plan(session: &Session, options: &PlanOptions) -> anyhow::Result<Code> {
    let wanted = Wanted::read(options)?;
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
    options: &PlanOptions,
    yes: bool,
    tokens_out: Option<&Path>,
) -> anyhow::Result<()> {
    let terminal = session.terminal;
    let wanted = Wanted::read(options)?;
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

/// What a document wants.
struct Wanted {
    origin: String,
    text: String,
    streams: Vec<RawDraft>,
    prune: bool,
}

impl Wanted {
    fn read(options: &PlanOptions) -> anyhow::Result<Self> {
        let PlanOptions { file, prune } = options;
        let origin = input_name(file);
        let text = read_text_input(file)?;
        let streams = document::read(&text, &origin)?;
        Ok(Self {
            origin,
            text,
            streams,
            prune: *prune,
        })
    }

    fn plan(&self, state: &State<'_>) -> anyhow::Result<Plan> {
        let present = state.streams()?;
        let mut wrong: Vec<(usize, Problem)> = Vec::new();
        let mut targets = Vec::with_capacity(self.streams.len());
        let by_name: std::collections::HashMap<_, _> = present
            .iter()
            .map(|stream| (stream.name.as_str().to_lowercase(), stream))
            .collect();
        for (number, raw) in self.streams.iter().enumerate() {
            let name = raw.name.clone().unwrap_or_default();
            let now = by_name
                .get(&name.to_lowercase())
                .and_then(|stream| stream.webhook.as_ref());
            let mut raw = raw.clone();
            let unfilled = raw.fill(&environment, now).err().unwrap_or_default();
            let (draft, mut problems) = raw.read();
            problems.extend(unfilled);
            wrong.extend(problems.into_iter().map(|problem| (number, problem)));
            targets.push(Target {
                draft,
                status: raw.status.unwrap_or(Status::Ready),
            });
        }
        let planned = Plan::new(present, targets, self.prune, now());
        // An answer that could not be read is not missing as well.
        let told = |(number, problem): &(usize, Problem)| {
            wrong
                .iter()
                .any(|(other, known)| other == number && known.field == problem.field)
        };
        let (plan, more) = match planned {
            Ok(plan) => (plan, Vec::new()),
            Err(more) => (
                Plan::default(),
                more.into_iter().filter(|problem| !told(problem)).collect(),
            ),
        };
        wrong.extend(more);
        if wrong.is_empty() {
            return Ok(plan);
        }
        wrong.sort_by_key(|(number, problem)| (*number, problem.field));
        Err(self.refused(&wrong).into())
    }

    /// Everything that is wrong, each with its place: the first bad value is known to the column,
    /// of the others the stream that they are in.
    fn refused(&self, wrong: &[(usize, Problem)]) -> Failure {
        let mut value = document::locate(&self.text);
        let mut line = |(number, problem): &(usize, Problem)| {
            if let Some(value) = value.take_if(|value| value.contains(&problem.sentence)) {
                return format!("\n  {value}");
            }
            let place = document::place_of(&self.text, *number)
                .unwrap_or_else(|| "line 1 column 1".to_owned());
            let name = self
                .streams
                .get(*number)
                .and_then(|raw| raw.name.as_deref())
                .unwrap_or_default();
            format!("\n  {}: {} at {place}", quote(name), problem.sentence)
        };
        let lines: String = wrong.iter().map(&mut line).collect();
        Failure::usage(format_args!("{} cannot be applied{lines}", self.origin))
            .hint("textpeak streams schema")
    }
}

/// Does everything that a plan says to the state at hand; the new tokens.
fn carry_out(change: &mut Change<'_>, plan: &Plan) -> anyhow::Result<Vec<(Stream, Token)>> {
    let mut tokens = Vec::new();
    for stream in &plan.deletes {
        change.state.remove(&stream.id);
        change.revoke(stream.id.as_str());
    }
    for planned in &plan.changes {
        let mut stream = planned.after.clone();
        if planned.needs_token {
            give_token(change, &mut stream, &mut tokens)?;
        }
        keep(change, stream);
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
        if target.status != Status::Draft {
            stream.resume_at = None;
            give_token(change, &mut stream, &mut tokens)?;
        }
        keep(change, stream);
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

fn keep(change: &mut Change<'_>, stream: Stream) {
    if let Some(sender) = &stream.default_sender {
        change.state.add_senders([sender.clone()]);
    }
    change.state.put(stream);
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = "streams:\n  - name: OTP\n    allowed_ips: [192.0.2.1]\n    webhook:\n      url: https://example.com\n      headers:\n        - name: X-Key\n          value: v\n  - name: Two\n    status: Draft\n    default_sender: ACME\n";

    fn mutated() -> impl Strategy<Value = String> {
        let edit = (
            any::<prop::sample::Index>(),
            prop::option::of(any::<char>()),
        );
        prop::collection::vec(edit, 1..12).prop_map(|edits| {
            let mut text: Vec<char> = GOOD.chars().collect();
            for (at, change) in edits {
                if text.is_empty() {
                    break;
                }
                let at = at.index(text.len());
                match change {
                    Some(c) => text[at] = c,
                    None => drop(text.remove(at)),
                }
            }
            text.into_iter().collect()
        })
    }

    fn planned(text: &str) -> anyhow::Result<Plan> {
        let streams = document::read(text, "x")?;
        let wanted = Wanted {
            origin: "x".to_owned(),
            text: text.to_owned(),
            streams,
            prune: true,
        };
        wanted.plan(&State::parse(Path::new("state.json"), "")?)
    }

    #[test]
    fn a_good_document_is_planned() {
        assert_eq!(planned(GOOD).unwrap().creates.len(), 2);
    }

    proptest! {
        // PROPTEST_CASES asks for more.
        #![proptest_config(ProptestConfig {
            cases: ProptestConfig::default().cases.max(10_000),
            ..ProptestConfig::default()
        })]
        #[test]
        fn no_text_panics_and_every_refusal_has_a_place(text in prop_oneof![mutated(), any::<String>()]) {
            if let Err(error) = planned(&text) {
                let message = Failure::from(&error).message;
                prop_assert!(message.starts_with("x cannot be "), "{message}");
                let placed = message.contains("line ") && message.contains("column ");
                prop_assert!(placed || message.ends_with("it is empty"), "{message}");
            }
        }
    }
}
