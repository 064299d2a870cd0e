//! Edits of a stream: given answers replace others or extend lists, removals shorten lists.

use std::fmt;
use std::str::FromStr;

use super::draft::StreamDraft;
use super::field::Field;
use super::problem::Problem;
use super::text::quote;
use super::unique::Unique;
use super::value::Invalid;

/// What to remove, as typed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Removals {
    pub ips: Vec<String>,
    pub tags: Vec<String>,
    pub headers: Vec<String>,
}

impl StreamDraft {
    /// Lists grow and shrink; everything else is replaced.
    pub fn edited(
        mut self,
        mut given: Self,
        removals: &Removals,
        wrong: &mut Vec<Problem>,
    ) -> Self {
        take_out(
            Field::AllowedIps,
            &mut self.allowed_ips,
            &removals.ips,
            wrong,
        );
        take_out(Field::Tags, &mut self.tags, &removals.tags, wrong);
        put_in(&mut self.allowed_ips, given.allowed_ips.take().as_ref());
        put_in(&mut self.tags, given.tags.take().as_ref());
        let headers = self.webhook_headers.get_or_insert_default();
        for name in &removals.headers {
            let before = headers.len();
            headers.retain(|header| !header.name.is(name.trim()));
            if headers.len() == before {
                wrong.push(absent(Field::WebhookHeaders, name));
            }
        }
        for header in given.webhook_headers.take().into_iter().flatten() {
            headers.retain(|old| !old.name.is(header.name.as_str()));
            if let Err(error) = header.add_to(headers) {
                wrong.push(Problem::new(Field::WebhookHeaders, error));
            }
        }
        given.or(self)
    }
}

fn absent(field: Field, text: &str) -> Problem {
    let flag = if field == Field::AllowedIps {
        "--remove-ip"
    } else if field == Field::Tags {
        "--remove-tag"
    } else {
        "--remove-header"
    };
    Problem::new(
        field,
        format_args!(
            "{} can't be removed: the stream doesn't have it",
            quote(text)
        ),
    )
    .with(flag)
}

fn take_out<T>(
    field: Field,
    list: &mut Option<Unique<T>>,
    gone: &[String],
    wrong: &mut Vec<Problem>,
) where
    T: FromStr<Err = Invalid> + PartialEq + fmt::Debug,
{
    let list = list.get_or_insert_default();
    for text in gone {
        if !text.parse().is_ok_and(|value| list.remove(&value)) {
            wrong.push(absent(field, text));
        }
    }
}

fn put_in<T: PartialEq + Clone>(list: &mut Option<Unique<T>>, more: Option<&Unique<T>>) {
    let list = list.get_or_insert_default();
    for value in more.into_iter().flatten() {
        list.insert(value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RawDraft;

    fn draft(json: &str) -> StreamDraft {
        serde_json::from_str::<RawDraft>(json).unwrap().read().0
    }

    #[test]
    fn lists_grow_and_shrink_and_the_rest_is_replaced() {
        let before = draft(
            r#"{"name": "a", "tags": ["x", "y"], "allowed_ips": ["192.0.2.1"], "demo": true,
                "webhook": {"method": "get", "url": "https://example.com", "headers": ["X-A: 1", "X-B: 2"]}}"#,
        );
        let given =
            draft(r#"{"tags": ["z", "y"], "webhook": {"method": "get", "headers": ["x-a: 3"]}}"#);
        let removals = Removals {
            ips: vec!["192.0.2.1".into()],
            tags: vec!["x".into()],
            headers: vec!["x-b".into()],
        };
        let mut wrong = Vec::new();
        let after = before.edited(given, &removals, &mut wrong);
        assert_eq!(wrong, []);
        let tags: Vec<_> = after
            .tags
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(tags, ["y", "z"]);
        assert!(after.allowed_ips.unwrap().is_empty());
        let headers: Vec<_> = after
            .webhook_headers
            .unwrap()
            .iter()
            .map(|h| h.value.expose().to_owned())
            .collect();
        assert_eq!(headers, ["3"]);
        assert_eq!(after.demo, Some(true));
    }

    #[test]
    fn what_is_not_there_cannot_be_taken_out() {
        let removals = Removals {
            ips: vec!["10.1".into()],
            tags: vec!["no".into()],
            headers: vec!["X".into()],
        };
        let mut wrong = Vec::new();
        let _ = draft(r#"{"name": "a"}"#).edited(StreamDraft::default(), &removals, &mut wrong);
        assert_eq!(wrong.len(), 3);
        assert_eq!(
            wrong[0].to_string(),
            "--remove-ip: “10.1” can't be removed: the stream doesn't have it."
        );
    }
}
