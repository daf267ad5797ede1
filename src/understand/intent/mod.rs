//! What does the customer want? A classifier trained on the articles' own phrases, and a judge that may say "none of these".
//!
//! Reads hostile input. The same articles and the same mail always give the same numbers, to the bit.

mod calibration;
mod draft;
mod example;
mod features;
mod model;
mod postings;
mod reading;
mod regression;
mod rejector;
mod requests;
mod topics;
mod vocabulary;

pub use example::Example;
pub use model::Model;
use reading::Reading;
pub use rejector::Evidence;
pub use topics::{examples_of_none, phrases_of_any_desk};

use super::meaning::Encoder;
use super::prepare::{Place, Prepared, Role, Sentence};
use super::teachable::Taught;
use super::types::{IntentScore, Request};
use super::words::one_line;
use super::{SEND_THRESHOLD, SUGGEST_THRESHOLD};
use crate::config::{IntentName, Language};
use crate::knowledge::Knowledge;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Evidence and sentences of requests are cut here, in characters.
pub(super) const SENTENCE_MAX_CHARS: usize = 240;
/// A question is plain from this confidence on; and how far it is trusted where the whole mail does not say the same.
const PLAIN_QUESTION: f64 = 0.88;
const QUESTION_TRUST: f64 = 0.75;
/// What staff confirmed weighs as much as an article's own phrase.
const TAUGHT_WEIGHT: f32 = 1.0;
/// A person's own answer does not say for sure that no article would have done.
const TAUGHT_NONE_WEIGHT: f32 = 0.5;
/// The most intents that are reported.
const INTENTS_MAX: usize = 5;

/// Sentences of a mail, by their place.
#[derive(Debug, Default)]
pub(super) struct Carriers {
    /// The one that speaks most for each article.
    pub(super) of_article: BTreeMap<IntentName, usize>,
    /// The one that comes nearest to any article.
    pub(super) nearest: Option<usize>,
    /// The nearest of those that no article may well answer.
    pub(super) unanswered: Option<usize>,
}

/// One classifier for each language that has articles.
#[derive(Debug)]
pub(super) struct IntentFinder {
    models: BTreeMap<Language, Model>,
    requests: requests::RequestFinder,
}

impl IntentFinder {
    /// `known`: the languages that the encoder knows. `taught`: what staff confirmed.
    pub(super) fn train(
        knowledge: &Knowledge,
        encoder: Option<&Arc<Encoder>>,
        known: &[Language],
        taught: &[Taught],
    ) -> Self {
        let mut examples: BTreeMap<Language, Vec<Example>> = BTreeMap::new();
        for (intent, topic) in &knowledge.topics {
            for (language, article) in &topic.articles {
                let list = examples.entry(language.clone()).or_default();
                list.extend(
                    article
                        .ask
                        .iter()
                        .chain([&article.title])
                        .map(|text| Example::phrase(text, Some(&intent.0), 1.0)),
                );
                // The answer speaks of the same things as the question, in more words: a weak example.
                list.push(Example::background(&article.body, &intent.0, 0.3));
            }
        }
        let models = examples
            .into_iter()
            .map(|(language, mut list)| {
                let own = own_phrases(knowledge, &language);
                #[allow(clippy::cast_precision_loss)]
                let examples_an_article = list.len() as f64 / own.len().max(1) as f64;
                list.extend(examples_of_none(&language.0, examples_an_article));
                let encoder = encoder.filter(|_| known.contains(&language));
                list.extend(topics::borrowed(&language.0, &own, encoder));
                list.extend(taught_examples(knowledge, &language, taught));
                (language, Model::train(&list, encoder))
            })
            .collect();
        Self {
            models,
            requests: requests::RequestFinder::new(),
        }
    }

    /// Which of a mail's sentences speak for what, in a language.
    pub(super) fn carriers(&self, sentences: &[String], language: &Language) -> Carriers {
        let texts: Vec<(&str, f64)> = sentences.iter().map(|text| (text.as_str(), 1.0)).collect();
        let model = self.models.get(language);
        let Some(reading) = model.and_then(|model| model.read(&texts)) else {
            return Carriers::default();
        };
        let ranked = reading.ranking.iter();
        let carriers = ranked
            .filter_map(|(name, _)| Some((IntentName(name.clone()), reading.best_sentence(name)?)))
            .collect();
        let near = |place: &usize| {
            let said = reading.sentence_says(*place);
            said.filter(|said| !said.rather_none)
                .map_or(0.0, |said| said.confidence)
        };
        let nearest_of = |places: &mut dyn Iterator<Item = usize>| {
            places.max_by(|a, b| near(a).total_cmp(&near(b)).then(b.cmp(a)))
        };
        Carriers {
            nearest: nearest_of(&mut (0..texts.len())),
            unanswered: nearest_of(
                &mut (0..texts.len()).filter(|place| near(place) < SUGGEST_THRESHOLD),
            ),
            of_article: carriers,
        }
    }

    /// Intents and requests of a mail in a language; nothing where no article speaks it.
    pub(super) fn find(
        &self,
        prepared: &Prepared,
        language: &Language,
    ) -> (Vec<IntentScore>, Vec<Request>, Option<usize>) {
        let sentences = substance(prepared);
        let model = self.models.get(language);
        let Some(reading) = model.and_then(|model| model.read(&weighed(&sentences))) else {
            return (Vec::new(), Vec::new(), None);
        };
        let best_sentence = |intent: &str| {
            reading
                .best_sentence(intent)
                .and_then(|index| sentences.get(index))
        };
        let intents: Vec<IntentScore> = led_by_a_question(&reading, &sentences)
            .iter()
            .take(INTENTS_MAX)
            .filter(|(_, confidence)| *confidence >= 0.01)
            .map(|(intent, confidence)| IntentScore {
                intent: IntentName(intent.clone()),
                confidence: *confidence,
                evidence: best_sentence(intent)
                    .map(|(_, sentence)| one_line(&sentence.text, SENTENCE_MAX_CHARS))
                    .unwrap_or_default(),
            })
            .collect();
        let top = intents
            .first()
            .and_then(|first| best_sentence(&first.intent.0));
        let requests = self.requests.find(&reading, &sentences, &intents);
        (intents, requests, top.map(|(index, _)| *index))
    }

    /// The best intent, right or not, and what is known of it; for fitting the rejector.
    pub(super) fn evidence(
        &self,
        prepared: &Prepared,
        language: &Language,
    ) -> Option<(String, Evidence)> {
        let model = self.models.get(language)?;
        let (intent, evidence) = model.evidence(&weighed(&substance(prepared)))?;
        Some((intent.to_owned(), evidence))
    }
}

/// Intents by falling confidence. Where the whole mail is unclear, one plain question in it says what the mail is about: long stories hide what
/// they end in.
fn led_by_a_question(
    reading: &Reading<'_>,
    sentences: &[(usize, &Sentence)],
) -> Vec<(String, f64)> {
    let mut ranking = reading.ranking.clone();
    let questions = sentences
        .iter()
        .enumerate()
        .filter(|(_, (_, sentence))| sentence.asks && sentence.place == Place::Body);
    let plainest = questions
        .filter_map(|(position, _)| reading.sentence_says(position))
        .filter(|said| !said.rather_none && said.confidence >= PLAIN_QUESTION)
        .max_by(|a, b| a.confidence.total_cmp(&b.confidence));
    let whole = ranking.first().map_or(0.0, |(_, confidence)| *confidence);
    if let Some(said) = plainest
        && sentences.len() > 1
        && whole < SEND_THRESHOLD
        && let Some(place) = ranking.iter().position(|(intent, _)| intent == said.intent)
    {
        let (intent, _) = ranking.remove(place);
        ranking.insert(0, (intent, said.confidence * QUESTION_TRUST));
    }
    ranking
}

/// The sentences that say what is wanted, each with its number in the mail. Where there is nothing but courtesy (`return label please, thanks`),
/// the courtesy.
fn substance(prepared: &Prepared) -> Vec<(usize, &Sentence)> {
    let of = |role: Role| -> Vec<(usize, &Sentence)> {
        let all = prepared.sentences.iter().enumerate();
        all.filter(|(_, sentence)| sentence.role == role).collect()
    };
    [Role::Substance, Role::Ours, Role::SmallTalk]
        .into_iter()
        .map(of)
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

fn weighed<'a>(sentences: &[(usize, &'a Sentence)]) -> Vec<(&'a str, f64)> {
    let weighed =
        |(_, sentence): &(usize, &'a Sentence)| (sentence.text.as_str(), weight(sentence));
    sentences.iter().map(weighed).collect()
}

/// What staff confirmed, in a language, of articles that there are.
fn taught_examples(knowledge: &Knowledge, language: &Language, taught: &[Taught]) -> Vec<Example> {
    let of_language = taught.iter().filter(|one| {
        let article = one.intent.as_ref();
        let is_there = article.is_none_or(|intent| knowledge.article(intent, language).is_some());
        one.language == *language && is_there
    });
    of_language
        .map(|one| {
            let intent = one.intent.as_ref().map(|intent| intent.0.as_str());
            let weight = match intent {
                Some(_) => TAUGHT_WEIGHT,
                None => TAUGHT_NONE_WEIGHT,
            };
            Example::phrase(&one.text, intent, weight)
        })
        .collect()
}

/// The phrases of each article of a language, its title among them.
fn own_phrases<'a>(knowledge: &'a Knowledge, language: &Language) -> Vec<(&'a str, Vec<&'a str>)> {
    let topics = knowledge.topics.iter();
    topics
        .filter_map(|(intent, topic)| {
            let article = topic.articles.get(language)?;
            let phrases = article.ask.iter().chain([&article.title]);
            Some((intent.0.as_str(), phrases.map(String::as_str).collect()))
        })
        .collect()
}

/// How much a sentence weighs: questions and requests carry what is wanted.
fn weight(sentence: &Sentence) -> f64 {
    match (sentence.place, sentence.asks) {
        (Place::Subject, _) => 1.0,
        (Place::Body, true) => 1.2,
        (Place::Body, false) => 0.8,
    }
}
