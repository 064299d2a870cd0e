//! A plan and the differences in it, as people read them.

use anstyle::{AnsiColor, Style};

use crate::domain::{Difference, Field, Plan, escape};

pub fn plan(plan: &Plan) -> String {
    plan_with(plan, &[])
}

/// What a plan does besides its streams.
#[derive(Debug)]
pub struct Also {
    pub is_new: bool,
    pub verb: &'static str,
    pub what: String,
}

pub fn plan_with(plan: &Plan, also: &[Also]) -> String {
    let mut text = String::new();
    for target in &plan.creates {
        let name = target.draft.name.as_ref().map_or("", |name| name.as_str());
        text += &line('+', "create", name, AnsiColor::Green);
    }
    for change in &plan.changes {
        text += &line('~', "change", change.after.name.as_str(), AnsiColor::Yellow);
        text += &differences(&change.differences);
    }
    for stream in &plan.deletes {
        text += &line('-', "delete", stream.name.as_str(), AnsiColor::Red);
    }
    for Also { is_new, verb, what } in also {
        let (sign, color) = if *is_new {
            ('+', AnsiColor::Green)
        } else {
            ('~', AnsiColor::Yellow)
        };
        text += &line(sign, verb, what, color);
    }
    text + &format!(
        "{} to create, {} to change, {} to delete, {} unchanged\n",
        plan.creates.len(),
        plan.changes.len(),
        plan.deletes.len(),
        plan.unchanged
    )
}

fn line(sign: char, verb: &str, name: &str, color: AnsiColor) -> String {
    let style = Style::new().fg_color(Some(color.into()));
    format!("{style}{sign} {verb}{style:#}  {}\n", escape(name))
}

pub fn differences(differences: &[Difference]) -> String {
    let shown = |field: &str, text: &str| match text {
        // An empty allow list allows most, which nothing must look like.
        "" if field == Field::AllowedIps.key() => "any".to_owned(),
        "" => "-".to_owned(),
        text => escape(text).into_owned(),
    };
    let line = |d: &Difference| {
        format!(
            "    {}: {} → {}\n",
            d.field,
            shown(&d.field, &d.before),
            shown(&d.field, &d.after)
        )
    };
    differences.iter().map(line).collect()
}
