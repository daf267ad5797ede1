//! The text of an article: its paragraphs, and the `{{fact}}` slots in it.

use crate::config::FactName;
use crate::config::source::Source;
use std::ops::Range;

/// Paragraphs as one line each: the width at which an author wraps is not the width of a reader's screen (Markdown's soft
/// line break). Lists, headings, quotations and lines that end in two blanks or `\` keep their breaks.
pub(super) fn join_lines(body: &str) -> String {
    let stands_alone = |line: &str| {
        let line = line.trim_start();
        let after_digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_numbered = after_digits.len() < line.len() && after_digits.starts_with(". ");
        is_numbered || line.is_empty() || line.starts_with(['-', '*', '+', '#', '>', '|'])
    };
    let mut joined = String::with_capacity(body.len());
    let mut joins = false;
    for line in body.trim().lines() {
        if joins && !stands_alone(line) {
            joined.push(' ');
            joined.push_str(line.trim_start());
        } else {
            if !joined.is_empty() {
                joined.push('\n');
            }
            joined.push_str(line);
        }
        let ends = line.ends_with("  ") || line.ends_with('\\');
        joins = !ends && !line.trim().is_empty() && !line.trim_start().starts_with(['#', '|']);
        if joins {
            joined.truncate(joined.trim_end().len());
        }
    }
    joined
}

pub(super) fn check_body(body: &Source, needs: &[FactName]) {
    if body.text().trim().is_empty() {
        body.problem(
            &(0..0),
            "the article has no text",
            "write the approved answer below the second `+++`",
        );
    }
    for (name, at) in slots(body.text()) {
        let Some(name) = name else {
            body.problem(
                &at,
                "the text has `{{` without `}}`",
                "write a fact like `{{order_number}}`, on one line",
            );
            continue;
        };
        if !needs.iter().any(|need| need.0 == name) {
            let what = format!("the text uses {{{{{name}}}}}, which is not in `needs`");
            body.problem(
                &at,
                what,
                format!("add \"{name}\" to `needs`, or remove it from the text"),
            );
        }
    }
}

/// The `{{name}}` slots of a text, with their places; one that is never closed has no name.
fn slots(text: &str) -> Vec<(Option<String>, Range<usize>)> {
    let mut slots = Vec::new();
    let mut from = 0;
    while let Some((start, rest)) = text.get(from..).and_then(|rest| {
        let start = rest.find("{{")?;
        Some((from + start, rest.get(start + 2..)?))
    }) {
        let Some(length) = rest.find("}}") else {
            slots.push((None, start..start));
            break;
        };
        let name = rest.get(..length).unwrap_or_default().trim().to_owned();
        slots.push((Some(name), start..start + length + 4));
        from = start + length + 4;
    }
    slots
}

#[cfg(test)]
mod tests {
    use super::join_lines;

    #[test]
    fn a_paragraph_is_one_line_and_everything_else_keeps_its_breaks() {
        for (written, read) in [
            ("one\ntwo\n\nthree\n", "one two\n\nthree"),
            (
                "see:\n- a\n  still a\n- b\n\nend",
                "see:\n- a still a\n- b\n\nend",
            ),
            (
                "Shop  \nMain Street 1\\\nTown",
                "Shop  \nMain Street 1\\\nTown",
            ),
            (
                "# Title\ntext\n1. one\n2. two\n> said\n",
                "# Title\ntext\n1. one\n2. two\n> said",
            ),
            ("in 2026.\nNext", "in 2026. Next"),
        ] {
            assert_eq!(join_lines(written), read);
        }
    }
}
