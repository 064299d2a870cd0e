//! What stands between questions: a step's heading and end, and the summary.

use super::WizardContext;
use super::prompt::{Menu, Typed};
use super::script::{Place, Script};
use crate::domain::{Field, Step, StreamDraft};

pub enum End {
    Next,
    Back,
    Quit,
}

pub enum Summary {
    Finish,
    Edit(Step),
    Quit,
}

/// The heading of the place's step, and of those that were passed; under each, the answers that
/// are given already.
pub fn announce(
    shown: Option<Step>,
    place: Place,
    script: &Script,
    draft: &StreamDraft,
    context: &WizardContext<'_>,
) {
    let step = place.step();
    let first = match shown {
        Some(shown) if shown < step => shown.next().unwrap_or(step),
        Some(_) => step,
        None => Step::Details,
    };
    for passed in Step::ALL
        .into_iter()
        .filter(|one| (first..=step).contains(one))
    {
        let given: Vec<_> = passed
            .fields()
            .filter(|field| is_given(*field, place, script, draft))
            .collect();
        if passed != step && given.is_empty() {
            continue;
        }
        let prompt = context.prompt;
        prompt.say(&format!(
            "\nStep {} of 3 · {}",
            passed.number(),
            passed.title()
        ));
        for field in given {
            prompt.settle(field.label(), &draft.shown(field));
        }
    }
}

/// Whether a question was answered by a flag, or before the draft was resumed.
fn is_given(field: Field, place: Place, script: &Script, draft: &StreamDraft) -> bool {
    let before = match place {
        Place::Question(here) => field < here,
        Place::End(_) | Place::Summary => true,
    };
    draft.applies(field) && draft.answered(field) && (before || !script.asks(field))
}

/// Asks whether to go on to the next step.
pub fn end(context: &WizardContext<'_>) -> anyhow::Result<End> {
    let entries = [
        context.purpose.next_label(),
        "Back",
        context.purpose.quit_label(),
    ];
    Ok(match context.prompt.choose("Continue?", &entries, 0)? {
        Some(0) => End::Next,
        Some(2) => End::Quit,
        _ => End::Back,
    })
}

/// The first place after a step, with the draft kept.
pub fn next(
    step: Step,
    script: &Script,
    draft: &StreamDraft,
    context: &mut WizardContext<'_>,
) -> anyhow::Result<Place> {
    let next = step.next().unwrap_or(Step::Summary);
    context.keep_at(draft, next, None)?;
    context.tell_saved();
    Ok(script.start(next, draft))
}

/// The end of a step whose other questions keep what they have, unless one of them has to be
/// answered.
pub fn skip_rest(
    field: Field,
    script: &Script,
    draft: &StreamDraft,
    context: &mut WizardContext<'_>,
) -> anyhow::Result<Place> {
    let step = field.step();
    let open = draft.missing().find(|missing| missing.step() == step);
    if let Some(open) = open {
        let label = open.label();
        context.prompt.tell(&format!("{label} is required."));
        return Ok(Place::Question(open));
    }
    next(step, script, draft, context)
}

pub fn summary(draft: &StreamDraft, context: &WizardContext<'_>) -> anyhow::Result<Summary> {
    let prompt = context.prompt;
    let requests = (context.requests)(draft);
    let shows: Vec<_> = requests
        .iter()
        .map(|(title, _)| format!("Show {title}"))
        .collect();
    let mut entries = vec![
        context.purpose.finish_label(),
        "Edit step 1",
        "Edit step 2",
        context.purpose.quit_label(),
    ];
    let first_show = entries.len();
    entries.extend(shows.iter().map(String::as_str));
    entries.push("Copy…");
    let text = (context.summary)(draft);
    prompt.say(text.trim_end());
    // With the step's heading.
    let mut above = text.trim_end().lines().count() + 1;
    loop {
        match prompt.choose(
            context.purpose.question(),
            &entries,
            std::mem::take(&mut above),
        )? {
            None => {}
            Some(0) => return Ok(Summary::Finish),
            Some(1) => return Ok(Summary::Edit(Step::Details)),
            Some(2) => return Ok(Summary::Edit(Step::Webhook)),
            Some(3) => return Ok(Summary::Quit),
            Some(at) => match requests.get(at - first_show) {
                Some((_, text)) => {
                    let text = text.trim_end();
                    above = text.lines().count();
                    prompt.say(&format!("\n{text}"));
                }
                None => copy(draft, context)?,
            },
        }
    }
}

fn copy(draft: &StreamDraft, context: &WizardContext<'_>) -> anyhow::Result<()> {
    let texts = (context.copies)(draft);
    let names: Vec<_> = texts.iter().map(|(name, _)| name.clone()).collect();
    let menu = Menu {
        label: "Copy",
        entries: &names,
        ..Menu::default()
    };
    if let Typed::Answer(at) = context.prompt.menu(&menu)? {
        (context.copy)(&texts[at].1);
    }
    Ok(())
}
