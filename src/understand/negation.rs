//! Is a word denied? `Nobody has hacked me`, `gehackt wurde ich nicht`, `einen Anwalt brauche ich keinen`.
//!
//! A denial reaches as far as its clause: up to a comma, a bracket or a conjunction. German and Dutch deny behind the verb,
//! French on both sides of it; the other languages in front.

use super::lexicon::Hit;

/// How many words before a hit are looked at.
const BEFORE: usize = 4;
/// How many words behind a hit are looked at.
const BEHIND: usize = 5;

/// Deny what follows.
const DENY_NEXT: [&str; 62] = [
    // English
    "not",
    "no",
    "never",
    "nobody",
    "none",
    "nothing",
    "without",
    "dont",
    "didnt",
    "doesnt",
    "isnt",
    "arent",
    "wasnt",
    "werent",
    "havent",
    "hasnt",
    "wont",
    "wouldnt",
    "cannot",
    "cant",
    "neither",
    "nor", // German
    "nicht",
    "kein",
    "keine",
    "keinen",
    "keinem",
    "keiner",
    "keinerlei",
    "nie",
    "niemals",
    "niemand",
    "niemanden",
    "nichts",
    "ohne", // French
    "pas",
    "jamais",
    "aucun",
    "aucune",
    "sans",
    "personne", // Spanish
    "nunca",
    "nadie",
    "sin",
    "ni",
    "ningun",
    "ninguna", // Italian
    "non",
    "mai",
    "nessun",
    "nessuno",
    "nessuna",
    "senza", // Dutch
    "niet",
    "geen",
    "nooit",
    "zonder", // Portuguese
    "nao",
    "ninguem",
    "sem",
    "nem",
    "nenhum",
];

/// Deny what stands before them, in the same clause.
const DENY_LAST: [&str; 14] = [
    "nicht",
    "niemand",
    "niemanden",
    "keiner",
    "keinen",
    "keine",
    "keins",
    "nie",
    "niet",
    "geen",
    "nooit",
    "pas",
    "personne",
    "nobody",
];

/// A denial that is none: `not only`, `no longer`.
const NO_DENIAL_BEFORE: [&str; 11] = [
    "only",
    "just",
    "longer",
    "nur",
    "bloss",
    "seulement",
    "solo",
    "solamente",
    "soltanto",
    "alleen",
    "apenas",
];

/// With these a new clause begins, comma or not.
const CONJUNCTIONS: [&str; 47] = [
    "and", "but", "or", "because", "so", "since", "that", "which", "who", "und", "aber", "oder",
    "sondern", "weil", "denn", "dass", "et", "mais", "ou", "car", "parce", "que", "qui", "y",
    "pero", "sino", "porque", "e", "ma", "perche", "che", "en", "maar", "of", "omdat", "want",
    "dat", "mas", "pois", "also", "then", "doch", "donc", "entonces", "allora", "dus", "quindi",
];

/// Whether a negation in the clause of a hit speaks of it. `clauses` numbers the clause of each word.
pub(super) fn is_denied(words: &[String], clauses: &[u16], hit: Hit) -> bool {
    let clause = clauses.get(hit.start);
    let in_clause = |position: usize| clauses.get(position) == clause;
    let word = |position: usize| words.get(position).map_or("", String::as_str);
    for position in (hit.start.saturating_sub(BEFORE)..hit.start).rev() {
        let this = word(position);
        if !in_clause(position) || CONJUNCTIONS.contains(&this) {
            break;
        }
        if DENY_NEXT.contains(&this) && !NO_DENIAL_BEFORE.contains(&word(position + 1)) {
            return true;
        }
    }
    let end_clause = clauses.get(hit.end.saturating_sub(1));
    for position in hit.end..hit.end + BEHIND {
        let this = word(position);
        if this.is_empty() || clauses.get(position) != end_clause || CONJUNCTIONS.contains(&this) {
            break;
        }
        if DENY_LAST.contains(&this) && !NO_DENIAL_BEFORE.contains(&word(position + 1)) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::words::words_in_clauses;
    use super::*;

    #[test]
    fn a_denial_reaches_as_far_as_its_clause() {
        for (text, word, expected) in [
            ("nobody has ever hacked me", "hacked", true),
            ("I have not been hacked", "hacked", true),
            ("No, I was hacked", "hacked", false),
            ("not only hacked but robbed", "hacked", false),
            ("I am not amused and my account was hacked", "hacked", false),
            ("gehackt wurde ich nicht", "gehackt", true),
            ("Verletzt hat sich zum Glück niemand", "verletzt", true),
            (
                "Ich bin verletzt, arbeiten kann ich nicht",
                "verletzt",
                false,
            ),
            ("Ik ben niet gewond", "gewond", true),
            ("Gewond is er niemand", "gewond", true),
            ("je ne suis pas blessé", "blesse", true),
            ("sin heridos ni nada roto", "heridos", true),
            ("non sono ferito", "ferito", true),
            ("não estou ferido", "ferido", true),
        ] {
            let (row, clauses) = words_in_clauses(text);
            let start = row.iter().position(|one| one == word).unwrap();
            let hit = Hit {
                start,
                end: start + 1,
            };
            assert_eq!(is_denied(&row, &clauses, hit), expected, "{text}");
        }
    }
}
