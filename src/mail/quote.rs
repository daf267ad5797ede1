//! What in a text is new, what is quoted, what is the signature? Elided, never deleted: every line lands in one of the
//! three, and in doubt it counts as new. Reads hostile input; linear.

use super::Body;
use super::quote_marks::{
    Label, is_attribution, is_divider, is_footer, is_signature_mark, label, may_open_attribution,
};
use crate::desk::PACKET_MARKER;

/// The longest signature, in lines; what is longer is text.
const SIGNATURE_MAX_LINES: usize = 15;
/// Over how many lines a mail program folds an attribution.
const ATTRIBUTION_MAX_LINES: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    New,
    Quoted,
    Signature,
}

/// Takes a text apart.
pub(super) fn split(text: &str) -> Body {
    let lines: Vec<&str> = text.lines().collect();
    let mut parts = vec![Part::New; lines.len()];
    let end = mark_quotations(&lines, &mut parts);
    mark_signatures(lines.get(..end).unwrap_or_default(), &mut parts);
    let of = |wanted: Part| {
        let chosen: Vec<&str> = lines
            .iter()
            .zip(&parts)
            .filter(|(_, part)| **part == wanted)
            .map(|(line, _)| line.trim_end())
            .collect();
        chosen.join("\n").trim_matches('\n').to_owned()
    };
    Body {
        text: text.to_owned(),
        reply_text: of(Part::New).trim().to_owned(),
        quoted_text: of(Part::Quoted),
        signature: of(Part::Signature),
    }
}

fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

fn line_at<'a>(lines: &[&'a str], at: usize) -> &'a str {
    lines.get(at).copied().unwrap_or("")
}

/// Marks what is quoted, and returns where the rest is one old mail.
fn mark_quotations(lines: &[&str], parts: &mut [Part]) -> usize {
    // Each line is looked at once; a block of headers asks for its neighbours' labels again and again.
    let labels: Vec<Option<(Label, bool)>> = lines
        .iter()
        .map(|line| label(line).map(|(label, value)| (label, !value.is_empty())))
        .collect();
    let mut at = 0;
    let mut has_new_text = false;
    let mut is_first = true;
    while at < lines.len() {
        let line = line_at(lines, at);
        // Below our own line stands the packet, quoted in whatever way: none of it may reach a customer.
        if line.contains(PACKET_MARKER) {
            set(parts, at..lines.len(), Part::Quoted);
            return at;
        }
        if is_quoted(line) {
            set(parts, at..at + 1, Part::Quoted);
            at += 1;
            continue;
        }
        if is_blank(line) {
            at += 1;
            continue;
        }
        if is_divider(line) || begins_header_block(lines, &labels, at) {
            let start = ruled_from(lines, at);
            set(parts, start..lines.len(), Part::Quoted);
            return start;
        }
        if let Some(after) = attribution(lines, at) {
            let follows = next_text(lines, after);
            let quoted_below = is_quoted(line_at(lines, follows));
            if quoted_below {
                set(parts, at..after, Part::Quoted);
                at = after;
                continue;
            }
            if has_new_text {
                set(parts, at..lines.len(), Part::Quoted);
                return at;
            }
            // Nothing new above, nothing marked below: where the quotation ends cannot be known.
            set(parts, at..after, Part::Quoted);
            at = after;
            continue;
        }
        has_new_text |= !(is_first && line.trim().len() < 2);
        is_first = false;
        at += 1;
    }
    lines.len()
}

fn set(parts: &mut [Part], range: std::ops::Range<usize>, part: Part) {
    if let Some(range) = parts.get_mut(range) {
        range.fill(part);
    }
}

fn next_text(lines: &[&str], from: usize) -> usize {
    (from..lines.len().min(from + 4))
        .find(|at| !is_blank(line_at(lines, *at)))
        .unwrap_or(lines.len())
}

/// The line after an attribution that begins here.
fn attribution(lines: &[&str], at: usize) -> Option<usize> {
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
        let ends_here = line
            .trim_end_matches(['*', '_', ' '])
            .ends_with([':', '：', '>']);
        if !ends_here {
            continue;
        }
        let after = at + count + 1;
        let before_quote = is_quoted(line_at(lines, next_text(lines, after)));
        // A joined text must not swallow a line of new text above the attribution.
        if count > 0 && !may_open_attribution(line_at(lines, at)) {
            return None;
        }
        if is_attribution(&joined, before_quote) {
            return Some(after);
        }
    }
    None
}

/// `From:` with at least two of date, recipient and subject close below it, or a date above a sender, as Lotus has it.
fn begins_header_block(lines: &[&str], labels: &[Option<(Label, bool)>], at: usize) -> bool {
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
fn ruled_from(lines: &[&str], at: usize) -> usize {
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

/// Marks signatures at the end of each stretch of new text.
fn mark_signatures(lines: &[&str], parts: &mut [Part]) {
    let mut end = lines.len();
    while end > 0 {
        let is_new = |at: usize| parts.get(at) == Some(&Part::New);
        while end > 0 && !is_new(end - 1) {
            end -= 1;
        }
        let mut start = end;
        while start > 0 && is_new(start - 1) {
            start -= 1;
        }
        if let Some(from) = signature_in(lines, start, end) {
            set(parts, from..end, Part::Signature);
        }
        end = start;
    }
}

fn signature_in(lines: &[&str], start: usize, end: usize) -> Option<usize> {
    let low = start.max(end.saturating_sub(SIGNATURE_MAX_LINES * 2));
    let text_lines = |from: usize| {
        (from..end)
            .filter(|at| !is_blank(line_at(lines, *at)))
            .count()
    };
    let by_mark = (low..end).find(|at| {
        let line = line_at(lines, *at);
        is_signature_mark(line)
            && text_lines(*at + 1) <= SIGNATURE_MAX_LINES
            && begins_signature(lines, *at, end)
    });
    let by_footer = (low..end).find(|at| is_footer(line_at(lines, *at)) && text_lines(*at) <= 3);
    [by_mark, by_footer].into_iter().flatten().min()
}

/// `-- ` always begins a signature; a rule does so only where little stands below it.
fn begins_signature(lines: &[&str], at: usize, end: usize) -> bool {
    let mark = line_at(lines, at);
    if mark == "-- " || mark.trim_end() == "--" {
        return true;
    }
    let below = (at + 1..end).filter(|at| !is_blank(line_at(lines, *at)));
    below.clone().count() <= 8
        && below
            .into_iter()
            .all(|at| line_at(lines, at).chars().count() <= 80)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(text: &str) -> String {
        split(text).reply_text
    }

    #[test]
    fn top_bottom_and_inline_answers_are_new() {
        let attribution = "On Tue, 3 Mar 2026 at 10:12, Shop <help@shop.example> wrote:";
        assert_eq!(
            reply(&format!("Yes.\n\n{attribution}\n> Really?\n")),
            "Yes."
        );
        assert_eq!(reply(&format!("{attribution}\n> Really?\n\nYes.")), "Yes.");
        assert_eq!(
            reply(&format!("{attribution}\n> One?\n\nA\n\n> Two?\n\nB")),
            "A\n\n\nB"
        );
        assert_eq!(reply(&format!("Yes.\n\n{attribution}\nReally?\n")), "Yes.");
    }

    #[test]
    fn header_blocks_and_dividers_end_the_new_text() {
        for below in [
            "From: Shop <help@shop.example>\nSent: Tuesday\nTo: Ann\nSubject: Re: x\n\nold",
            "________________________________\nVon: Shop\nGesendet: Dienstag\nAn: Ann\nBetreff: x\n\nold",
            "De : Shop\nEnvoyé : mardi\nÀ : Ann\nObjet : x\n\nold",
            "-----Original Message-----\nold",
            "-----Ursprüngliche Nachricht-----\nold",
            "*From:* Shop\n*Sent:* Tuesday\n*To:* Ann\n*Subject:* x\n\nold",
        ] {
            let body = split(&format!("Thanks\n\n{below}"));
            assert_eq!(body.reply_text, "Thanks", "{below}");
            assert!(body.quoted_text.ends_with("old"));
        }
    }

    #[test]
    fn signatures_are_kept_apart() {
        let body = split("Hi\n\n-- \nAnn\nShop");
        assert_eq!(
            (body.reply_text.as_str(), body.signature.as_str()),
            ("Hi", "-- \nAnn\nShop".replace(" \n", "\n").as_str())
        );
        assert_eq!(reply("Hi\n\nSent from my iPhone"), "Hi");
        assert_eq!(
            reply("I had it sent from my shop to you, where is it?"),
            "I had it sent from my shop to you, where is it?"
        );
    }

    #[test]
    fn an_attribution_right_below_new_text_does_not_swallow_it() {
        let folded = "Le 4 janv. 2026 19:03, \"Shop\"\n<help@shop.example>\na écrit :\n\n> alors ?";
        assert_eq!(reply(&format!("Super !\n{folded}")), "Super !");
        assert_eq!(
            reply("Hi\n02.04.2026 14:20 \"Shop\" <\nhelp@shop.example> написал:\n\n> so?"),
            "Hi"
        );
    }

    #[test]
    fn an_attribution_broken_around_its_address_is_one() {
        let broken = "On Thu, 31 Mar 2016 at 11:16 Some One\n\n<\nmailto:Some One <some.one@shop.example>\n> wrote:";
        assert_eq!(reply(&format!("One\n\n{broken}\n\nTwo")), "One");
        assert_eq!(reply("a < b\n> wrote:"), "a < b");
    }

    #[test]
    fn in_doubt_it_is_new() {
        for text in [
            "From: where do you ship?\nThanks",
            "I wrote:\nwhere is it",
            "a -- b",
            "Question: to whom?\nDate: when?",
        ] {
            assert_eq!(reply(text), text);
        }
    }
}
