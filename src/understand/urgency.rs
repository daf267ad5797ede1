//! How fast must somebody look, and what else is there to notice? Reads hostile input.

use super::lexicon::Lexicon;
use super::negation::is_denied;
use super::prepare::{Prepared, Sentence};
use super::types::{HardStop, SignalFound, StopFound, Urgency};
use super::words::{one_line, words};
use crate::mail::Mail;

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

    /// Thanks, annoyance, a repeated contact, help that did not help; and whether thanks is all that the mail says.
    pub(super) fn signals(&self, mail: &Mail, prepared: &Prepared) -> Vec<SignalFound> {
        let mut found: Vec<SignalFound> = [
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
        .collect();
        let thanks = found.iter().find(|signal| signal.name == "thanks");
        if let Some(evidence) = thanks.map(|signal| signal.evidence.clone())
            && self.is_nothing_but_courtesy(mail, prepared)
        {
            let name = "nothing-but-thanks";
            found.push(SignalFound { name, evidence });
        }
        found
    }

    /// Whether each word of the new text is one of courtesy or of the writer's own name: told by what may stand there, not by
    /// what may not: nobody looks at such a mail, and nobody can list what people ask for.
    fn is_nothing_but_courtesy(&self, mail: &Mail, prepared: &Prepared) -> bool {
        let name = mail.from.as_ref().map(|from| words(from.display_name()));
        let name = name.unwrap_or_default();
        let is_courtesy = |word: &String| {
            let alone = std::slice::from_ref(word);
            name.contains(word) || self.signals.has("courtesy_word", alone)
        };
        // The whole new text: what stands below a line of thanks may be a signature, or one more request.
        !prepared.text.contains('?') && words(&prepared.text).iter().all(is_courtesy)
    }
}

/// The first sentence in which a list has a hit.
fn find(lexicon: &Lexicon, list: &str, sentences: &[Sentence], negatable: bool) -> Option<String> {
    sentences
        .iter()
        .find(|sentence| {
            lexicon.hits(list, &sentence.own_words).iter().any(|hit| {
                !negatable || !is_denied(&sentence.own_words, &sentence.own_clauses, *hit)
            })
        })
        .map(|sentence| one_line(&sentence.text, EVIDENCE_MAX_CHARS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::understand::prepare::Preparer;

    fn is_nothing_but_thanks(text: &str) -> bool {
        let raw = format!(
            "From: Dorothy Winslow <dorothy@hearth.example>\r\nSubject: Re: bell\r\n\r\n{text}\r\n"
        );
        let mail = crate::mail::Reader::default().read(raw.as_bytes());
        let signals = Attention::new().signals(&mail, &Preparer::new().prepare(&mail));
        signals
            .iter()
            .any(|signal| signal.name == "nothing-but-thanks")
    }

    #[test]
    fn thanks_alone_are_told_from_thanks_with_something_to_do() {
        let alone = [
            "Thank you so much for the quick answer!",
            "Thanks, that helped.\r\n\r\nKind regards\r\nDorothy",
            "Danke, hat geklappt!",
            "Vielen Dank f\u{fc}r die schnelle Antwort",
            "Merci beaucoup, parfait.",
        ];
        for text in alone {
            assert!(is_nothing_but_thanks(text), "{text}");
        }
        let more = [
            "Please take the second one off my order. Thanks",
            "Thanks!\r\n\r\nThe other parcel arrived broken.",
            "Thanks, but it is the wrong one.",
            "Thank you for nothing",
            "Danke, der Rahmen ist trotzdem gebrochen",
            "Thanks, AB-204518",
            "Thanks. And the other one?",
            "Hello",
        ];
        for text in more {
            assert!(!is_nothing_but_thanks(text), "{text}");
        }
    }
}
