//! Does here begin the block of headers that a mail program writes above the old mail?

use super::dividers::is_divider;
use super::labels::Label;
use super::lines::{is_blank, line_at};

/// `From:` with at least two of date, recipient and subject close below it, or a date above a sender, as Lotus has it.
pub(super) fn begins_header_block(
    lines: &[&str],
    labels: &[Option<(Label, bool)>],
    at: usize,
) -> bool {
    let Some((first, has_value)) = labels.get(at).copied().flatten() else {
        return false;
    };
    if !matches!(
        first,
        Label::From | Label::Date | Label::Subject | Label::To
    ) {
        return false;
    }
    let mut seen = vec![first];
    let mut others = 0;
    let mut plain_lines = 0;
    // (Skipping in a zip walks all that it skips.)
    for (line, labelled) in lines
        .iter()
        .skip(at + 1)
        .zip(labels.iter().skip(at + 1))
        .take(14)
    {
        if is_blank(line) {
            if others > 0 && seen.len() >= 3 {
                break;
            }
            plain_lines += 1;
        } else if let Some((label, _)) = *labelled {
            if label == Label::Other {
                others += 1;
            } else if !seen.contains(&label) {
                seen.push(label);
            } else if label == first {
                // Another block, or a text of labels.
                break;
            }
            plain_lines = 0;
        } else {
            plain_lines += 1;
        }
        if plain_lines > 2 {
            break;
        }
    }
    let names_sender = seen.contains(&Label::From);
    let is_enough = seen.len() >= 3 || (seen.len() == 2 && others > 0 && first == Label::From);
    names_sender && is_enough && (first != Label::From || has_value || seen.len() >= 3)
}

/// The rule of dashes or underscores above a header block belongs to it.
pub(super) fn ruled_from(lines: &[&str], at: usize) -> usize {
    let mut start = at;
    for above in (at.saturating_sub(3)..at).rev() {
        let line = line_at(lines, above).trim();
        if line.is_empty() {
            continue;
        }
        let is_rule = line.len() >= 3 && line.chars().all(|c| "_-=*─—".contains(c));
        if is_rule || is_divider(line) {
            start = above;
            continue;
        }
        break;
    }
    start
}
