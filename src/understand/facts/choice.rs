//! A fact that is one of a list (`Alder City`, `Alder E1`, …), found by its full name and by the short name that people use.

use super::Candidate;
use regex::Regex;
use std::collections::BTreeSet;

/// Finds one of a list of values.
#[derive(Debug)]
pub(super) struct ChoiceFinder {
    values: Vec<Choice>,
}

#[derive(Debug)]
struct Choice {
    value: String,
    full: Regex,
    /// The value without the words that all values begin with.
    short: Option<(Regex, bool)>,
}

/// Words after which a short name that is also an ordinary word means the thing, in the languages that we know.
const OWNING: &str = "the|my|our|his|her|their|your|this|that|for a|der|die|das|den|dem|mein|meine|meinem|meinen|meiner|unser|unsere|unserem|unseren|ihr|euer|eure|ein|eine|einem|einen|le|la|mon|ma|notre|votre|un|une|du|el|mi|su|nuestra|nuestro|una|il|lo|mio|mia|nostro|nostra|de|het|mijn|onze|een|o|a|meu|minha|nossa|nosso|uma|um|da|do|na|no";

impl ChoiceFinder {
    pub(super) fn new(values: &[String], _context: &BTreeSet<String>) -> Option<Self> {
        let shared = shared_words(values);
        let values = values
            .iter()
            .take(200)
            .map(|value| {
                let short: Vec<&str> = value.split_whitespace().skip(shared).collect();
                let short = short.join(" ");
                let short = (shared > 0 && !short.is_empty()).then(|| {
                    let ordinary = !short.chars().any(|c| c.is_ascii_digit());
                    Some((Regex::new(&loose(&short)).ok()?, ordinary))
                });
                Some(Choice {
                    full: Regex::new(&loose(value)).ok()?,
                    short: short.flatten(),
                    value: value.clone(),
                })
            })
            .collect::<Option<Vec<_>>>()?;
        (!values.is_empty()).then_some(Self { values })
    }

    /// Every value in a text; what belongs to somebody else or is only compared weighs less.
    pub(super) fn candidates(&self, text: &str) -> Vec<Candidate> {
        let mut found: Vec<Candidate> = Vec::new();
        for choice in &self.values {
            for place in choice.full.find_iter(text).take(50).map(|m| m.range()) {
                found.push(Candidate {
                    value: choice.value.clone(),
                    weight: 20 + standing(text, &place),
                    place,
                });
            }
            let Some((short, ordinary)) = &choice.short else {
                continue;
            };
            for place in short.find_iter(text).take(50).map(|m| m.range()) {
                if !*ordinary || is_meant(text, &place) {
                    found.push(Candidate {
                        value: choice.value.clone(),
                        weight: 20 + standing(text, &place),
                        place,
                    });
                }
            }
        }
        found.sort_by_key(|candidate| candidate.place.start);
        found
    }
}

/// How many first words all values share.
fn shared_words(values: &[String]) -> usize {
    let Some(first) = values.first().filter(|_| values.len() > 1) else {
        return 0;
    };
    first
        .split_whitespace()
        .enumerate()
        .take_while(|(index, word)| {
            values
                .iter()
                .all(|value| value.split_whitespace().nth(*index) == Some(*word))
        })
        .count()
}

/// A name in any case, with any or no blank or hyphen between its words and before its digits.
fn loose(name: &str) -> String {
    let words: Vec<String> = name.split_whitespace().map(regex::escape).collect();
    format!(r"(?i)\b{}\b", words.join(r"[\s\-]{0,2}"))
}

/// Whether a short name that is an ordinary word (`city`, `trail`) means the thing here.
fn is_meant(text: &str, place: &std::ops::Range<usize>) -> bool {
    let written = text.get(place.clone()).unwrap_or_default();
    let capital = written.chars().next().is_some_and(char::is_uppercase);
    let shouting = written.chars().all(|c| !c.is_lowercase());
    let before = text.get(..place.start).unwrap_or_default();
    let after = text.get(place.end..).unwrap_or_default();
    let next_word: String = after
        .trim_start_matches([' ', '-'])
        .chars()
        .take_while(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    // `a cargo bike`, `city centre`: kinds of things, unless the name is written as one.
    let is_kind = matches!(
        next_word.as_str(),
        "bike"
            | "bikes"
            | "centre"
            | "center"
            | "council"
            | "bicycle"
            | "bicycles"
            | "rad"
            | "räder"
            | "trailer"
            | "hall"
            | "box"
            | "riding"
            | "ride"
            | "rides"
            | "runs"
            | "park"
    );
    let last = before
        .rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '"'))
        .find(|word| !word.is_empty())
        .unwrap_or_default()
        .to_lowercase();
    let owned = OWNING.split('|').any(|word| word == last) && before.ends_with([' ', '\n']);
    if capital && !shouting {
        let line_start = before.is_empty() || before.ends_with('\n');
        let sentence_start = before.trim_end().ends_with(['.', '!', '?']);
        return (!is_kind || owned) && (owned || line_start || !sentence_start);
    }
    if shouting && text.chars().any(char::is_lowercase) {
        return !is_kind;
    }
    // In lower case: only after an article or a possessive that people use for their own things.
    let own = matches!(
        last.as_str(),
        "the"
            | "my"
            | "our"
            | "his"
            | "her"
            | "their"
            | "mein"
            | "meine"
            | "meinem"
            | "unser"
            | "unsere"
            | "das"
            | "dem"
            | "mon"
            | "ma"
            | "notre"
            | "mi"
            | "mio"
            | "mia"
            | "mijn"
            | "onze"
            | "meu"
            | "minha"
    );
    own && !is_kind && !matches!(next_word.as_str(), "is" | "and" | "where" | "i")
        || own && shouting
}

/// How likely the thing is the writer's own: less after words of comparison.
fn standing(text: &str, place: &std::ops::Range<usize>) -> u32 {
    let before: Vec<String> = text
        .get(..place.start)
        .unwrap_or_default()
        .split_whitespace()
        .rev()
        .take(4)
        .map(|word| {
            word.trim_matches(|c: char| !c.is_alphanumeric())
                .to_lowercase()
        })
        .collect();
    let has = |list: &[&str]| before.iter().any(|word| list.contains(&word.as_str()));
    if has(&[
        "than",
        "unlike",
        "neighbour's",
        "friend's",
        "versus",
        "vs",
        "als",
        "que",
        "instead",
    ]) {
        0
    } else if has(&[
        "my", "our", "mein", "meine", "meinem", "unser", "unserem", "mon", "ma", "mi", "mio",
        "mia", "mijn", "meu", "minha", "bought", "ordered",
    ]) {
        6
    } else {
        4
    }
}
