//! The signals that always end at a person, each with the sentence that shows it. One small detector a stop.
//!
//! Reads hostile input. When in doubt a stop is claimed: a person who looks once too often costs less than a machine that
//! answers somebody in need. `identity` is not found here: it comes from the thread, never from text.
//!
//! Most stops are found by their word list alone (`lexicon/`), in the languages that are spoken (`tongues.rs`): `sure` always
//! counts; `told` not where it is only imagined; `words` not where denied, supposed, or a subject of a few words; `first_x`
//! with `second_x` counts when both are said in one sentence or in neighbouring ones; what an `innocent` phrase overlaps never
//! counts.

mod frustration;
pub(super) mod tongues;

use super::lexicon::Lexicon;
use super::negation::is_denied;
use super::payment::PaymentNumbers;
use super::prepare::{Place, Prepared, Role, Sentence};
use super::types::{HardStop, StopFound};
use super::words::{one_line, words};
use std::collections::BTreeMap;
use tongues::Tongues;

/// Evidence is cut here, in characters.
const EVIDENCE_MAX_CHARS: usize = 240;

/// A subject of so few words names a thing; it says nothing about it.
const BARE_SUBJECT_WORDS: usize = 3;

/// All detectors.
#[derive(Debug)]
pub(super) struct StopDetectors {
    /// By stop, then by language.
    lexicons: BTreeMap<HardStop, Vec<(String, Lexicon)>>,
    /// Words that the admin added: they always count.
    added: BTreeMap<HardStop, Lexicon>,
    numbers: PaymentNumbers,
}

impl StopDetectors {
    /// `words`: `[escalate.words]`, by the stop's name.
    pub(super) fn new(words: &BTreeMap<String, Vec<String>>) -> Self {
        let shipped = [
            (
                HardStop::HumanRequest,
                include_str!("lexicon/human_request.toml"),
            ),
            (
                HardStop::Frustration,
                include_str!("lexicon/frustration.toml"),
            ),
            (HardStop::Legal, include_str!("lexicon/legal.toml")),
            (HardStop::Safety, include_str!("lexicon/safety.toml")),
            (HardStop::Security, include_str!("lexicon/security.toml")),
            (
                HardStop::PaymentData,
                include_str!("lexicon/payment_data.toml"),
            ),
            (HardStop::Privacy, include_str!("lexicon/privacy.toml")),
            (HardStop::Minor, include_str!("lexicon/minor.toml")),
        ];
        let mut added: BTreeMap<HardStop, Lexicon> = BTreeMap::new();
        for (name, phrases) in words {
            if let Some(stop) = HardStop::from_name(name) {
                added.entry(stop).or_default().add("sure", phrases);
            }
        }
        Self {
            lexicons: shipped
                .into_iter()
                .map(|(stop, source)| (stop, Lexicon::read_each_language(source)))
                .collect(),
            added,
            numbers: PaymentNumbers::new(),
        }
    }

    /// The stops of a mail in the order of [`HardStop::ALL`]. `asked_word`: the customer wrote `HUMAN`.
    pub(super) fn find(&self, prepared: &Prepared, asked_word: Option<&str>) -> Vec<StopFound> {
        let tongues = tongues::of_sentences(&prepared.sentences);
        let spoken: Vec<(&Sentence, Tongues)> = prepared.sentences.iter().zip(tongues).collect();
        HardStop::ALL
            .into_iter()
            .filter_map(|stop| {
                let evidence = self
                    .special(stop, prepared, asked_word)
                    .or_else(|| self.in_sentences(stop, prepared, &spoken))
                    .or_else(|| self.added_words(stop, prepared))?;
                Some(StopFound {
                    stop,
                    evidence: one_line(&evidence, EVIDENCE_MAX_CHARS),
                })
            })
            .collect()
    }

    /// What shows a stop besides its words.
    fn special(
        &self,
        stop: HardStop,
        prepared: &Prepared,
        asked_word: Option<&str>,
    ) -> Option<String> {
        match stop {
            HardStop::HumanRequest => asked_word.map(str::to_owned),
            HardStop::PaymentData => self.payment_number(prepared),
            HardStop::Minor => self.age_below_the_name(prepared),
            HardStop::Frustration
            | HardStop::Legal
            | HardStop::Safety
            | HardStop::Security
            | HardStop::Privacy
            | HardStop::Identity => None,
        }
    }

    /// The first sentence in which the stop's words are meant, in a language that it speaks.
    fn in_sentences(
        &self,
        stop: HardStop,
        prepared: &Prepared,
        spoken: &[(&Sentence, Tongues)],
    ) -> Option<String> {
        self.lexicons
            .get(&stop)?
            .iter()
            .find_map(|(language, lexicon)| {
                let heard: Vec<&Sentence> = spoken
                    .iter()
                    .filter(|(_, tongues)| tongues.speak(language))
                    .map(|(sentence, _)| *sentence)
                    // What is told to a machine is nobody's wish for a person, and no lawyer's letter.
                    .filter(|sentence| {
                        sentence.role != Role::ToMachine
                            || !matches!(stop, HardStop::HumanRequest | HardStop::Legal)
                    })
                    .collect();
                if stop == HardStop::Frustration {
                    // Rage is a matter of the whole mail.
                    return frustration::find(lexicon, prepared, &heard);
                }
                let sentence = heard
                    .iter()
                    .find(|sentence| says(lexicon, sentence))
                    .or_else(|| says_together(lexicon, &heard))?;
                Some(sentence.text.clone())
            })
    }

    fn added_words(&self, stop: HardStop, prepared: &Prepared) -> Option<String> {
        let lexicon = self.added.get(&stop)?;
        prepared
            .sentences
            .iter()
            .find(|sentence| lexicon.has("sure", &sentence.words))
            .map(|sentence| sentence.text.clone())
    }

    fn payment_number(&self, prepared: &Prepared) -> Option<String> {
        for text in [&prepared.subject, &prepared.text] {
            if let Some(kind) = self.numbers.find(text) {
                return Some(format!("the mail holds {kind}"));
            }
        }
        None
    }

    /// Children sign with their age: `Maisie, age 9`, `Emil (11)`.
    fn age_below_the_name(&self, prepared: &Prepared) -> Option<String> {
        let lexicons = self.lexicons.get(&HardStop::Minor)?;
        let is_signed = |row: &[String]| {
            lexicons
                .iter()
                .any(|(_, lexicon)| lexicon.has("signed", row))
        };
        prepared
            .signature
            .lines()
            .take(6)
            .find(|line| {
                let row = words(line);
                row.len() <= 6 && (is_signed(&row) || is_name_with_age(line))
            })
            .map(str::to_owned)
    }
}

/// `Emil (11)`, `Maisie, 9`: one or two words, and the age set apart.
fn is_name_with_age(line: &str) -> bool {
    let line = line.trim().trim_end_matches([')', '.', '!']);
    let Some((name, age)) = line.rsplit_once(['(', ',']) else {
        return false;
    };
    let of_letters = |word: &str| word.chars().all(|c| c.is_alphabetic() || c == '-');
    let name: Vec<&str> = name.split_whitespace().collect();
    (1..=2).contains(&name.len())
        && name.into_iter().all(of_letters)
        && age
            .trim()
            .parse()
            .is_ok_and(|age: u8| (6..=17).contains(&age))
}

/// Whether a sentence says what a list is about.
fn says(lexicon: &Lexicon, sentence: &Sentence) -> bool {
    let (row, clauses) = (&sentence.own_words, &sentence.own_clauses);
    if !lexicon.guilty("sure", row).is_empty()
        || !lexicon.guilty("told", row).is_empty() && !lexicon.has("imagined", row)
    {
        return true;
    }
    let bare = sentence.place == Place::Subject && row.len() <= BARE_SUBJECT_WORDS;
    !bare
        && lexicon
            .guilty("words", row)
            .into_iter()
            .any(|hit| !is_denied(row, clauses, hit))
        && !lexicon.has("supposed", row)
}

/// The sentence that, with the next one, says both parts of a pair.
fn says_together<'a>(lexicon: &Lexicon, heard: &'a [&'a Sentence]) -> Option<&'a &'a Sentence> {
    lexicon.pairs().find_map(|pair| {
        let (first, second) = (format!("first_{pair}"), format!("second_{pair}"));
        let has = |list: &str, sentence: &Sentence| {
            !lexicon.guilty(list, &sentence.own_words).is_empty()
                && !lexicon.has("supposed", &sentence.own_words)
        };
        heard.iter().enumerate().find_map(|(at, sentence)| {
            let near =
                heard.get(at.saturating_sub(1)..=(at + 1).min(heard.len().saturating_sub(1)));
            (has(&first, sentence) && near?.iter().any(|other| has(&second, other)))
                .then_some(sentence)
        })
    })
}
