//! What in a text is new, what is quoted, what is the signature? Elided, never deleted: every line lands in one of the
//! three, and in doubt it counts as new. Reads hostile input; linear.

mod attribution;
mod dividers;
mod footers;
mod header_block;
mod introductions;
mod labels;
mod lines;
mod signature;

use super::Body;
use crate::desk::PACKET_MARKER;
use attribution::attribution;
pub(super) use dividers::is_divider;
use dividers::is_packet_marker;
use header_block::{begins_header_block, ruled_from};
pub(super) use labels::{Label, label};
use lines::{is_blank, is_quoted, is_quoted_by_initials, line_at, next_text};
use signature::mark_signatures;

/// The most lines that are looked at: some thousand pages.
const LINES_MAX: usize = 100_000;
/// The longest quotation between two answers that is shown with them, in lines.
const CONTEXT_MAX_LINES: usize = 25;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    New,
    /// Quoted between two answers: without it nobody understands the second.
    Context,
    Quoted,
    Signature,
}

/// Whether a text has more lines than are looked at.
pub(super) fn is_too_long(text: &str) -> bool {
    !bounded(text).1.is_empty()
}

/// The lines that are looked at, and the rest.
fn bounded(text: &str) -> (&str, &str) {
    let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
    match ends.map(|(at, _)| at).nth(LINES_MAX) {
        Some(at) => text.split_at(at + 1),
        None => (text, ""),
    }
}

/// Takes a text apart.
pub(super) fn split(text: &str) -> Body {
    let (looked_at, beyond) = bounded(text);
    let lines: Vec<&str> = looked_at.lines().collect();
    let mut parts = vec![Part::New; lines.len()];
    let end = mark_quotations(&lines, &mut parts);
    mark_signatures(lines.get(..end).unwrap_or_default(), &mut parts);
    mark_context(&lines, &mut parts);
    let (mut new, mut quoted, mut signature) = (String::new(), String::new(), String::new());
    for (line, part) in lines.iter().zip(&parts) {
        let target = match part {
            Part::New | Part::Context => &mut new,
            Part::Quoted => &mut quoted,
            Part::Signature => &mut signature,
        };
        target.push_str(line.trim_end());
        target.push('\n');
    }
    // Beyond the bound no line is looked at; but nothing of our packet is ever taken for new, and an old mail goes on.
    let (beyond_new, beyond_quoted) = match (end < lines.len(), beyond.find(PACKET_MARKER)) {
        (true, _) => ("", beyond),
        (false, Some(marker)) => beyond.split_at(marker),
        (false, None) => (beyond, ""),
    };
    new.push_str(beyond_new);
    quoted.push_str(beyond_quoted);
    let bare = |text: String| text.trim_matches('\n').to_owned();
    Body {
        text: text.to_owned(),
        reply_text: new.trim().to_owned(),
        quoted_text: bare(quoted),
        signature: bare(signature),
    }
}

/// Inline answers: a quotation with new text above and below it is kept with them.
fn mark_context(lines: &[&str], parts: &mut [Part]) {
    let is_text = |at: usize, parts: &[Part]| {
        parts.get(at) == Some(&Part::New) && !is_blank(line_at(lines, at))
    };
    if !parts.contains(&Part::Quoted) {
        return;
    }
    let answers: Vec<usize> = (0..lines.len()).filter(|at| is_text(*at, parts)).collect();
    for pair in answers.windows(2) {
        let &[above, below] = pair else { continue };
        let between = above + 1..below;
        let is_marked = |at: &usize, parts: &[Part]| {
            parts.get(*at) == Some(&Part::Quoted) && is_quoted(line_at(lines, *at))
        };
        let count = between.clone().filter(|at| is_marked(at, parts)).count();
        if !(1..=CONTEXT_MAX_LINES).contains(&count) || !answers_on(lines, parts, below) {
            continue;
        }
        for at in between {
            if is_marked(&at, parts) {
                set(parts, at..at + 1, Part::Context);
            }
        }
    }
}

/// Whether the new text from here on says something; a greeting below the quotation does not.
fn answers_on(lines: &[&str], parts: &[Part], from: usize) -> bool {
    (from..lines.len())
        .filter(|at| parts.get(*at) == Some(&Part::New))
        .flat_map(|at| line_at(lines, at).split_whitespace())
        .nth(3)
        .is_some()
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
        if is_packet_marker(line, line_at(lines, at + 1)) {
            set(parts, at..lines.len(), Part::Quoted);
            return at;
        }
        if is_quoted(line) || is_quoted_by_initials(lines, at) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(text: &str) -> String {
        split(text).reply_text
    }

    #[test]
    fn beyond_the_bound_nothing_is_lost_and_no_packet_is_new() {
        let long = "a\n".repeat(LINES_MAX + 10);
        let body = split(&format!("{long}{PACKET_MARKER}\nsecret"));
        assert!(!body.reply_text.contains("secret") && body.quoted_text.contains("secret"));
        assert_eq!(split(&long).reply_text.lines().count(), LINES_MAX + 10);
        assert!(is_too_long(&long) && !is_too_long("a\nb"));
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
        assert_eq!(
            reply(&format!(
                "See below.\n\n{attribution}\n> One?\n\nA green one, please.\n\n> Two?\n\nNo, the other one.\n\nAnn"
            )),
            "See below.\n\n> One?\n\nA green one, please.\n\n> Two?\n\nNo, the other one.\n\nAnn"
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
