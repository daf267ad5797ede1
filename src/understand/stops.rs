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

use super::lexicon::{Begun, Lexicon};
use super::negation::is_denied;
use super::payment::PaymentNumbers;
use super::prepare::{Place, Prepared, Role, Sentence};
use super::types::{HardStop, StopFound};
use super::words::{one_line, words};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use tongues::Tongues;

/// Evidence is cut here, in characters.
const EVIDENCE_MAX_CHARS: usize = 240;

/// A subject of so few words names a thing; it says nothing about it.
const BARE_SUBJECT_WORDS: usize = 3;

/// The word lists, by stop, then by language; the same for every desk, and for each training of it.
static LEXICONS: LazyLock<BTreeMap<HardStop, Vec<(String, Lexicon)>>> = LazyLock::new(|| {
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
    let each = shipped.into_iter();
    each.map(|(stop, source)| (stop, Lexicon::read_each_language(source)))
        .collect()
});

/// All detectors.
#[derive(Debug)]
pub(super) struct StopDetectors {
    /// Words that the admin added: they always count.
    added: BTreeMap<HardStop, Lexicon>,
    numbers: PaymentNumbers,
}

impl StopDetectors {
    /// `words`: `[escalate.words]`, by the stop's name.
    pub(super) fn new(words: &BTreeMap<String, Vec<String>>) -> Self {
        // Read now, so that the first customer does not wait for it.
        LazyLock::force(&LEXICONS);
        let mut added: BTreeMap<HardStop, Lexicon> = BTreeMap::new();
        for (name, phrases) in words {
            if let Some(stop) = HardStop::from_name(name) {
                added.entry(stop).or_default().add("sure", phrases);
            }
        }
        Self {
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
            HardStop::Minor => age_below_the_name(prepared),
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
        LEXICONS.get(&stop)?.iter().find_map(|(language, lexicon)| {
            let heard: Vec<(&Sentence, Begun<'_>)> = spoken
                .iter()
                .filter(|(_, tongues)| tongues.speak(language))
                .map(|(sentence, _)| *sentence)
                // What is told to a machine is nobody's wish for a person, and no lawyer's letter.
                .filter(|sentence| {
                    sentence.role != Role::ToMachine
                        || !matches!(stop, HardStop::HumanRequest | HardStop::Legal)
                })
                .map(|sentence| (sentence, lexicon.begin(&sentence.own_words)))
                .collect();
            if stop == HardStop::Frustration {
                // Rage is a matter of the whole mail.
                return frustration::find(prepared, &heard);
            }
            let (sentence, _) = heard
                .iter()
                .find(|(sentence, said)| says(said, sentence))
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
}

/// Children sign with their age: `Maisie, age 9`, `Emil (11)`.
fn age_below_the_name(prepared: &Prepared) -> Option<String> {
    let lexicons = LEXICONS.get(&HardStop::Minor)?;
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
fn says(said: &Begun<'_>, sentence: &Sentence) -> bool {
    let (row, clauses) = (&sentence.own_words, &sentence.own_clauses);
    if !said.guilty("sure").is_empty() || !said.guilty("told").is_empty() && !said.has("imagined") {
        return true;
    }
    let bare = sentence.place == Place::Subject && row.len() <= BARE_SUBJECT_WORDS;
    !bare
        && said
            .guilty("words")
            .into_iter()
            .any(|hit| !is_denied(row, clauses, hit))
        && !said.has("supposed")
}

/// The sentence that, with the next one, says both parts of a pair.
fn says_together<'a, 'b>(
    lexicon: &Lexicon,
    heard: &'a [(&'b Sentence, Begun<'b>)],
) -> Option<&'a (&'b Sentence, Begun<'b>)> {
    lexicon.pairs().find_map(|pair| {
        let (first, second) = (format!("first_{pair}"), format!("second_{pair}"));
        let has =
            |list: &str, said: &Begun<'_>| !said.guilty(list).is_empty() && !said.has("supposed");
        heard.iter().enumerate().find_map(|(at, one)| {
            let near =
                heard.get(at.saturating_sub(1)..=(at + 1).min(heard.len().saturating_sub(1)));
            (has(&first, &one.1) && near?.iter().any(|(_, other)| has(&second, other)))
                .then_some(one)
        })
    })
}
