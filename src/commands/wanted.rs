//! What a document wants of the streams that there are: read, filled from the environment, planned.

use super::session::{environment, now};
use crate::cli::PlanArgs;
use crate::document;
use crate::domain::{Plan, Problem, RawDraft, quote};
use crate::error::Failure;
use crate::files::{input_name, read_text_input};
use crate::service::{self, ServiceError};
use crate::store::Catalogue;

pub struct Wanted {
    origin: String,
    text: String,
    streams: Vec<RawDraft>,
    prune: bool,
}

impl Wanted {
    pub fn read(args: &PlanArgs) -> anyhow::Result<Self> {
        let PlanArgs { file, prune } = args;
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

    pub fn order(&self) -> service::Wanted<'_> {
        service::Wanted {
            streams: &self.streams,
            prune: self.prune,
            environment: &environment,
        }
    }

    pub fn plan(&self, catalogue: &Catalogue) -> Result<Plan, Failure> {
        service::plan(catalogue, self.order(), now()).map_err(|error| self.failure(error))
    }

    /// Adds the places in the document.
    pub fn failure(&self, error: ServiceError) -> Failure {
        if let ServiceError::Document(wrong) = &error {
            return self.refused(wrong);
        }
        error.into()
    }

    /// Everything that is wrong, each with its place: the first bad value is known to the column,
    /// of the others the stream that they are in.
    fn refused(&self, wrong: &[(usize, Problem)]) -> Failure {
        let mut value = document::locate(&self.text);
        let mut line = |(number, problem): &(usize, Problem)| {
            let what = problem.sentence.trim_end_matches('.');
            if let Some(value) = value.take_if(|value| value.contains(what)) {
                return format!("\n  {value}");
            }
            let place = document::place_of(&self.text, *number)
                .unwrap_or_else(|| "line 1 column 1".to_owned());
            let name = self
                .streams
                .get(*number)
                .and_then(|raw| raw.name.as_deref())
                .unwrap_or_default();
            format!("\n  {}: {what} at {place}", quote(name))
        };
        let lines: String = wrong.iter().map(&mut line).collect();
        Failure::usage(format_args!("{} can't be applied:{lines}", self.origin))
            .hint("textpeak streams schema")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Clock, Home, LocalStore};
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
        let nowhere = Home::locate(Some("/nowhere".into()))?;
        let empty = LocalStore::new(nowhere, Clock::system()).snapshot_now()?;
        Ok(wanted.plan(&empty)?)
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
                let told = ["cannot read x: ", "x can't be applied:"];
                prop_assert!(told.iter().any(|begin| message.starts_with(begin)), "{message}");
                let placed = message.contains("line ") && message.contains("column ");
                prop_assert!(placed || message.ends_with("it is empty"), "{message}");
            }
        }
    }
}
