//! The rows in the text form that Prometheus reads (exposition format 0.0.4). Reads what this program said of itself; names of articles, teams and rules
//! are escaped all the same.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Each figure as `handoffd_NAME{mailbox=…,of=…,name=…}`: gauges, for they are of the last days and may fall.
#[must_use]
pub fn exposition(rows: &[Value]) -> String {
    let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows {
        let Some(fields) = row.as_object() else {
            continue;
        };
        let label = |key: &str| fields.get(key).and_then(Value::as_str).unwrap_or_default();
        // By day they would be new series each day.
        if label("of") == "day" {
            continue;
        }
        let labels = format!(
            "mailbox=\"{}\",of=\"{}\",name=\"{}\"",
            escaped(label("mailbox")),
            escaped(label("of")),
            escaped(label("name"))
        );
        for (key, value) in fields {
            take_in(key, value, &labels, &mut by_name);
        }
    }
    let mut text = String::new();
    for (name, samples) in by_name {
        let _ = writeln!(text, "# TYPE {name} gauge");
        for sample in samples {
            let _ = writeln!(text, "{sample}");
        }
    }
    text
}

fn take_in(key: &str, value: &Value, labels: &str, by_name: &mut BTreeMap<String, Vec<String>>) {
    match value {
        Value::Number(number) => {
            let name = format!("handoffd_{key}");
            let sample = format!("{name}{{{labels}}} {number}");
            by_name.entry(name).or_default().push(sample);
        }
        Value::Object(parts) if key == "decisions" || key == "in_shadow" => {
            for (decision, count) in parts {
                let labels = format!("{labels},decision=\"{}\"", escaped(decision));
                take_in(key, count, &labels, by_name);
            }
        }
        Value::Object(parts) => {
            for (part, value) in parts {
                take_in(&format!("{key}_{part}"), value, labels, by_name);
            }
        }
        _ => {}
    }
}

fn escaped(label: &str) -> String {
    label
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
