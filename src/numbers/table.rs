//! The rows for a terminal: the whole first, as sentences with their figures, then a line for each article, team, reason and day.

use crate::ticket::Would;
use serde_json::Value;
use std::fmt::Write;

/// What is said of the whole, in the order in which somebody asks: the figure, what it counts, and the rate beside it.
const WHOLE: [(&str, &str, Option<&str>); 23] = [
    ("tickets", "tickets were opened", None),
    ("customer_mails", "mails of customers came", None),
    ("answers", "were answered by an approved text alone", None),
    ("confirmed", "  said that it helped", None),
    ("presumed", "  have said nothing for two weeks", None),
    ("recontacted", "  wrote again about it", None),
    ("missed_hand_offs", "    and went to a person then", None),
    ("pending", "  are not two weeks old", None),
    ("questions", "questions for missing details", None),
    ("hand_offs", "went to a person", None),
    (
        "promises_kept",
        "promises of an answer were kept",
        Some("promises_kept"),
    ),
    ("promises_broken", "were broken", None),
    ("promises_open", "are open", None),
    ("promises_withdrawn", "became void", None),
    (
        "first_replies",
        "first replies of people after a packet",
        None,
    ),
    (
        "asked_again",
        "  asked for what it held",
        Some("asked_again"),
    ),
    ("drafts", "drafts were shown", None),
    (
        "drafts_sent",
        "  were sent as they were",
        Some("drafts_sent_as_they_were"),
    ),
    ("drafts_edited", "  were sent with changes", None),
    ("drafts_refused", "  were refused", None),
    (
        "drafts_answered_instead",
        "  were answered by a person instead",
        None,
    ),
    ("drafts_overtaken", "  were overtaken", None),
    (
        "opt_outs",
        "times a customer wanted no automatic mail",
        None,
    ),
];
/// Before it stands what would have been done.
const FIRST_OF_WHAT_WAS_DONE: &str = "answers";
/// What is told of each article, team and day.
const PARTS: [(&str, &str); 9] = [
    ("tickets", "tickets"),
    ("answers", "answered"),
    ("recontacted", "wrote again"),
    ("questions", "asked"),
    ("hand_offs", "to a person"),
    ("drafts", "drafts"),
    ("drafts_refused", "refused"),
    ("promises_kept", "promises kept"),
    ("promises_broken", "broken"),
];

/// All of it as text.
#[must_use]
pub fn table(rows: &[Value]) -> String {
    let mut text = String::new();
    let mut section = String::new();
    for row in rows {
        let field = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default();
        let of = field("of");
        if of == "all" {
            whole(row, field("mailbox"), &mut text);
            section.clear();
            continue;
        }
        if of.is_empty() {
            // A mailbox that could not be asked says why.
            let _ = writeln!(text, "{row}");
            continue;
        }
        if section != of {
            of.clone_into(&mut section);
            let _ = writeln!(text, "\nby {of}");
        }
        let parts = parts(row);
        let _ = writeln!(text, "  {:<28} {}", field("name"), parts.join(", "));
    }
    text
}

/// What is told of an article, a team, a day or a reason: what was done, then what would have been.
pub(crate) fn parts(row: &Value) -> Vec<String> {
    let parts = PARTS.iter().filter_map(|(key, called)| {
        let count = row.get(*key)?.as_u64()?;
        Some(format!("{count} {called}"))
    });
    let in_shadow = in_shadow(row).into_iter().map(|(would, count)| {
        format!(
            "{count} {}",
            match would {
                Would::Answer => "would be answered",
                Would::Ask => "would be asked",
                Would::Draft => "would be proposed",
                Would::HandOff => "would go to a person",
            }
        )
    });
    parts.chain(in_shadow).collect()
}

/// What would have been done in shadow, and how often; nothing where nothing was held back.
pub(crate) fn in_shadow(row: &Value) -> Vec<(Would, u64)> {
    let counts = row.get("in_shadow");
    let count = |would: Would| counts?.get(would.as_str())?.as_u64();
    let all = Would::ALL.into_iter();
    all.filter_map(|would| Some((would, count(would)?)))
        .filter(|(_, count)| *count > 0)
        .collect()
}

/// A figure of the whole, and what it is of.
pub(crate) struct Figure {
    /// How far it stands below the one before that it is a part of.
    pub(crate) depth: usize,
    /// The count, or the rate.
    pub(crate) figure: String,
    /// What it counts.
    pub(crate) words: String,
}

/// The figures of the whole, in the order in which somebody asks.
pub(crate) fn figures(row: &Value) -> Vec<Figure> {
    let mut figures = Vec::new();
    let rate = |name: &str| row.get("rates")?.get(name)?.as_f64();
    for (key, called, of_whole) in WHOLE {
        let count = row.get(key).and_then(Value::as_u64).unwrap_or_default();
        let rate = of_whole.and_then(rate);
        let rate = rate.map_or_else(String::new, |rate| format!(" ({:.0} %)", rate * 100.0));
        if key == FIRST_OF_WHAT_WAS_DONE {
            held_back(row, &mut figures);
        }
        let words = called.trim_start();
        figures.push(Figure {
            depth: (called.len() - words.len()) / 2,
            figure: count.to_string(),
            words: format!("{words}{rate}"),
        });
    }
    if let (Some(again), Some(helped)) = (rate("recontacted"), rate("confirmed")) {
        figures.push(Figure {
            depth: 0,
            figure: format!("{:.0}%", again * 100.0),
            words: format!(
                "of the answers whose two weeks are over were written about again, {:.0} % were said to have helped",
                helped * 100.0
            ),
        });
    }
    for (key, called) in [
        ("first_response", "first words of ours to a customer"),
        ("time_to_human", "answers of people after a hand-off"),
    ] {
        let spread = |part: &str| row.get(key).and_then(|spread| spread.get(part)?.as_i64());
        let (Some(count), Some(median), Some(ninth)) = (
            spread("count"),
            spread("median_seconds"),
            spread("ninth_decile_seconds"),
        ) else {
            continue;
        };
        figures.push(Figure {
            depth: 0,
            figure: count.to_string(),
            words: format!(
                "{called}: half within {}, nine of ten within {}",
                duration(median),
                duration(ninth)
            ),
        });
    }
    figures
}

fn held_back(row: &Value, figures: &mut Vec<Figure>) {
    let counts = in_shadow(row);
    if counts.is_empty() {
        return;
    }
    let all: u64 = counts.iter().map(|(_, count)| count).sum();
    figures.push(Figure {
        depth: 0,
        figure: all.to_string(),
        words: "mails were decided on in shadow, where nobody gets anything of it".to_owned(),
    });
    figures.extend(counts.into_iter().map(|(would, count)| Figure {
        depth: 1,
        figure: count.to_string(),
        words: would.of_many().to_owned(),
    }));
}

fn whole(row: &Value, mailbox: &str, text: &mut String) {
    let field = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default();
    let day = |moment: &str| moment.split('T').next().unwrap_or_default().to_owned();
    let named = match mailbox {
        "" => String::new(),
        mailbox => format!("{mailbox}: "),
    };
    let _ = writeln!(
        text,
        "{named}{} to {}\n",
        day(field("from")),
        day(field("until"))
    );
    for one in figures(row) {
        let indent = "  ".repeat(one.depth);
        let _ = writeln!(text, "{:>7}  {indent}{}", one.figure, one.words);
    }
}

/// A length of time as people say it.
#[must_use]
pub(crate) fn duration(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} seconds"),
        120..7_200 => format!("{} minutes", seconds / 60),
        7_200..172_800 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
