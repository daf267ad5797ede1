//! Does a question turn on something particular: a special day, a date, a country? An approved text that does not name it answers another
//! question. Reads hostile input; pure.

use super::lexicon::Lexicon;
use super::prepare::{Prepared, Role};
use super::types::{Particular, ParticularKind};
use super::words::words;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The most that are looked at.
const PARTICULARS_MAX: usize = 8;
/// A text with so many countries is about countries.
const COUNTRIES_OF_A_LIST: usize = 3;

static LEXICON: LazyLock<Lexicon> =
    LazyLock::new(|| Lexicon::read(include_str!("lexicon/particulars.toml")));

const KINDS: [(ParticularKind, &str); 3] = [
    (ParticularKind::Day, "day"),
    (ParticularKind::Date, "date"),
    (ParticularKind::Country, "country"),
];

/// The particulars of the sentences that ask.
pub(super) fn find(prepared: &Prepared) -> Vec<Particular> {
    let asking = prepared
        .sentences
        .iter()
        .filter(|sentence| sentence.asks && sentence.role == Role::Substance);
    asking
        .flat_map(|sentence| named(&sentence.own_words))
        .take(PARTICULARS_MAX)
        .collect()
}

/// Whether a text names this particular: a country by its name, a date by any date, a special day by any. A text that lists countries says by
/// the list what it says of others.
#[must_use]
pub fn is_named_in(text: &str, particular: &Particular) -> bool {
    let there = named(&words(text));
    let countries = there
        .iter()
        .filter(|other| other.kind == ParticularKind::Country);
    let lists_countries = countries.count() >= COUNTRIES_OF_A_LIST;
    if particular.kind == ParticularKind::Country && lists_countries {
        return true;
    }
    there.iter().any(|other| match particular.kind {
        ParticularKind::Country => other.words == particular.words,
        ParticularKind::Day | ParticularKind::Date => other.kind != ParticularKind::Country,
    })
}

fn named(row: &[String]) -> Vec<Particular> {
    let said = LEXICON.begin(row);
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for (kind, list) in KINDS {
        for hit in said.hits(list) {
            let words = row.get(hit.start..hit.end).unwrap_or_default().join(" ");
            if seen.insert(words.clone()) {
                found.push(Particular { kind, words });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::understand::prepare::Preparer;

    fn of(text: &str) -> Vec<String> {
        let found = find(&Preparer::new().prepare_text("", text));
        found.into_iter().map(|one| one.words).collect()
    }

    #[test]
    fn what_a_question_turns_on_is_found_in_questions_alone() {
        assert_eq!(of("Are you open on December 24?"), ["december 24"]);
        assert_eq!(of("Habt ihr an Silvester offen?"), ["silvester"]);
        assert_eq!(of("How long does delivery to the USA take?"), ["usa"]);
        assert_eq!(of("We bought it in Italy. How do I return it?"), [""; 0]);
        assert_eq!(of("How long does delivery take?"), [""; 0]);
    }

    #[test]
    fn a_text_names_it_or_not() {
        let one = |text: &str| find(&Preparer::new().prepare_text("", text)).remove(0);
        let usa = one("Do you deliver to the USA?");
        assert!(is_named_in("We send to Canada and the USA.", &usa));
        assert!(!is_named_in("We send to Canada.", &usa));
        assert!(is_named_in("We send to France, Italy and Spain.", &usa));
        let eve = one("Are you open on 24 December?");
        assert!(is_named_in("On public holidays we are closed.", &eve));
        assert!(!is_named_in("We open at nine.", &eve));
    }
}
