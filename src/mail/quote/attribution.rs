//! Does here begin "On … X wrote:", in whatever language and however it was folded?

use super::introductions::{introduces, may_open};
use super::lines::{is_quoted, line_at, next_text};

/// Over how many lines a mail program folds an attribution.
const ATTRIBUTION_MAX_LINES: usize = 5;

/// The line after an attribution that begins here.
pub(super) fn attribution(lines: &[&str], at: usize) -> Option<usize> {
    let first = line_at(lines, at).trim();
    // Most lines are neither an introduction nor the beginning of a folded one.
    if !ends_introduction(first) && !may_open(first) {
        return None;
    }
    let mut joined = String::new();
    for count in 0..ATTRIBUTION_MAX_LINES {
        let line = line_at(lines, at + count).trim();
        // A program that turned HTML into text may set the address apart by a blank line.
        if line.is_empty() && count > 0 && line_at(lines, at + count + 1).trim().starts_with('<') {
            continue;
        }
        // Folding may leave the closing bracket of the address at the beginning of a line.
        let closes_address = joined.matches('<').count() > joined.matches('>').count();
        if line.is_empty() || (is_quoted(line) && !closes_address) {
            return None;
        }
        if count > 0 {
            joined.push(' ');
        }
        joined.push_str(line);
        if joined.len() > 600 {
            return None;
        }
        if !ends_introduction(line) {
            continue;
        }
        let after = at + count + 1;
        let before_quote = is_quoted(line_at(lines, next_text(lines, after)));
        // A joined text must not swallow a line of new text above the attribution.
        if count > 0 && !may_open(first) {
            return None;
        }
        if introduces(&joined, before_quote) {
            return Some(after);
        }
    }
    None
}

fn ends_introduction(line: &str) -> bool {
    line.trim_end_matches(['*', '_', ' '])
        .trim_end_matches('\u{200F}')
        .ends_with([':', '：', '>'])
}
