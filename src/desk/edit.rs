//! What did a member change of a draft, and is it still the draft? Reads what any person may have typed; bounded; pure.

use crate::ticket::{Change, Edit};
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// So many words of each text are compared: no answer to a customer is longer, and the time grows with their square.
const WORDS_MAX: usize = 2_000;

/// So many sentences of each text are compared.
const SENTENCES_MAX: usize = 500;

/// Words count as kept where so many stand in a row: "the", "you" and "we" stand in any two texts.
const RUN_MIN: usize = 3;

/// What a member changed of a draft. Capitals, punctuation and line breaks do not count as changes of words.
#[must_use]
pub fn compare(draft: &str, text: &str) -> Edit {
    let (changes, further_changes) = changes(draft, text);
    Edit {
        kept_percent: kept_percent(draft, text),
        changes,
        further_changes,
    }
}

fn kept_percent(draft: &str, text: &str) -> u8 {
    let (old, new) = (words(draft), words(text));
    if old.is_empty() {
        return 0;
    }
    let run_min = RUN_MIN.min(old.len());
    let kept: usize = capture_diff_slices(Algorithm::Patience, &old, &new)
        .iter()
        .map(|op| match op {
            DiffOp::Equal { len, .. } if *len >= run_min => *len,
            _ => 0,
        })
        .sum();
    // Rounded down: all of it was kept only where all of it was.
    u8::try_from(kept * 100 / old.len()).unwrap_or(100)
}

/// The words of a text as they are compared, bounded. Addresses of pages are left out: mail programs rewrite them.
pub(crate) fn words(text: &str) -> Vec<String> {
    text.split_whitespace()
        .filter(|word| !word.contains("://"))
        .map(|word| {
            word.trim_matches(|c: char| !c.is_alphanumeric())
                .to_lowercase()
        })
        .filter(|word| !word.is_empty())
        .take(WORDS_MAX)
        .collect()
}

fn changes(draft: &str, text: &str) -> (Vec<Change>, u32) {
    let (old, new) = (sentences(draft), sentences(text));
    let mut found = Vec::new();
    for op in capture_diff_slices(Algorithm::Patience, &old, &new) {
        if let DiffOp::Equal { .. } = op {
            continue;
        }
        let removed = old.get(op.old_range()).unwrap_or_default().iter();
        let added = new.get(op.new_range()).unwrap_or_default().iter();
        found.extend(removed.map(|sentence| Change::Removed(bounded(sentence))));
        found.extend(added.map(|sentence| Change::Added(bounded(sentence))));
    }
    let further = found.len().saturating_sub(Edit::CHANGES_MAX);
    found.truncate(Edit::CHANGES_MAX);
    (found, u32::try_from(further).unwrap_or(u32::MAX))
}

/// The sentences of each paragraph: a mail program breaks lines where it likes, so lines would differ that nobody changed.
fn sentences(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut sentence = String::new();
    for line in text.lines() {
        if line.trim().is_empty() {
            end_sentence(&mut sentence, &mut found);
        }
        for word in line.split_whitespace() {
            if !sentence.is_empty() {
                sentence.push(' ');
            }
            sentence.push_str(word);
            if word.ends_with(['.', '!', '?', ':']) {
                end_sentence(&mut sentence, &mut found);
            }
        }
        if found.len() >= SENTENCES_MAX {
            break;
        }
    }
    end_sentence(&mut sentence, &mut found);
    found.truncate(SENTENCES_MAX);
    found
}

fn end_sentence(sentence: &mut String, found: &mut Vec<String>) {
    if !sentence.is_empty() {
        found.push(std::mem::take(sentence));
    }
}

fn bounded(sentence: &str) -> String {
    sentence.chars().take(Edit::CHANGE_MAX_CHARACTERS).collect()
}

/// Whether the draft that a reply quotes is not the one that was sent: somebody changed it there, where nothing is read.
#[must_use]
pub fn is_changed_in_quote(draft: &str, quoted: &str) -> bool {
    let unmarked: Vec<&str> = quoted
        .lines()
        .map(|line| line.trim_start_matches(['>', ' ', '|']))
        .collect();
    let (old, new) = (words(draft), words(&unmarked.join("\n")));
    let stands_there = !old.is_empty() && new.windows(old.len()).any(|window| window == old);
    let kept = kept_percent(draft, &unmarked.join("\n"));
    // Of a quote that was cut or left out nobody can say anything.
    !stands_there && kept >= Edit::OF_THE_DRAFT_FROM_PERCENT
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DRAFT: &str = "Shops and clubs get our trade prices from an order of ten pieces. The first order is paid in advance, later ones within 30 days.";

    #[test]
    fn a_changed_draft_is_known_and_an_own_answer_is_none() {
        for (text, kept) in [
            (DRAFT, 100),
            // A greeting, other line breaks and a sentence of the member's own.
            (
                "Hello Ann,\n\nshops and clubs get our trade prices\nfrom an order of ten pieces. The first order is paid\nin advance, later ones within 30 days. See you soon!\n\nMira",
                100,
            ),
            (
                "Shops and clubs get our trade prices from an order of five pieces. The first order is paid in advance, later ones within 14 days.",
                91,
            ),
            (
                "Shops and clubs get our trade prices from an order of ten pieces.",
                50,
            ),
        ] {
            let edit = compare(DRAFT, text);
            assert!(edit.kept_percent.abs_diff(kept) <= 3, "{text}: {edit:?}");
            assert!(edit.is_of_the_draft(), "{text}: {edit:?}");
        }
        for text in [
            "Dear Ann, clubs pay ten per cent less from five pieces on.",
            "The first of our shops and clubs to order ten of the pieces in advance, within 30 days, is paid.",
            "Yes.",
            "",
        ] {
            assert!(!compare(DRAFT, text).is_of_the_draft(), "{text}");
        }
        assert!(!compare("", "anything").is_of_the_draft());
    }

    #[test]
    fn what_was_changed_stands_in_sentences_and_is_bounded() {
        let edit = compare(DRAFT, &DRAFT.replace("30 days", "14 days"));
        assert_eq!(
            edit.changes
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>(),
            [
                "- The first order is paid in advance, later ones within 30 days.",
                "+ The first order is paid in advance, later ones within 14 days."
            ]
        );
        assert_eq!(compare(DRAFT, DRAFT).changes, []);
        let long: String = (0..100)
            .map(|number| format!("{number} {}.\n", "x".repeat(400)))
            .collect();
        let edit = compare(DRAFT, &long);
        assert_eq!(edit.changes.len(), Edit::CHANGES_MAX);
        assert_eq!(edit.further_changes, 62);
        assert!(edit.changes.iter().all(|change| change.to_string().chars().count() <= Edit::CHANGE_MAX_CHARACTERS + 2));
    }

    #[test]
    fn a_change_in_the_quote_is_noticed() {
        let quoted = |draft: &str| {
            format!(
                "> === write above this line ===\n>\n> > {}\n>\n> The mail",
                draft.replace(". ", ".\n> > ")
            )
        };
        assert!(!is_changed_in_quote(DRAFT, &quoted(DRAFT)));
        assert!(is_changed_in_quote(
            DRAFT,
            &quoted(&DRAFT.replace("30 days", "14 days"))
        ));
        assert!(is_changed_in_quote(
            DRAFT,
            &quoted(&DRAFT.replace("ten", "ten or more"))
        ));
        // Nothing quoted, or only its beginning.
        assert!(!is_changed_in_quote(DRAFT, ""));
        assert!(!is_changed_in_quote(DRAFT, "> Shops and clubs get our"));
    }

    proptest! {
        #[test]
        fn any_two_texts_are_compared(one in "\\PC{0,80}", other in "(\\PC{0,40}\n){0,4}") {
            let edit = compare(&one, &other);
            prop_assert!(edit.kept_percent <= 100);
            let _ = is_changed_in_quote(&one, &other);
        }
    }
}
