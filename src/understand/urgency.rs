//! How fast must somebody look, and what else is there to notice? Reads hostile input.

use super::lexicon::{Begun, Lexicon};
use super::negation::is_denied;
use super::prepare::{Place, Prepared, Role, Sentence};
use super::stops::tongues::{self, Tongues};
use super::types::{HardStop, SignalFound, StopFound, Urgency};
use super::words::{one_line, words};
use crate::mail::Mail;
use std::sync::LazyLock;

/// Evidence is cut here, in characters.
const EVIDENCE_MAX_CHARS: usize = 240;

/// A mail of fewer words says the rest in its subject.
const FEW_WORDS: usize = 5;

/// A longer mail that says thanks says something else as well.
const THANKS_MAX_WORDS: usize = 45;

/// By language.
static URGENCY: LazyLock<Vec<(String, Lexicon)>> =
    LazyLock::new(|| Lexicon::read_each_language(include_str!("lexicon/urgency.toml")));
static SIGNALS: LazyLock<Lexicon> =
    LazyLock::new(|| Lexicon::read(include_str!("lexicon/signals.toml")));

/// The word lists of urgency and of the lesser signals; the same for every desk.
#[derive(Debug)]
pub(super) struct Attention {
    urgency: &'static [(String, Lexicon)],
    signals: &'static Lexicon,
}

impl Attention {
    pub(super) fn new() -> Self {
        Self {
            urgency: &URGENCY,
            signals: &SIGNALS,
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
        let heard = Heard::of(prepared, self.urgency);
        let is_legal = stops.iter().any(|found| found.stop == HardStop::Legal);
        let high = heard
            .find("high", true)
            .or_else(|| heard.find("deadline", false).filter(|_| is_legal));
        if let Some(high) = high {
            return (Urgency::High, Some(high));
        }
        let only = |allowed: &[HardStop]| stops.iter().all(|found| allowed.contains(&found.stop));
        let low = heard
            .find("low", false)
            .filter(|_| only(&[HardStop::Minor, HardStop::HumanRequest]))
            .or_else(|| {
                self.nobody_waits(&heard)
                    .filter(|_| only(&[HardStop::Minor]))
            });
        low.map_or((Urgency::Normal, None), |low| (Urgency::Low, Some(low)))
    }

    /// The sentence that shows that a mail is about nothing for which somebody waits: an offer, praise, thanks.
    fn nobody_waits(&self, heard: &Heard) -> Option<String> {
        let body = heard.body();
        let of_body: usize = body.words();
        // The subject of a reply is our own: it counts only where the mail says next to nothing.
        let said = if of_body < FEW_WORDS { heard } else { &body };
        if said.find("waits", true).is_some() {
            return None;
        }
        let thanks = || {
            let asks = said.sentences.iter().any(|sentence| sentence.asks);
            let sentences = said.sentences.iter().copied();
            find("thanks", &begun(self.signals, sentences), true)
                .filter(|_| !asks && of_body <= THANKS_MAX_WORDS)
        };
        heard.find("idle", true).or_else(thanks)
    }

    /// Thanks, annoyance, a repeated contact, help that did not help; and whether thanks is all that the mail says.
    pub(super) fn signals(&self, mail: &Mail, prepared: &Prepared) -> Vec<SignalFound> {
        let sentences = begun(self.signals, prepared.sentences.iter());
        let mut found: Vec<SignalFound> = [
            ("thanks", "thanks"),
            ("did-not-help", "did_not_help"),
            ("annoyance", "annoyance"),
            ("repeated-contact", "repeated_contact"),
        ]
        .into_iter()
        .filter_map(|(name, list)| {
            let negatable = matches!(name, "annoyance" | "thanks");
            let evidence = find(list, &sentences, negatable)?;
            Some(SignalFound { name, evidence })
        })
        .collect();
        let thanks = found.iter().find(|signal| signal.name == "thanks");
        if let Some(evidence) = thanks.map(|signal| signal.evidence.clone())
            && self.is_nothing_but_courtesy(mail, &prepared.text)
        {
            if self.is_nothing_but_courtesy(mail, &prepared.subject) {
                let evidence = one_line(&prepared.subject, EVIDENCE_MAX_CHARS);
                let name = "thanks-in-subject";
                found.push(SignalFound { name, evidence });
            }
            let name = "nothing-but-thanks";
            found.push(SignalFound { name, evidence });
        }
        found
    }

    /// Whether each word of a text is one of courtesy or of the writer's own name: told by what may stand there, not by
    /// what may not: nobody looks at such a mail, and nobody can list what people ask for.
    fn is_nothing_but_courtesy(&self, mail: &Mail, text: &str) -> bool {
        let name = mail.from.as_ref().map(|from| words(from.display_name()));
        let name = name.unwrap_or_default();
        let is_courtesy = |word: &String| {
            let alone = std::slice::from_ref(word);
            name.contains(word) || self.signals.has("courtesy_word", alone)
        };
        // The whole of it: what stands below a line of thanks may be a signature, or one more request.
        !text.contains('?') && words(text).iter().all(is_courtesy)
    }
}

/// A sentence, and where the patterns of a lexicon may begin in it.
type Looked<'a> = (&'a Sentence, Begun<'a>);

/// The sentences that were said to us (not to a machine), and for each language those that speak it.
struct Heard<'a> {
    sentences: Vec<&'a Sentence>,
    spoken: Vec<Vec<Looked<'a>>>,
}

impl<'a> Heard<'a> {
    fn of(prepared: &'a Prepared, lexicons: &'a [(String, Lexicon)]) -> Self {
        let tongues = tongues::of_sentences(&prepared.sentences);
        let sentences: Vec<(&Sentence, Tongues)> = prepared
            .sentences
            .iter()
            .zip(tongues)
            .filter(|(sentence, _)| sentence.role != Role::ToMachine)
            .collect();
        let speak = |language: &str| {
            let speak = sentences
                .iter()
                .filter(|(_, tongues)| tongues.speak(language));
            speak.map(|(sentence, _)| *sentence).collect::<Vec<_>>()
        };
        Self {
            spoken: lexicons
                .iter()
                .map(|(language, lexicon)| begun(lexicon, speak(language).into_iter()))
                .collect(),
            sentences: sentences.iter().map(|(sentence, _)| *sentence).collect(),
        }
    }

    /// Without the subject.
    fn body(&self) -> Self {
        let in_body = |sentence: &Sentence| sentence.place == Place::Body;
        let sentences = self.sentences.iter().copied();
        let of_language = |looked: &Vec<Looked<'a>>| {
            let looked = looked.iter();
            looked
                .filter(|(sentence, _)| in_body(sentence))
                .cloned()
                .collect()
        };
        Self {
            sentences: sentences.filter(|sentence| in_body(sentence)).collect(),
            spoken: self.spoken.iter().map(of_language).collect(),
        }
    }

    fn words(&self) -> usize {
        let sentences = self.sentences.iter();
        sentences.map(|sentence| sentence.words.len()).sum()
    }

    /// The first sentence in which a list of a language that is spoken has a hit that nothing excuses.
    fn find(&self, list: &str, negatable: bool) -> Option<String> {
        let mut languages = self.spoken.iter();
        languages.find_map(|sentences| find(list, sentences, negatable))
    }
}

fn begun<'a>(
    lexicon: &'a Lexicon,
    sentences: impl Iterator<Item = &'a Sentence>,
) -> Vec<Looked<'a>> {
    sentences
        .map(|sentence| (sentence, lexicon.begin(&sentence.own_words)))
        .collect()
}

/// The first sentence in which a list has a hit.
fn find(list: &str, sentences: &[Looked<'_>], negatable: bool) -> Option<String> {
    sentences
        .iter()
        .find(|(sentence, said)| {
            // What is innocent is no haste.
            let hits = if list == "high" {
                said.guilty(list)
            } else {
                said.hits(list)
            };
            hits.into_iter().any(|hit| {
                !negatable || !is_denied(&sentence.own_words, &sentence.own_clauses, hit)
            })
        })
        .map(|(sentence, _)| one_line(&sentence.text, EVIDENCE_MAX_CHARS))
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
