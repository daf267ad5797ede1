//! Is somebody enraged or in despair? Not: annoyed, sarcastic, impatient, or writing in capitals.
//!
//! Points: three for what nobody says without rage or despair (`sure`), two for strong words, one for heavy ones, one for a
//! third contact or later, one each for capitals and rows of exclamation marks. Three are needed, and of the surface alone
//! never enough. Who asks for the third time or later and says outright that it is an outrage needs no points.

use super::super::lexicon::{Begun, Hit};
use super::super::negation::is_denied;
use super::super::prepare::{Place, Prepared, Sentence};

/// From so many points on, a person looks.
const ENOUGH: usize = 3;
/// From so many on where no strong word was said: many complaints in one mail.
const ENOUGH_WITHOUT_STRONG: usize = 5;

/// The sentence that shows it most. `heard`: those that speak the language of the list.
pub(super) fn find(prepared: &Prepared, heard: &[(&Sentence, Begun<'_>)]) -> Option<String> {
    let mut points = 0_usize;
    let mut has_strong = false;
    let mut most: Option<(usize, &Sentence)> = None;
    for (sentence, said) in heard {
        let count = |list: &str| -> usize {
            let hits = said.guilty(list);
            let meant = hits
                .into_iter()
                .filter(|hit| !is_denied(&sentence.own_words, &sentence.own_clauses, *hit));
            distinct(meant)
        };
        let (sure, strong) = (count("sure"), count("strong"));
        // A word may stand in several lists: it counts once, with its highest weight.
        let heavy = count("heavy").min(3);
        let repeated = usize::from(said.has("repeated"));
        let here = sure * 3 + strong * 2 + heavy + repeated;
        points += here;
        has_strong |= sure + strong > 0;
        if here > 0 && most.is_none_or(|(best, _)| here > best) {
            most = Some((here, sentence));
        }
    }
    if let Some(sentence) = annoyed_once_more(heard) {
        return Some(sentence.text.clone());
    }
    points += usize::from(has_rows_of_marks(prepared)) + usize::from(is_shouted(prepared));
    let (_, sentence) = most?;
    let enough = if has_strong {
        ENOUGH
    } else {
        ENOUGH_WITHOUT_STRONG
    };
    (points >= enough).then(|| sentence.text.clone())
}

/// The sentence with an outright word of annoyance, of a mail that asks for the third time or later.
fn annoyed_once_more<'a>(heard: &[(&'a Sentence, Begun<'_>)]) -> Option<&'a Sentence> {
    heard
        .iter()
        .find(|(sentence, said)| says(said, "asked_again", sentence))?;
    heard
        .iter()
        .find(|(sentence, said)| says(said, "annoyed", sentence))
        .map(|(sentence, _)| *sentence)
}

/// Whether a sentence holds a phrase of a list that nothing excuses or denies.
fn says(said: &Begun<'_>, list: &str, sentence: &Sentence) -> bool {
    said.guilty(list)
        .into_iter()
        .any(|hit| !is_denied(&sentence.own_words, &sentence.own_clauses, hit))
}

/// Hits that do not overlap.
fn distinct(hits: impl Iterator<Item = Hit>) -> usize {
    let mut hits: Vec<Hit> = hits.collect();
    hits.sort_by_key(|hit| (hit.start, hit.end));
    let mut count = 0;
    let mut reached = 0;
    for hit in hits {
        if hit.start >= reached {
            count += 1;
            reached = hit.end;
        }
    }
    count
}

fn has_rows_of_marks(prepared: &Prepared) -> bool {
    [&prepared.subject, &prepared.text]
        .iter()
        .any(|text| ["!!", "?!", "¡¡"].iter().any(|row| text.contains(row)))
}

/// Several words in capitals, beyond a subject of one word.
fn is_shouted(prepared: &Prepared) -> bool {
    let shouted = prepared
        .sentences
        .iter()
        .filter(|sentence| sentence.place == Place::Body || sentence.words.len() > 1)
        .flat_map(|sentence| sentence.text.split_whitespace())
        .filter(|word| {
            word.chars().filter(|c| c.is_alphabetic()).count() >= 3
                && word
                    .chars()
                    .all(|c| !c.is_lowercase() && !c.is_ascii_digit())
        });
    shouted.count() >= 2
}
