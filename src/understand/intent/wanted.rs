//! Which part of a mail says what is wanted? Clauses that say what is *not* wanted (`I don't want to return it`), what is known already (`I know
//! when you are open`) or what the mail is not about (`Not the care plan thing`) name an article as plainly as a request for it does. They are
//! left out before anybody asks what the mail means. Reads hostile input; pure.

use super::super::prepare::{Place, Sentence};
use super::super::words::words;
use super::example::{Example, NONE};
use super::requests::LEXICON;
use std::collections::BTreeSet;

/// A longer clause tells something (`not the first time that my invoice is missing`).
const SET_ASIDE_MAX_WORDS: usize = 6;
/// A clause with no more words behind its denial has the rest of it in the next clause (`Ich weiß, wann ihr geöffnet habt`).
const REST_MAX_WORDS: usize = 1;
/// Fewer words say nothing.
const WANTED_MIN_WORDS: usize = 2;

/// A sentence with its number in the mail, and the part of its text that says what is wanted.
pub(super) type Wanted<'a> = (usize, &'a Sentence, String);

/// The intents that people ask for by a denial (`I don't want the newsletter any more`): for them a denial is no sign against.
pub(super) fn asked_for_by_denial(examples: &[Example]) -> BTreeSet<String> {
    let denying = examples
        .iter()
        .filter(|one| one.is_phrase() && one.label != NONE);
    denying
        .filter(|one| without_denied(&one.text).is_some())
        .map(|one| one.label.clone())
        .collect()
}

/// What is left of a mail that denies something; empty where nothing is wanted. `None` for a mail that denies nothing.
pub(super) fn wanted<'a>(sentences: &[(usize, &'a Sentence)]) -> Option<Vec<Wanted<'a>>> {
    if asks_for_nothing(sentences) {
        return Some(Vec::new());
    }
    let mut denies = false;
    let mut wanted = Vec::new();
    for (number, sentence) in sentences {
        match without_denied(&sentence.text) {
            Some(rest) => {
                denies = true;
                if words(&rest).len() >= WANTED_MIN_WORDS {
                    wanted.push((*number, *sentence, rest));
                }
            }
            None => wanted.push((*number, *sentence, sentence.text.clone())),
        }
    }
    // A subject alone does not want what its mail denies.
    if wanted.iter().all(|(_, one, _)| one.place == Place::Subject) {
        wanted.clear();
    }
    denies.then_some(wanted)
}

/// Whether a mail takes back what it asked for (`Never mind`), or is only content (`It arrived. Everything is great!`).
fn asks_for_nothing(sentences: &[(usize, &Sentence)]) -> bool {
    let mut body = sentences
        .iter()
        .map(|(_, sentence)| *sentence)
        .filter(|sentence| sentence.place == Place::Body);
    let asks = body.clone().any(|sentence| sentence.asks);
    let says = |list: &str, sentence: &Sentence| LEXICON.has(list, &sentence.own_words);
    let takes_back = body.clone().any(|sentence| says("takes_back", sentence));
    let is_content = body.clone().any(|sentence| says("praises", sentence))
        && !body.any(|sentence| says("contrasts", sentence));
    !asks && (takes_back || is_content)
}

/// A text without the clauses that deny; `None` where none does.
fn without_denied(text: &str) -> Option<String> {
    let mut denied = false;
    let mut kept = String::new();
    // The denial of the clause before goes on in this one.
    let mut goes_on = false;
    for clause in clauses(text) {
        let row = words(clause);
        if row.is_empty() {
            kept.push_str(clause);
            continue;
        }
        let end = denial_end(&row);
        // What is asked is wanted, whatever was denied before (`I don't want it, how do I return it?`).
        goes_on &= !clause.contains('?');
        if goes_on || end.is_some() {
            denied = true;
            goes_on = !goes_on && end.is_some_and(|end| row.len() <= end + REST_MAX_WORDS);
        } else {
            goes_on = false;
            kept.push_str(clause);
        }
    }
    denied.then_some(kept)
}

/// Where the words that deny a clause end.
fn denial_end(row: &[String]) -> Option<usize> {
    let said = LEXICON.begin(row);
    let denial = said.guilty("denies").into_iter().next();
    let aside = || {
        let hits = said.hits("sets_aside");
        hits.into_iter()
            .find(|hit| hit.start == 0 && row.len() <= SET_ASIDE_MAX_WORDS)
    };
    denial.or_else(aside).map(|hit| hit.end)
}

/// The clauses of a text, each with the mark that ends it: a new one begins at a comma, a bracket, a dash or a mark, and at `but`.
fn clauses(text: &str) -> Vec<&str> {
    let is_mark = |c: char| {
        matches!(
            c,
            ',' | ';' | ':' | '(' | ')' | '–' | '—' | '.' | '!' | '?' | '…'
        )
    };
    let mut found = Vec::new();
    for part in text.split_inclusive(is_mark) {
        let mut rest = part;
        while let Some((before, behind)) = split_at_but(rest) {
            found.push(before);
            rest = behind;
        }
        found.push(rest);
    }
    found
}

/// What sets a wish against a denial.
const BUT: [&str; 10] = [
    " but ",
    " sondern ",
    " aber ",
    " mais ",
    " sino ",
    " pero ",
    " ma ",
    " maar ",
    " mas ",
    " instead ",
];

fn split_at_but(text: &str) -> Option<(&str, &str)> {
    let lower = text.to_ascii_lowercase();
    let place = BUT.iter().filter_map(|word| lower.find(word)).min()?;
    text.split_at_checked(place + 1)
}
