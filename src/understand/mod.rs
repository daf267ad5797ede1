//! What does the customer want, and what else must be noticed? A [`Mail`] becomes an
//! [`Understanding`]: intents, facts, signals, language, each with the words that show it. Reads hostile input; pure.
//!
//! Text in a mail commands nothing: sentences that speak to a machine are set aside where intents are looked for.

mod asked_again;
pub(crate) mod command;
mod facts;
pub(crate) mod gaps;
mod hashing;
pub mod intent;
pub(crate) mod language;
mod lexicon;
pub mod meaning;
mod negation;
pub(crate) mod particulars;
mod pattern;
mod payment;
mod prepare;
mod quotation;
mod spelling;
mod stops;
pub(crate) mod summary;
mod teachable;
mod types;
mod urgency;
mod word_lists;
mod words;

pub(crate) use payment::is_card_number;
pub(crate) use prepare::without_reply_marks;
pub use summary::{
    Author, OpenSentence, Source, SourcePart, SourcedSentence, ThreadSummary, WhyOpen,
};
pub(crate) use teachable::asked_in;
pub use teachable::{RequestText, Taught, Unteachable};
pub use types::{
    CustomerWord, FactFound, FactSource, HardStop, IntentScore, Particular, ParticularKind,
    Request, SignalFound, SpokenLanguage, StopFound, Understanding, Urgency,
};

use crate::config::{FactName, Language, Settings};
use crate::knowledge::Knowledge;
use crate::mail::Mail;
use crate::ticket::Ticket;
use meaning::Encoder;
use prepare::{Place, Prepared, Role, Sentence};
use std::collections::BTreeMap;
use std::sync::Arc;
use words::one_line;

/// The confidence from which an answer is sent, unless `[automation] send_threshold` says otherwise.
pub const SEND_THRESHOLD: f64 = 0.40;
/// The confidence from which an answer is suggested to staff, unless `[automation] suggest_threshold` says otherwise.
pub const SUGGEST_THRESHOLD: f64 = 0.10;

/// A summary is cut here, in characters.
const SUMMARY_MAX_CHARS: usize = 160;

/// So many words a sentence needs to state a request: `Order HC-27755.` names what it is about and says nothing of it.
const TELLING_MIN_WORDS: usize = 4;

/// Understands mails: trained on the articles at start, the same for the same articles and settings.
#[derive(Debug)]
pub struct Understander {
    preparer: prepare::Preparer,
    intents: intent::IntentFinder,
    facts: facts::FactFinder,
    stops: stops::StopDetectors,
    attention: urgency::Attention,
    support_language: Language,
}

impl Understander {
    /// Trains on the articles' phrases. Without an encoder words and letters alone decide.
    #[must_use]
    pub fn train(
        knowledge: &Knowledge,
        settings: &Settings,
        encoder: Option<&Arc<Encoder>>,
    ) -> Self {
        Self::train_taught(knowledge, settings, encoder, &[])
    }

    /// Trains on the articles' phrases and on what staff confirmed, the most telling first. The same list gives the same numbers.
    #[must_use]
    pub fn train_taught(
        knowledge: &Knowledge,
        settings: &Settings,
        encoder: Option<&Arc<Encoder>>,
        taught: &[Taught],
    ) -> Self {
        summary::load();
        Self {
            preparer: prepare::Preparer::new(),
            intents: intent::IntentFinder::train(
                knowledge,
                encoder,
                &settings.understanding.languages,
                taught,
            ),
            facts: facts::FactFinder::new(&settings.facts),
            stops: stops::StopDetectors::new(&settings.escalate.words),
            attention: urgency::Attention::new(),
            support_language: settings.support.language.clone(),
        }
    }

    /// What lookups are told of a mail: its details that nobody quoted, and its language.
    #[must_use]
    pub fn details(
        &self,
        mail: &Mail,
        ticket: Option<&Ticket>,
    ) -> (BTreeMap<FactName, String>, Language) {
        let prepared = self.preparer.prepare(mail);
        let language = language::detect(&spoken_text(&prepared), &self.support_language);
        let facts = self.facts.find(mail, &prepared, ticket).into_iter();
        let facts = facts.filter(|(_, fact)| fact.source != FactSource::Quoted);
        let facts = facts.map(|(name, fact)| (name, fact.value));
        (facts.collect(), language.language().clone())
    }

    /// Understands a mail. `ticket` is the ticket that it belongs to, for facts that were given earlier.
    #[must_use]
    pub fn understand(&self, mail: &Mail, ticket: Option<&Ticket>) -> Understanding {
        let prepared = self.preparer.prepare(mail);
        let language = language::detect(&spoken_text(&prepared), &self.support_language);
        let customer_word = command::find(&prepared.text);
        let asked = customer_word
            .as_ref()
            .filter(|(word, _)| *word == CustomerWord::Human)
            .map(|(_, line)| line.as_str());
        let hard_stops = self.stops.find(&prepared, asked);
        let (urgency, urgency_evidence) = self.attention.urgency(&prepared, &hard_stops);
        let (intents, requests, carrier) =
            self.intents
                .find(&prepared, language.language(), &self.facts);
        Understanding {
            summary: one_sentence(&prepared, carrier),
            thread: ThreadSummary::default(),
            signals: self.attention.signals(mail, &prepared),
            particulars: particulars::find(&prepared),
            facts: self.facts.find(mail, &prepared, ticket),
            customer_word: customer_word.map(|(word, _)| word),
            language,
            intents,
            requests,
            hard_stops,
            urgency,
            urgency_evidence,
        }
    }
}

impl Understander {
    /// The best intent of a mail, right or not, and what is known of it in numbers; for fitting the rejector (`make rejector`).
    #[must_use]
    pub fn evidence(&self, mail: &Mail) -> Option<(String, intent::Evidence)> {
        let prepared = self.preparer.prepare(mail);
        let language = language::detect(&spoken_text(&prepared), &self.support_language);
        self.intents.evidence(&prepared, language.language())
    }
}

/// What the language is told from: everything new that was not said to a machine.
fn spoken_text(prepared: &Prepared) -> String {
    let sentences: Vec<&str> = prepared
        .sentences
        .iter()
        .filter(|sentence| !sentence.role.is_to_machine())
        .map(|sentence| sentence.text.as_str())
        .collect();
    sentences.join("\n")
}

/// The sentence that states the request: the one that spoke most for the intent, else the first that asks, else the first that tells something.
/// The subject is a heading: it stands here only where the text has no such sentence.
fn one_sentence(prepared: &Prepared, carrier: Option<usize>) -> String {
    let sentences = &prepared.sentences;
    let carrier = carrier.and_then(|index| sentences.get(index));
    let in_body = |sentence: &&Sentence| sentence.place == Place::Body;
    let of_substance = || {
        let sentences = sentences.iter().filter(in_body);
        sentences.filter(|sentence| sentence.role == Role::Substance)
    };
    let tells = |sentence: &&Sentence| sentence.words.len() >= TELLING_MIN_WORDS;
    carrier
        .filter(in_body)
        .filter(tells)
        .or_else(|| of_substance().find(|sentence| sentence.asks && tells(sentence)))
        .or_else(|| of_substance().find(tells))
        .or(carrier)
        .or_else(|| of_substance().next())
        .or_else(|| sentences.first())
        .map(|sentence| one_line(&sentence.text, SUMMARY_MAX_CHARS))
        .unwrap_or_default()
}
