//! `handoffd articles` as a table for people: each article with what may be done with it, what came of it, and what its texts have earned. Pure.

use super::Verb;
use super::autonomy::record;
use super::printed::{plain, visible};
use crate::autonomy::Stage;
use crate::numbers;
use serde_json::Value;
use std::fmt::Write;

/// Where what is said of an article begins.
const BELOW: &str = "    ";

/// The table; `None` for all other rows.
pub(super) fn text(verb: &Verb, as_json: bool, rows: &[Value]) -> Option<String> {
    let Verb::Articles { days } = verb else {
        return None;
    };
    (!as_json).then(|| visible(&table(rows, *days)))
}

fn table(rows: &[Value], days: u16) -> String {
    let word = |row: &Value, name: &str| row.get(name).map(plain).unwrap_or_default();
    let width = |name: &str, least: usize| {
        let lengths = rows.iter().map(|row| word(row, name).chars().count());
        lengths.max().unwrap_or_default().max(least)
    };
    let mut text = String::new();
    if rows.is_empty() {
        return "none\n".to_owned();
    }
    let _ = writeln!(
        text,
        "What came of each article in the last {days} days, today among them\n"
    );
    let (names, modes, mailboxes) = (
        width("article", 0),
        width("mode", NOT_LOADED.chars().count()),
        width("mailbox", 0),
    );
    for row in rows {
        let name = word(row, "article");
        if name.is_empty() {
            // A mailbox that could not be asked says why.
            let _ = writeln!(text, "{}", plain(row));
            continue;
        }
        let mode = match word(row, "mode") {
            mode if mode.is_empty() => NOT_LOADED.to_owned(),
            mode => mode,
        };
        if mailboxes > 0 {
            let _ = write!(text, "{:<mailboxes$}  ", word(row, "mailbox"));
        }
        let title = word(row, "title");
        let line = format!("{name:<names$}  {mode:<modes$}  {title}");
        let _ = writeln!(text, "{}", line.trim_end());
        let counts = row.get("record").map(numbers::parts).unwrap_or_default();
        let counts = match counts.as_slice() {
            [] => "nothing happened with it".to_owned(),
            counts => counts.join(", "),
        };
        let _ = writeln!(text, "{BELOW}{counts}");
        let earned = row.get("earned").and_then(Value::as_array);
        for one in earned.into_iter().flatten() {
            if let Some(stage) = Stage::by_word(&word(one, "stage")) {
                let name = word(one, "article");
                let _ = writeln!(text, "{BELOW}{name}: {stage}, {}", record(one, stage));
            }
        }
    }
    text
}

/// What a row has no mode for: the daemon is stopped, or the article is gone.
const NOT_LOADED: &str = "-";

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_article_is_told_in_words_and_nothing_as_it_is_stored() {
        let rows = [
            json!({
                "article": "delivery-time", "mode": "answer", "title": "When will it arrive?", "team": null,
                "record": { "answers": 3, "recontacted": 1, "in_shadow": { "answer": 2 }, "decisions": { "answer": 5 } },
                "earned": [{ "article": "delivery-time.en", "stage": "draft", "good": 12, "counted": 14, "lower_bound": 0.614, "against": 0 }],
                "texts": { "en": { "title": "When will it arrive?", "revision": "0badcafe" } },
            }),
            json!({ "article": "gone", "record": {} }),
        ];
        assert_eq!(
            table(&rows, 7),
            "What came of each article in the last 7 days, today among them\n\n\
             delivery-time  answer  When will it arrive?\n    \
             3 answered, 1 wrote again, 2 would be answered\n    \
             delivery-time.en: draft, 12 of 14 drafts sent unchanged, at least 61 % of all\n\
             gone           -\n    \
             nothing happened with it\n"
        );
    }
}
