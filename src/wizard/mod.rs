//! The wizard: asks for what a draft still needs, step by step, and lets its user go back.
//!
//! Knows prompts, not files: saving, previews and the clipboard are lent to it by its caller.

mod ask;
mod default_sender;
mod frame;
mod input;
mod interrupt;
mod keys;
mod line;
mod list;
mod measure;
mod modes;
mod plain;
mod prompt;
mod script;
mod several;
mod steps;

use crate::domain::{DraftConstraints, Field, Step, StreamDraft, Tag};

pub use interrupt::Interrupt;
pub use list::List;
pub use prompt::{Menu, Prompt, Typed};
pub use script::Script;

use ask::{Answer, Question};
use modes::KeyByKey;
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

type Save<'a> = dyn FnMut(&StreamDraft, Step, Option<Field>) -> anyhow::Result<()> + 'a;

/// What the wizard borrows from its caller.
pub struct WizardContext<'a> {
    pub purpose: Purpose,
    pub prompt: Prompt<'a>,
    pub constraints: &'a DraftConstraints<'a>,
    /// Most used first.
    pub tags: &'a [Tag],
    /// Keeps the draft, which resumes at this question of the step, or where it begins.
    pub save: &'a mut Save<'a>,
    /// The details of the stream to be, and its requests where there is room beside them.
    pub summary: &'a dyn Fn(&StreamDraft) -> String,
    /// Titles and texts of the requests.
    pub requests: &'a dyn Fn(&StreamDraft) -> Vec<(String, String)>,
    /// Names and texts.
    pub copies: &'a dyn Fn(&StreamDraft) -> Vec<(String, String)>,
    pub copy: &'a dyn Fn(&str),
}

impl WizardContext<'_> {
    /// A draft is kept from its name on, so that nothing of what is answered can be lost.
    fn keep(&mut self, draft: &StreamDraft, place: Place) -> anyhow::Result<()> {
        match place {
            Place::Question(field) => self.keep_at(draft, field.step(), Some(field)),
            Place::End(step) => self.keep_at(draft, step.next().unwrap_or(step), None),
            Place::Summary => self.keep_at(draft, Step::Summary, None),
        }
    }

    fn keep_at(
        &mut self,
        draft: &StreamDraft,
        step: Step,
        question: Option<Field>,
    ) -> anyhow::Result<()> {
        match self.purpose {
            Purpose::Create if draft.name.is_some() => (self.save)(draft, step, question),
            Purpose::Create | Purpose::Edit => Ok(()),
        }
    }

    fn tell_saved(&self) {
        if self.purpose == Purpose::Create {
            self.prompt.tell("Draft saved.");
        }
    }
}

#[derive(Debug)]
pub enum Outcome {
    Finished(StreamDraft),
    /// The user left; a new stream's draft was saved.
    Left(StreamDraft),
}

/// Where the wizard begins.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    pub step: Step,
    pub question: Option<Field>,
    /// Whether the draft's answers are kept as they are already.
    pub is_kept: bool,
}

pub fn run(
    mut draft: StreamDraft,
    script: &Script,
    start: Start,
    context: &mut WizardContext<'_>,
) -> anyhow::Result<Outcome> {
    let _modes = KeyByKey::begin();
    let mut script = script.clone();
    let mut place = script.resume(start.step, start.question, &draft);
    if !start.is_kept {
        context.keep(&draft, place)?;
    }
    let mut shown = None;
    loop {
        let step = place.step();
        if shown != Some(step) {
            steps::announce(shown, place, &script, &draft, context);
            shown = Some(step);
        }
        place = match place {
            Place::Question(field) => {
                let rest = script.has_more(field, &draft);
                let question = Question { field, rest };
                match ask::ask(question, &mut draft, context)? {
                    Answer::Given if skips(field, &draft) => {
                        steps::next(step, &script, &draft, context)?
                    }
                    Answer::Given => {
                        let next = script.after(field, &draft);
                        context.keep(&draft, next)?;
                        next
                    }
                    Answer::Back => script.before(place, &draft).unwrap_or_else(|| {
                        context.prompt.tell("This is the first question.");
                        place
                    }),
                    Answer::Rest => steps::skip_rest(field, &script, &draft, context)?,
                }
            }
            Place::End(step) => match steps::end(context)? {
                steps::End::Next => steps::next(step, &script, &draft, context)?,
                steps::End::Back => script.before(place, &draft).unwrap_or(place),
                steps::End::Quit => {
                    context.keep_at(&draft, step, None)?;
                    context.tell_saved();
                    return Ok(Outcome::Left(draft));
                }
            },
            Place::Summary => match steps::summary(&draft, context)? {
                steps::Summary::Finish => return Ok(Outcome::Finished(draft)),
                steps::Summary::Edit(step) => {
                    script.ask_all(step);
                    script.start(step, &draft)
                }
                steps::Summary::Quit => {
                    context.keep_at(&draft, Step::Summary, None)?;
                    context.tell_saved();
                    return Ok(Outcome::Left(draft));
                }
            },
        };
    }
}

/// Whether an answer leaves nothing to be asked about in its step.
fn skips(field: Field, draft: &StreamDraft) -> bool {
    field == Field::WebhookMethod && !draft.applies(Field::WebhookUrl)
}
