//! The signals that always end at a person, each with the sentence that shows it. One small detector a stop.
//!
//! Reads hostile input. When in doubt a stop is claimed: a person who looks once too often costs less than a machine that
//! answers somebody in need. `identity` is not found here: it comes from the thread, never from text.

use super::lexicon::{Hit, Lexicon, is_negated};
use super::payment::PaymentNumbers;
use super::prepare::{Place, Prepared, Role, Sentence};
use super::types::{HardStop, StopFound};
use super::words::one_line;
use std::collections::BTreeMap;

/// Evidence is cut here, in characters.
const EVIDENCE_MAX_CHARS: usize = 240;

/// All detectors.
#[derive(Debug)]
pub(super) struct StopDetectors {
    lexicons: BTreeMap<HardStop, Lexicon>,
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
                .map(|(stop, source)| (stop, Lexicon::read(source)))
                .collect(),
            added,
            numbers: PaymentNumbers::new(),
        }
    }

    /// The stops of a mail in the order of [`HardStop::ALL`]. `asked_word`: the customer wrote `HUMAN`.
    pub(super) fn find(&self, prepared: &Prepared, asked_word: Option<&str>) -> Vec<StopFound> {
        HardStop::ALL
            .into_iter()
            .filter_map(|stop| {
                let evidence = match stop {
                    HardStop::HumanRequest => asked_word
                        .map(str::to_owned)
                        .or_else(|| self.in_sentences(stop, prepared)),
                    HardStop::Frustration => self.frustration(prepared),
                    HardStop::Safety => self.safety(prepared),
                    HardStop::PaymentData => self
                        .payment_number(prepared)
                        .or_else(|| self.in_sentences(stop, prepared)),
                    HardStop::Legal | HardStop::Security | HardStop::Privacy | HardStop::Minor => {
                        self.in_sentences(stop, prepared)
                    }
                    // Known from the thread, never from text.
                    HardStop::Identity => None,
                };
                let evidence = evidence.or_else(|| self.added_words(stop, prepared))?;
                Some(StopFound {
                    stop,
                    evidence: one_line(&evidence, EVIDENCE_MAX_CHARS),
                })
            })
            .collect()
    }

    /// The first sentence in which the stop's words are meant.
    fn in_sentences(&self, stop: HardStop, prepared: &Prepared) -> Option<String> {
        let lexicon = self.lexicons.get(&stop)?;
        prepared
            .sentences
            .iter()
            // `Forward this to no colleague` is said to a machine: nobody asks for a person with it.
            .filter(|sentence| stop != HardStop::HumanRequest || sentence.role != Role::ToMachine)
            .find(|sentence| !lexicon.meant(&sentence.own_words).is_empty())
            .map(|sentence| sentence.text.clone())
    }

    fn added_words(&self, stop: HardStop, prepared: &Prepared) -> Option<String> {
        let lexicon = self.added.get(&stop)?;
        prepared
            .sentences
            .iter()
            .find(|sentence| lexicon.has("sure", &sentence.words))
            .map(|sentence| sentence.text.clone())
    }

    /// Harm that happened or is threatened; not harm that somebody only asks about.
    fn safety(&self, prepared: &Prepared) -> Option<String> {
        let lexicon = self.lexicons.get(&HardStop::Safety)?;
        prepared
            .sentences
            .iter()
            .find(|sentence| {
                let hits = lexicon.meant(&sentence.own_words);
                !hits.is_empty() && !lexicon.has("supposed", &sentence.own_words)
            })
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

    /// Rage or despair: strong words count two, heavy ones one, capitals and rows of exclamation marks one each. Three are
    /// needed, and one strong word among them: annoyance, sarcasm and a broken shift key alone are none.
    fn frustration(&self, prepared: &Prepared) -> Option<String> {
        let lexicon = self.lexicons.get(&HardStop::Frustration)?;
        let mut points = 0_usize;
        let mut strongest: Option<(usize, &Sentence)> = None;
        for sentence in &prepared.sentences {
            let innocent = lexicon.hits("innocent", &sentence.own_words);
            let meant = |hit: &Hit| {
                !innocent
                    .iter()
                    .any(|other| other.start < hit.end && hit.start < other.end)
            };
            let strong = distinct(
                lexicon
                    .hits("strong", &sentence.own_words)
                    .into_iter()
                    .filter(|hit| meant(hit) && !is_negated(&sentence.own_words, hit.start)),
            );
            let heavy = distinct(
                lexicon
                    .hits("heavy", &sentence.own_words)
                    .into_iter()
                    .filter(|hit| meant(hit) && !is_negated(&sentence.own_words, hit.start)),
            );
            let here = strong * 2 + heavy;
            points += here;
            if strong > 0 && strongest.is_none_or(|(most, _)| here > most) {
                strongest = Some((here, sentence));
            }
        }
        points += surface(prepared);
        let (_, sentence) = strongest?;
        (points >= 3).then(|| sentence.text.clone())
    }
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

/// Capitals and rows of marks, at most two points.
fn surface(prepared: &Prepared) -> usize {
    let text = format!("{} {}", prepared.subject, prepared.text);
    let marks =
        text.matches("!!").count() + text.matches("?!").count() + text.matches("¡¡").count();
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
        })
        .count();
    usize::from(marks > 0) + usize::from(shouted >= 2)
}
