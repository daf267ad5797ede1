//! Rows as people read them. Prints text of strangers: nothing that could command a terminal gets through.

use crate::mail::is_invisible_control;
use serde_json::Value;

pub(super) fn in_rows(rows: &[Value], as_json: bool) -> String {
    let mut text = String::new();
    for row in rows {
        if as_json {
            // serde_json escapes the ASCII controls; what else moves a terminal is left out.
            text.push_str(&visible(&row.to_string()));
            text.push('\n');
        } else {
            print_row(row, &mut text);
        }
    }
    if rows.is_empty() && !as_json {
        text.push_str("none\n");
    }
    text
}

/// A row for people: the fields that have something to say, in a fixed order; an event as a line with its words below.
pub(super) fn print_row(row: &Value, text: &mut String) {
    let field = |name: &str| row.get(name).map(plain).unwrap_or_default();
    if let Some(words) = row.get("words").and_then(Value::as_array) {
        let ticket = field("ticket");
        let mailbox = field("mailbox");
        let line = [short_time(&field("at")), mailbox, ticket, field("what")];
        let line: Vec<&str> = (line.iter().map(String::as_str))
            .filter(|part| !part.is_empty())
            .collect();
        text.push_str(&visible(&line.join("  ")));
        text.push('\n');
        for word in words {
            text.push_str(&format!("    {}\n", visible(&plain(word))));
        }
        return;
    }
    let Some(fields) = row.as_object() else {
        return;
    };
    let first = ["mailbox", "lesson", "ticket", "mail", "state", "status"];
    let head: Vec<String> = (first.iter())
        .map(|name| field(name))
        .filter(|value| !value.is_empty())
        .collect();
    if !head.is_empty() {
        text.push_str(&visible(&head.join("  ")));
        text.push('\n');
    }
    for (name, value) in fields {
        let value = match value.as_array() {
            Some(troubles) if name == "troubles" => in_lines(troubles),
            _ => plain(value),
        };
        if first.contains(&name.as_str()) || value.is_empty() {
            continue;
        }
        let mut lines = value.lines();
        let line = lines.next().unwrap_or_default();
        text.push_str(&visible(&format!("  {}: {line}", name.replace('_', " "))));
        text.push('\n');
        for line in lines {
            text.push_str(&format!("    {}\n", visible(line)));
        }
    }
}

/// Each trouble with a line of its own, and what to do below it.
fn in_lines(troubles: &[Value]) -> String {
    let word = |trouble: &Value, name: &str| trouble.get(name).map(plain).unwrap_or_default();
    let lines = troubles.iter().map(|trouble| {
        let (what, since) = (word(trouble, "what"), short_time(&word(trouble, "since")));
        let (why, to) = (word(trouble, "why"), word(trouble, "to"));
        let to = if to.is_empty() {
            to
        } else {
            format!(" [{to}]")
        };
        format!(
            "\n{what}, since {since}: {why}{to}\n  {}",
            word(trouble, "remedy")
        )
    });
    lines.collect()
}

/// A JSON value as people write it.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(plain).collect();
            values.join(", ")
        }
        Value::Object(fields) => {
            let fields: Vec<String> = (fields.iter())
                .map(|(name, value)| (name.replace('_', " "), plain(value)))
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| format!("{name}: {value}"))
                .collect();
            fields.join(", ")
        }
        other => other.to_string(),
    }
}

/// A time to the second.
pub(super) fn short_time(text: &str) -> String {
    match text.split_once('.') {
        Some((seconds, _)) => format!("{seconds}Z"),
        None => text.to_owned(),
    }
}

/// Text without what could command a terminal or turn the order of letters around; line ends stay where they were put.
pub(super) fn visible(text: &str) -> String {
    text.chars()
        .filter(|c| *c == '\n' || (!c.is_control() && !is_invisible_control(*c)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_that_a_stranger_wrote_commands_the_terminal() {
        let row = json!({"at": "2027-01-15T08:00:01.5Z", "what": "x\u{1b}[2J wrote", "words": ["a\u{7}b", "\u{202E}c\u{9b}31m"]});
        let mut text = String::new();
        print_row(&row, &mut text);
        assert_eq!(text, "2027-01-15T08:00:01Z  x[2J wrote\n    ab\n    c31m\n");
    }

    #[test]
    fn each_trouble_has_its_lines() {
        let row = json!({"well": false, "troubles": [
            {"what": "The inbox cannot be read", "since": "2027-01-15T08:00:01.5Z", "why": "no", "to": [], "remedy": "Look."},
        ]});
        let mut text = String::new();
        print_row(&row, &mut text);
        assert_eq!(
            text,
            "  troubles: \n    The inbox cannot be read, since 2027-01-15T08:00:01Z: no\n      Look.\n  well: false\n"
        );
    }

    #[test]
    fn a_row_shows_only_what_has_something_to_say() {
        let row = json!({"ticket": "K7QF2-M9XRT", "status": "open", "customer": "Ann", "why": null, "mails_waiting": 0});
        let mut text = String::new();
        print_row(&row, &mut text);
        assert_eq!(
            text,
            "K7QF2-M9XRT  open\n  customer: Ann\n  mails waiting: 0\n"
        );
    }
}
