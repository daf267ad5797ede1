//! The figures as rows of JSON: one for the whole, one for each day, article, team and reason. `of` says which.

use super::counts::Counts;
use super::{Numbers, Period};
use crate::ticket::Would;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// All rows, the whole first. What is zero is left out of all but the first.
#[must_use]
pub fn rows(numbers: &Numbers, period: &Period) -> Vec<Value> {
    let mut whole = named("all", None, &numbers.all, Zeros::Shown);
    let _ = whole.insert("from".to_owned(), json!(period.from));
    let _ = whole.insert("until".to_owned(), json!(period.until));
    let _ = whole.insert("rates".to_owned(), rates(numbers));
    let mut rows = vec![Value::Object(whole)];
    let mut add = |of, name: String, counts: &Counts| {
        rows.push(Value::Object(named(of, Some(name), counts, Zeros::Hidden)));
    };
    for (day, counts) in &numbers.days {
        add("day", day.to_string(), counts);
    }
    for (article, counts) in &numbers.articles {
        add("article", article.to_string(), counts);
    }
    for (team, counts) in &numbers.teams {
        add("team", team.to_string(), counts);
    }
    let rules: BTreeSet<&String> = (numbers.reasons.keys())
        .chain(numbers.reasons_in_shadow.keys())
        .collect();
    rows.extend(rules.into_iter().map(|rule| {
        let hand_offs = numbers.reasons.get(rule).copied().unwrap_or_default();
        let mut row = json!({ "of": "reason", "name": rule, "hand_offs": hand_offs });
        let in_shadow = numbers.reasons_in_shadow.get(rule);
        if let (Some(count), Some(row)) = (in_shadow, row.as_object_mut()) {
            let in_shadow = json!({ Would::HandOff.as_str(): count });
            let _ = row.insert("in_shadow".to_owned(), in_shadow);
        }
        row
    }));
    rows
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Zeros {
    Shown,
    Hidden,
}

fn named(of: &str, name: Option<String>, counts: &Counts, zeros: Zeros) -> Map<String, Value> {
    let mut row = Map::new();
    let _ = row.insert("of".to_owned(), of.into());
    if let Some(name) = name {
        let _ = row.insert("name".to_owned(), name.into());
    }
    // Counts are plain numbers and words: they always become JSON.
    if let Ok(Value::Object(counts)) = serde_json::to_value(counts) {
        let says_something = |value: &Value| match value {
            Value::Number(number) => number.as_u64() != Some(0),
            Value::Object(spread) => {
                !spread.is_empty() && spread.get("count").is_none_or(|count| *count != json!(0))
            }
            _ => true,
        };
        let kept = counts
            .into_iter()
            .filter(|(_, value)| zeros == Zeros::Shown || says_something(value));
        row.extend(kept);
    }
    row
}

/// Parts of wholes, 0 to 1; nothing where the whole is none.
fn rates(numbers: &Numbers) -> Value {
    let (counts, settled) = (&numbers.all, numbers.settled);
    let part = |part: u64, whole: u64| match whole {
        0 => Value::Null,
        whole => json!(part as f64 / whole as f64),
    };
    let due = counts.promises_kept + counts.promises_broken;
    let seen = counts.drafts_sent
        + counts.drafts_edited
        + counts.drafts_refused
        + counts.drafts_answered_instead;
    json!({
        "recontacted": part(settled.recontacted, settled.answers),
        "confirmed": part(settled.confirmed, settled.answers),
        "promises_kept": part(counts.promises_kept, due),
        "asked_again": part(counts.asked_again, counts.first_replies),
        "drafts_sent_as_they_were": part(counts.drafts_sent, seen),
    })
}
