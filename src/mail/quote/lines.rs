//! The lines of a text, and the few questions that are asked of each.

/// Lines, each with its number; those beyond the end are empty.
pub(super) fn line_at<'a>(lines: &[&'a str], at: usize) -> &'a str {
    lines.get(at).copied().unwrap_or("")
}

pub(super) fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

/// A line that begins with `>`.
pub(super) fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

/// A line that begins with the initials of the one who is quoted (`AB> `), as some programs of the Usenet still do. One alone may be
/// anything; of two neighbours both are quoted.
pub(super) fn is_quoted_by_initials(lines: &[&str], at: usize) -> bool {
    let initials = |at: usize| {
        let (before, _) = line_at(lines, at).trim_start().split_once('>')?;
        let is_initials =
            (1..=4).contains(&before.len()) && before.bytes().all(|byte| byte.is_ascii_uppercase());
        is_initials.then_some(before)
    };
    let Some(own) = initials(at) else {
        return false;
    };
    initials(at + 1) == Some(own) || at.checked_sub(1).and_then(initials) == Some(own)
}

/// The next line that is not blank, close by; else the end.
pub(super) fn next_text(lines: &[&str], from: usize) -> usize {
    (from..lines.len().min(from + 4))
        .find(|at| !is_blank(line_at(lines, *at)))
        .unwrap_or(lines.len())
}
