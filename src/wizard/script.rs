//! The order of the wizard as a pure state machine: where an answer leads, where going back does.

use crate::domain::{Field, Step, StreamDraft};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Question(Field),
    /// Before the step is saved.
    End(Step),
    Summary,
}

impl Place {
    pub fn step(self) -> Step {
        match self {
            Self::Question(field) => field.step(),
            Self::End(step) => step,
            Self::Summary => Step::Summary,
        }
    }
}

/// Which questions are asked. A question that a flag answered is not.
#[derive(Debug, Clone)]
pub struct Script {
    asked: Vec<Field>,
}

impl Script {
    /// The questions that a draft leaves open.
    pub fn open(draft: &StreamDraft) -> Self {
        Self {
            asked: Field::ALL
                .into_iter()
                .filter(|field| !draft.answered(*field))
                .collect(),
        }
    }

    /// Everything of a step and of those after it.
    pub fn from_step(step: Step) -> Self {
        Self {
            asked: Field::ALL
                .into_iter()
                .filter(|field| field.step() >= step)
                .collect(),
        }
    }

    pub fn ask_all(&mut self, step: Step) {
        self.asked.extend(step.fields());
    }

    fn questions<'a>(
        &'a self,
        step: Step,
        draft: &'a StreamDraft,
    ) -> impl DoubleEndedIterator<Item = Field> + 'a {
        step.fields()
            .filter(|field| self.asked.contains(field) && draft.applies(*field))
    }

    pub fn asks(&self, field: Field) -> bool {
        self.asked.contains(&field)
    }

    /// Whether another question of the step follows.
    pub fn has_more(&self, field: Field, draft: &StreamDraft) -> bool {
        matches!(self.after(field, draft), Place::Question(_))
    }

    /// The question of a step, or the first place of it.
    pub fn resume(&self, step: Step, question: Option<Field>, draft: &StreamDraft) -> Place {
        match question.filter(|field| self.asks(*field) && draft.applies(*field)) {
            Some(field) => Place::Question(field),
            None => self.start(step, draft),
        }
    }

    /// The first place of a step, or of the first later one that has something to ask.
    pub fn start(&self, step: Step, draft: &StreamDraft) -> Place {
        match (self.questions(step, draft).next(), step.next()) {
            (Some(field), _) => Place::Question(field),
            (None, Some(next)) => self.start(next, draft),
            (None, None) => Place::Summary,
        }
    }

    pub fn after(&self, field: Field, draft: &StreamDraft) -> Place {
        let next = self
            .questions(field.step(), draft)
            .find(|later| *later > field);
        next.map_or(Place::End(field.step()), Place::Question)
    }

    /// `None` before the first question.
    pub fn before(&self, place: Place, draft: &StreamDraft) -> Option<Place> {
        let earlier = |field: &Field| match place {
            Place::Question(here) => *field < here,
            Place::End(step) => field.step() <= step,
            Place::Summary => true,
        };
        let all = Step::ALL
            .into_iter()
            .flat_map(|step| self.questions(step, draft));
        all.rev().find(earlier).map(Place::Question)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Incoming, Method};

    fn walk(script: &Script, draft: &StreamDraft) -> Vec<Place> {
        let mut places = vec![script.start(Step::Details, draft)];
        loop {
            let next = match *places.last().unwrap() {
                Place::Question(field) => script.after(field, draft),
                Place::End(step) => script.start(step.next().unwrap(), draft),
                Place::Summary => return places,
            };
            places.push(next);
        }
    }

    #[test]
    fn s02_three_steps_ask_for_what_each_needs() {
        let draft = StreamDraft {
            webhook_method: Some(Incoming::Webhook(Method::Post)),
            ..StreamDraft::default()
        };
        let mut script = Script::open(&StreamDraft::default());
        let places = walk(&script, &draft);
        let questions: Vec<_> = places
            .iter()
            .filter(|place| matches!(place, Place::Question(_)))
            .collect();
        assert_eq!(questions.len(), Field::ALL.len());
        assert_eq!(places[6], Place::End(Step::Details));
        assert_eq!(*places.last().unwrap(), Place::Summary);
        script.ask_all(Step::Details);
        assert_eq!(walk(&script, &draft), places);
    }

    #[test]
    fn asks_only_for_what_the_flags_left_out() {
        let draft = StreamDraft {
            name: Some("x".parse().unwrap()),
            demo: Some(true),
            ..StreamDraft::default()
        };
        let script = Script::open(&draft);
        let places = walk(&script, &draft);
        assert_eq!(places[0], Place::Question(Field::Description));
        assert!(!places.contains(&Place::Question(Field::Demo)));
    }

    #[test]
    fn s18_skipping_the_webhook_asks_nothing_more_about_it() {
        let draft = StreamDraft {
            webhook_method: Some(Incoming::Skip),
            ..StreamDraft::default()
        };
        let script = Script::from_step(Step::Webhook);
        assert_eq!(
            script.after(Field::WebhookMethod, &draft),
            Place::End(Step::Webhook)
        );
    }

    #[test]
    fn back_leads_to_the_question_before_across_steps_and_stops_at_the_first() {
        let draft = StreamDraft {
            webhook_method: Some(Incoming::Skip),
            ..StreamDraft::default()
        };
        let script = Script::open(&StreamDraft::default());
        let mut place = Place::Summary;
        let mut seen = Vec::new();
        while let Some(before) = script.before(place, &draft) {
            place = before;
            seen.push(place);
        }
        assert_eq!(seen.first(), Some(&Place::Question(Field::WebhookMethod)));
        assert_eq!(seen.last(), Some(&Place::Question(Field::Name)));
        assert_eq!(seen.len(), 7);
        assert_eq!(
            script.before(Place::End(Step::Details), &draft),
            Some(Place::Question(Field::Demo))
        );
    }
}
