//! Where does the writer's text end and the signature begin: by the mark `-- `, by a device's footer, by a block of contact lines, by a
//! line of nothing but dashes? In doubt it is text.

use super::footers::{is_disclaimer, is_footer, is_signature_mark};
use super::lines::{is_blank, line_at};
use super::{Part, set};

/// The longest signature, in lines; what is longer is text.
const SIGNATURE_MAX_LINES: usize = 15;
/// The longest signature without a mark, in lines.
const CONTACT_MAX_LINES: usize = 8;
/// How many paragraphs of legal footers are looked for.
const DISCLAIMERS_MAX: usize = 6;
/// The longest line of it, in characters and in words.
const CONTACT_LINE_MAX: (usize, usize) = (70, 8);

/// Marks signatures at the end of each stretch of new text.
pub(super) fn mark_signatures(lines: &[&str], parts: &mut [Part]) {
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
    let by_footer = (low..end)
        .find(|at| is_footer(line_at(lines, *at)) && text_lines(*at) <= 3)
        .map(|at| with_name_above(lines, low, at));
    let marked = [by_mark, by_footer].into_iter().flatten().min();
    let by_contact = contact_block(lines, start, low, marked.unwrap_or(end));
    let found = by_contact.or(marked);
    let found = disclaimers(lines, start, found.unwrap_or(end)).or(found);
    trailing_rules(lines, start, found.unwrap_or(end)).or(found)
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

/// The name of the writer right above a footer belongs to it: a line like "Ann Miller", set apart from the text by a blank line.
fn with_name_above(lines: &[&str], low: usize, footer: usize) -> usize {
    let Some(above) = footer.checked_sub(1).filter(|above| *above > low) else {
        return footer;
    };
    let is_apart = is_blank(line_at(lines, above - 1));
    if is_apart && reads_like_name(line_at(lines, above)) {
        above
    } else {
        footer
    }
}

/// Two to four capitalised words without a digit and without the end of a sentence.
fn reads_like_name(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_capitalised = |word: &&str| {
        word.chars().next().is_some_and(char::is_uppercase)
            && word
                .chars()
                .all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '\'' | '’'))
    };
    (2..=4).contains(&words.len())
        && words.iter().all(is_capitalised)
        && !line.trim_end().ends_with(['.', '!', '?'])
}

/// The last paragraph, where it is somebody's card and nothing else: short lines without a sentence, among them ways to reach them.
/// A customer who lists data ("Order: 123") is not cut: such lines have labels, and a card begins with a name or has several addresses.
fn contact_block(lines: &[&str], start: usize, low: usize, end: usize) -> Option<usize> {
    let last = (low..end).rev().find(|at| !is_blank(line_at(lines, *at)))?;
    let first = (low..=last)
        .rev()
        .take_while(|at| !is_blank(line_at(lines, *at)))
        .take(CONTACT_MAX_LINES + 1)
        .last()?;
    let block: Vec<&str> = lines
        .get(first..=last)?
        .iter()
        .map(|line| line.trim())
        .collect();
    let has_text_above = (start..first).any(|at| !is_blank(line_at(lines, at)));
    let is_short = |line: &&str| {
        line.chars().count() <= CONTACT_LINE_MAX.0
            && line.split_whitespace().count() <= CONTACT_LINE_MAX.1
            && !line.ends_with(['?', '!', ':'])
    };
    if !has_text_above
        || !(2..=CONTACT_MAX_LINES).contains(&block.len())
        || !block.iter().all(is_short)
    {
        return None;
    }
    let ways: Vec<Way> = block.iter().filter_map(|line| way_to_reach(line)).collect();
    let labelled = block
        .iter()
        .filter(|line| line.contains(": ") && way_to_reach(line).is_none())
        .count();
    let begins_with_name = block.first().is_some_and(|line| reads_like_name(line));
    let several_ways = ways.len() >= 2 && ways.iter().any(|way| Some(way) != ways.first());
    let is_card = match block.len() {
        2 => begins_with_name && ways.contains(&Way::Phone),
        _ => labelled == 0 && (several_ways || (begins_with_name && !ways.is_empty())),
    };
    is_card.then_some(first)
}

/// How somebody can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Mail,
    Web,
    Phone,
}

/// The way that a line of a card names, if it names nothing else.
fn way_to_reach(line: &str) -> Option<Way> {
    if line.split_whitespace().count() > 5 {
        return None;
    }
    let lower = line.to_lowercase();
    if lower.contains("www.") || lower.contains("http://") || lower.contains("https://") {
        return Some(Way::Web);
    }
    if lower.split_whitespace().any(|word| {
        word.split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
    }) {
        return Some(Way::Mail);
    }
    const LABELS: [&str; 12] = [
        "tel", "phone", "mobil", "fon", "cell", "fax", "t:", "m:", "p:", "tél", "handy", "+",
    ];
    let digits = lower.chars().filter(char::is_ascii_digit).count();
    let is_phone = digits >= 6 && LABELS.iter().any(|label| lower.starts_with(label));
    is_phone.then_some(Way::Phone)
}

/// Legal footers are whole paragraphs below all text.
fn disclaimers(lines: &[&str], start: usize, end: usize) -> Option<usize> {
    let mut from = None;
    let mut below = end;
    for _ in 0..DISCLAIMERS_MAX {
        let last = (start..below)
            .rev()
            .find(|at| !is_blank(line_at(lines, *at)))?;
        let first = (start..=last)
            .rev()
            .take_while(|at| !is_blank(line_at(lines, *at)))
            .last()?;
        let paragraph = lines.get(first..=last)?.join(" ");
        let has_text_above = (start..first).any(|at| !is_blank(line_at(lines, at)));
        if !has_text_above || !is_disclaimer(&paragraph) {
            break;
        }
        from = Some(first);
        below = first;
    }
    from
}

/// Lines of nothing but dashes, stars and the like, or of a mail tracker's invisible dot, that stand below all text.
fn trailing_rules(lines: &[&str], start: usize, end: usize) -> Option<usize> {
    let is_rule = |line: &str| {
        let line = line.trim();
        line == "ᐧ" || (line.chars().count() >= 2 && line.chars().all(|c| "-_=*#~+—–─".contains(c)))
    };
    let mut from = None;
    for at in (start..end).rev() {
        let line = line_at(lines, at);
        if is_blank(line) {
            continue;
        }
        if !is_rule(line) {
            break;
        }
        from = Some(at);
    }
    from
}

#[cfg(test)]
mod tests {
    use crate::mail::quote::split;

    #[test]
    fn a_card_at_the_end_is_a_signature_and_a_list_of_data_is_none() {
        for card in [
            "Ann Miller\nHead of Purchase\nTel. +49 30 123456\nann@a.example",
            "Ann Miller\n+49 170 1234567",
            "Miller & Sons\nann@a.example\nwww.miller.example",
            "Ann Miller\nSent from my phone",
        ] {
            let body = split(&format!("Where is my parcel?\n\n{card}"));
            assert_eq!(body.reply_text, "Where is my parcel?", "{card}");
            assert_eq!(body.signature, card);
        }
        for data in [
            "Order: AB-123456\nName: Ann Miller\nMail: ann@a.example",
            "the pages are\nwww.a.example\nwww.b.example",
            "Order 12345\nann@a.example",
            "Ann Miller\nHauptstraße 1\n10115 Berlin",
            "Please write to Ann Miller.\nHer address is ann@a.example, her phone is +49 30 123456",
            "Ann",
        ] {
            let text = format!("Where is my parcel?\n\n{data}");
            assert_eq!(split(&text).reply_text, text, "{data}");
        }
        assert_eq!(
            split("Ann Miller\n+49 170 1234567").signature,
            "",
            "it is all there is"
        );
    }

    #[test]
    fn legal_footers_are_no_text_and_a_complaint_is() {
        for footer in [
            "This e-mail and any attachments are confidential and intended solely for the addressee. If you have received this email in error, please notify the sender.",
            "Diese E-Mail enthält vertrauliche und/oder rechtlich geschützte Informationen. Wenn Sie nicht der richtige Adressat sind, vernichten Sie diese Mail.",
            "Miller GmbH, Sitz der Gesellschaft: Berlin, Amtsgericht Charlottenburg HRB 12345",
            "Ce message est confidentiel et réservé à son destinataire. Si vous l'avez reçu par erreur, merci de le détruire.",
        ] {
            let body = split(&format!("Where is my parcel?\n\n{footer}"));
            assert_eq!(body.reply_text, "Where is my parcel?", "{footer}");
        }
        for text in [
            "I sent you this in confidence.\n\nYou told others what is confidential, and I am angry about it now.",
            "Hello\n\nI am not the intended recipient of this parcel, who is it for?",
        ] {
            assert_eq!(split(text).reply_text, text);
        }
    }

    #[test]
    fn rules_below_the_text_belong_to_no_text() {
        assert_eq!(
            split("A ------- B\n\n****\n====\n").reply_text,
            "A ------- B"
        );
        assert!(split("One\n----\nTwo").reply_text.contains("One"));
    }
}
