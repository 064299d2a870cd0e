//! The wizard: asks for what a draft still needs, step by step, and lets its user go back.
//!
//! Knows prompts, not files: saving, previews and the clipboard are lent to it by its caller.

mod ask;
mod interrupt;
mod prompt;
mod script;

use crate::domain::{Step, StreamDraft, Surroundings, Tag};

pub use interrupt::Interrupt;
pub use prompt::{Prompt, yes_or_no};
pub use script::Script;

use script::Place;

/// What the wizard borrows from its caller.
pub struct Desk<'a> {
    /// Where prompts and texts go.
    pub prompt: Prompt<'a>,
    /// What the draft has to fit into.
    pub surroundings: &'a Surroundings<'a>,
    /// Tags in use, most used first.
    pub tags: &'a [Tag],
    /// Keeps the draft; it would go on at this step.
    pub save: &'a mut dyn FnMut(&StreamDraft, Step) -> anyhow::Result<()>,
    /// The details and previews of the stream to be.
    pub summary: &'a dyn Fn(&StreamDraft) -> String,
    /// The texts worth copying, by name.
    pub copies: &'a dyn Fn(&StreamDraft) -> Vec<(String, String)>,
    /// Hands a text to the clipboard.
    pub copy: &'a dyn Fn(&str),
}

/// How the wizard ended.
#[derive(Debug)]
pub enum Outcome {
    /// The stream is to be created.
    Create(StreamDraft),
    /// The draft was saved for later.
    Saved,
}

/// Walks from a step to the summary, asking what the script says.
///
/// # Errors
/// When a prompt or a save fails.
pub fn run(
    mut draft: StreamDraft,
    script: &Script,
    from: Step,
    desk: &mut Desk<'_>,
) -> anyhow::Result<Outcome> {
    let mut script = script.clone();
    let mut place = script.start(from, &draft);
    let mut shown = None;
    loop {
        let step = place.step();
        if shown != Some(step) {
            desk.prompt
                .say(&format!("\nStep {} of 3 · {}", step.number(), step.title()));
            shown = Some(step);
        }
        place = match place {
            Place::Question(field) => match ask::field(field, &mut draft, desk)? {
                ask::Answer::Given => script.after(field, &draft),
                ask::Answer::Back => match script.before(place, &draft) {
                    Some(before) => before,
                    None => {
                        desk.prompt.say("This is the first question.");
                        place
                    }
                },
            },
            Place::End(step) => match ask::end_of_step(desk)? {
                ask::End::Next => {
                    let next = step.next().unwrap_or(Step::Summary);
                    (desk.save)(&draft, next)?;
                    script.start(next, &draft)
                }
                ask::End::Back => script.before(place, &draft).unwrap_or(place),
                ask::End::Save => {
                    (desk.save)(&draft, step)?;
                    return Ok(Outcome::Saved);
                }
            },
            Place::Summary => match ask::summary(&draft, desk)? {
                ask::Last::Create => return Ok(Outcome::Create(draft)),
                ask::Last::Edit(step) => {
                    script.ask_all(step);
                    script.start(step, &draft)
                }
                ask::Last::Save => {
                    (desk.save)(&draft, Step::Summary)?;
                    return Ok(Outcome::Saved);
                }
            },
        };
    }
}
