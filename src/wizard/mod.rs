//! The wizard: asks for what a draft still needs, step by step, and lets its user go back.
//!
//! Knows prompts, not files: saving, previews and the clipboard are lent to it by its caller.

mod ask;
mod default_sender;
mod interrupt;
mod measure;
mod modes;
mod prompt;
mod script;
mod several;

use crate::domain::{DraftConstraints, Step, StreamDraft, Tag};

pub use interrupt::Interrupt;
pub use prompt::{Prompt, Typed};
pub use script::Script;

use script::Place;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A new stream: every step saves its draft.
    Create,
    /// A stream that is there: nothing is saved before the end.
    Edit,
}

impl Purpose {
    pub fn heading(self) -> &'static str {
        match self {
            Self::Create => "Create a stream · SMS Two-Way",
            Self::Edit => "Edit a stream · SMS Two-Way",
        }
    }

    fn next_label(self) -> &'static str {
        match self {
            Self::Create => "Save & Next",
            Self::Edit => "Next",
        }
    }

    fn quit_label(self) -> &'static str {
        match self {
            Self::Create => "Save as draft and quit",
            Self::Edit => "Quit without saving",
        }
    }

    fn question(self) -> &'static str {
        match self {
            Self::Create => "Create this stream?",
            Self::Edit => "Save these changes?",
        }
    }

    fn finish_label(self) -> &'static str {
        match self {
            Self::Create => "Create stream",
            Self::Edit => "Save changes",
        }
    }
}

/// What the wizard borrows from its caller.
pub struct WizardContext<'a> {
    pub purpose: Purpose,
    pub prompt: Prompt<'a>,
    pub constraints: &'a DraftConstraints<'a>,
    /// Most used first.
    pub tags: &'a [Tag],
    /// Keeps the draft, which resumes at this step.
    pub save: &'a mut dyn FnMut(&StreamDraft, Step) -> anyhow::Result<()>,
    /// The details and previews of the stream to be.
    pub summary: &'a dyn Fn(&StreamDraft) -> String,
    /// Names and texts.
    pub copies: &'a dyn Fn(&StreamDraft) -> Vec<(String, String)>,
    pub copy: &'a dyn Fn(&str),
}

impl WizardContext<'_> {
    fn keep(&mut self, draft: &StreamDraft, step: Step) -> anyhow::Result<()> {
        match self.purpose {
            Purpose::Create => (self.save)(draft, step),
            Purpose::Edit => Ok(()),
        }
    }
}

#[derive(Debug)]
pub enum Outcome {
    Finished(StreamDraft),
    /// The user left; a new stream's draft was saved.
    Left(StreamDraft),
}

pub fn run(
    mut draft: StreamDraft,
    script: &Script,
    from: Step,
    context: &mut WizardContext<'_>,
) -> anyhow::Result<Outcome> {
    let mut script = script.clone();
    let mut place = script.start(from, &draft);
    let mut shown = None;
    loop {
        let step = place.step();
        if shown != Some(step) {
            context
                .prompt
                .say(&format!("\nStep {} of 3 · {}", step.number(), step.title()));
            shown = Some(step);
        }
        place = match place {
            Place::Question(field) => match ask::field(field, &mut draft, context)? {
                ask::Answer::Given => script.after(field, &draft),
                ask::Answer::Back => script.before(place, &draft).unwrap_or_else(|| {
                    context.prompt.tell("This is the first question.");
                    place
                }),
            },
            Place::End(step) => match ask::end_of_step(context)? {
                ask::StepChoice::Next => {
                    let next = step.next().unwrap_or(Step::Summary);
                    context.keep(&draft, next)?;
                    script.start(next, &draft)
                }
                ask::StepChoice::Back => script.before(place, &draft).unwrap_or(place),
                ask::StepChoice::Quit => {
                    context.keep(&draft, step)?;
                    return Ok(Outcome::Left(draft));
                }
            },
            Place::Summary => match ask::summary(&draft, context)? {
                ask::SummaryChoice::Finish => return Ok(Outcome::Finished(draft)),
                ask::SummaryChoice::Edit(step) => {
                    script.ask_all(step);
                    script.start(step, &draft)
                }
                ask::SummaryChoice::Quit => {
                    context.keep(&draft, Step::Summary)?;
                    return Ok(Outcome::Left(draft));
                }
            },
        };
    }
}
