//! What does an answer say? A flat JSON object becomes the fields of the settings, each one line of plain text. Pure. Reads hostile input: a CRM
//! holds what customers typed into forms.

use crate::config::{FieldName, Lookup};
use crate::mail::HeaderText;
use serde_json::Value;
use std::collections::BTreeMap;

/// The longest value, in characters.
const VALUE_MAX: usize = 200;
/// An answer with more names is no answer to us.
const NAMES_MAX: usize = 200;
/// So many dropped names are told.
const DROPPED_TOLD: usize = 5;

/// An answer that was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// What is taken.
    pub(super) fields: BTreeMap<FieldName, String>,
    /// What is dropped, and why, in words; empty where nothing is.
    pub(super) dropped: String,
}

/// Reads an answer.
///
/// # Errors
/// Why it is none, in words.
pub(super) fn read(lookup: &Lookup, bytes: &[u8]) -> Result<Answer, String> {
    let json: Value =
        serde_json::from_slice(bytes).map_err(|error| format!("its answer is no JSON: {error}"))?;
    let Value::Object(named) = json else {
        return Err("its answer is no JSON object".to_owned());
    };
    if named.len() > NAMES_MAX {
        return Err(format!("its answer has more than {NAMES_MAX} fields"));
    }
    let mut fields = BTreeMap::new();
    let mut dropped = Vec::new();
    for (name, value) in named {
        let name = FieldName(name);
        if !lookup.fields.contains_key(&name) {
            dropped.push(format!("{name} is not in [lookup.fields]"));
            continue;
        }
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text,
            Value::Bool(yes) => yes.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Array(_) | Value::Object(_) => {
                dropped.push(format!("{name} is no text, number or truth value"));
                continue;
            }
        };
        let text = plain(&text);
        if !text.is_empty() {
            fields.insert(name, text);
        }
    }
    let more = dropped.len().saturating_sub(DROPPED_TOLD);
    dropped.truncate(DROPPED_TOLD);
    if more > 0 {
        dropped.push(format!("and {more} more"));
    }
    Ok(Answer {
        fields,
        dropped: plain(&dropped.join(", ")),
    })
}

/// One line of plain text.
fn plain(text: &str) -> String {
    let clean = HeaderText::clean(text);
    let clean = clean.as_str().trim();
    let mut short: String = clean.chars().take(VALUE_MAX).collect();
    if short.len() < clean.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lookup::tests::lookup;
    use proptest::prelude::*;

    fn fields(answer: &str) -> Result<String, String> {
        let lookup = lookup(&["plan", "since", "active", "note"]);
        let Answer { fields, dropped } = read(&lookup, answer.as_bytes())?;
        let fields = fields.iter();
        let fields: Vec<String> = fields
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        Ok(format!("{}|{dropped}", fields.join(",")))
    }

    #[test]
    fn only_declared_plain_values_are_taken() {
        for (answer, expected) in [
            (
                r#"{"plan":"enterprise","since":2019,"active":true}"#,
                "active=true,plan=enterprise,since=2019|",
            ),
            ("{}", "|"),
            (r#"{"plan":null,"note":"  "}"#, "|"),
            (
                r#"{"plan":"a","password":"x"}"#,
                "plan=a|password is not in [lookup.fields]",
            ),
            (
                r#"{"plan":["a"],"note":{"b":1}}"#,
                "|note is no text, number or truth value, plan is no text, number or truth value",
            ),
            (
                "{\"note\":\"a\\nSubject: b\\u0000\\u202e\"}",
                "note=a Subject: b|",
            ),
        ] {
            assert_eq!(fields(answer).unwrap(), expected, "{answer}");
        }
        let long = format!(r#"{{"note":"{}"}}"#, "x".repeat(5000));
        assert_eq!(
            fields(&long).unwrap().chars().count(),
            "note=…|".len() - 2 + VALUE_MAX
        );
    }

    #[test]
    fn what_is_no_object_is_no_answer() {
        for answer in ["", "plan", "[1]", "\"x\"", "{\"plan\":", "null"] {
            assert!(fields(answer).is_err(), "{answer}");
        }
        let many: Vec<String> = (0..=NAMES_MAX).map(|n| format!("\"f{n}\":1")).collect();
        assert!(fields(&format!("{{{}}}", many.join(","))).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&lookup(&["a"]), &bytes);
        }

        #[test]
        fn no_value_is_more_than_a_line(text in ".{0,400}") {
            let json = serde_json::json!({ "a": text }).to_string();
            let answer = read(&lookup(&["a"]), json.as_bytes()).unwrap();
            for value in answer.fields.values() {
                assert!(!value.contains(char::is_control) && value.chars().count() <= VALUE_MAX + 1);
            }
        }
    }
}
