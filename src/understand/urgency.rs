//! How fast must somebody look, and what else is there to notice? Reads hostile input.

use super::lexicon::{Lexicon, is_negated};
use super::prepare::{Prepared, Sentence};
use super::types::{HardStop, SignalFound, StopFound, Urgency};
use super::words::one_line;

/// Evidence is cut here, in characters.
const EVIDENCE_MAX_CHARS: usize = 240;

/// The word lists of urgency and of the lesser signals.
#[derive(Debug)]
pub(super) struct Attention {
    urgency: Lexicon,
    signals: Lexicon,
}

impl Attention {
    pub(super) fn new() -> Self {
        Self {
            urgency: Lexicon::read(include_str!("lexicon/urgency.toml")),
            signals: Lexicon::read(include_str!("lexicon/signals.toml")),
        }
    }

    /// The urgency, with the words that made it high or low.
    pub(super) fn urgency(
        &self,
        prepared: &Prepared,
        stops: &[StopFound],
    ) -> (Urgency, Option<String>) {
        // Harm grows by the hour where somebody is in danger, an account is taken over or money is being stolen.
        let harm = stops.iter().find(|found| {
            matches!(
                found.stop,
                HardStop::Safety | HardStop::Security | HardStop::Frustration
            )
                // Money is being taken; an account number alone only waits to be used.
                || found.stop == HardStop::PaymentData && !found.evidence.contains("IBAN")
        });
        if let Some(found) = harm {
            return (Urgency::High, Some(found.evidence.clone()));
        }
        let low = find(&self.urgency, "low", &prepared.sentences, false);
        let high = find(&self.urgency, "high", &prepared.sentences, true);
        match (high, low) {
            (Some(high), _) => (Urgency::High, Some(high)),
            (None, Some(low)) => (Urgency::Low, Some(low)),
            (None, None) => (Urgency::Normal, None),
        }
    }

    /// Thanks, annoyance, a repeated contact, help that did not help.
    pub(super) fn signals(&self, prepared: &Prepared) -> Vec<SignalFound> {
        [
            ("thanks", "thanks"),
            ("did-not-help", "did_not_help"),
            ("annoyance", "annoyance"),
            ("repeated-contact", "repeated_contact"),
        ]
        .into_iter()
        .filter_map(|(name, list)| {
            let negatable = matches!(name, "annoyance" | "thanks");
            let evidence = find(&self.signals, list, &prepared.sentences, negatable)?;
            Some(SignalFound { name, evidence })
        })
        .collect()
    }
}

/// The first sentence in which a list has a hit.
fn find(lexicon: &Lexicon, list: &str, sentences: &[Sentence], negatable: bool) -> Option<String> {
    sentences
        .iter()
        .find(|sentence| {
            lexicon
                .hits(list, &sentence.own_words)
                .iter()
                .any(|hit| !negatable || !is_negated(&sentence.own_words, hit.start))
        })
        .map(|sentence| one_line(&sentence.text, EVIDENCE_MAX_CHARS))
}
