//! What does the customer want? A classifier trained on the articles' own phrases, and a judge that may say "none of these".
//!
//! Reads hostile input. The same articles and the same mail always give the same numbers, to the bit.

mod features;
mod model;
mod reading;
mod regression;
mod rejector;
mod topics;
mod vocabulary;

pub use model::{Example, Model};

use super::lexicon::Lexicon;
use super::meaning::Encoder;
use super::prepare::{Place, Prepared, Role, Sentence};
use super::teachable::Taught;
use super::types::{IntentScore, Request};
use super::words::one_line;
use crate::config::{IntentName, Language};
use crate::knowledge::Knowledge;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Evidence and sentences of requests are cut here, in characters.
const SENTENCE_MAX_CHARS: usize = 240;
/// What people write to any desk weighs together as much as so many articles.
const NONE_ARTICLES: f64 = 3.0;
/// What staff confirmed weighs as much as an article's own phrase.
const TAUGHT_WEIGHT: f32 = 1.0;
/// A person's own answer does not say for sure that no article would have done.
const TAUGHT_NONE_WEIGHT: f32 = 0.5;
/// The most intents that are reported.
const INTENTS_MAX: usize = 5;
/// A sentence is a request of its own from this confidence on.
const REQUEST_THRESHOLD: f64 = 0.5;
/// A second one only from this confidence on: half the mails have a sentence that sounds like another article.
const SECOND_REQUEST_THRESHOLD: f64 = 0.97;
/// A sentence that says that it adds something (`also`, `2.`) needs less.
const ADDED_REQUEST_THRESHOLD: f64 = 0.7;

/// One classifier for each language that has articles.
#[derive(Debug)]
pub(super) struct IntentFinder {
    models: BTreeMap<Language, Model>,
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
                let articles = knowledge
                    .topics
                    .values()
                    .filter(|topic| topic.articles.contains_key(&language))
                    .count();
                list.extend(examples_of_none(&language.0, share(list.len(), articles)));
                let encoder = encoder.filter(|_| known.contains(&language));
                list.extend(topics::borrowed(
                    &language.0,
                    &own_phrases(knowledge, &language),
                    encoder,
                ));
                list.extend(taught_examples(knowledge, &language, taught));
                (language, Model::train(&list, encoder))
            })
            .collect();
        Self { models }
    }

    /// For each article of a language the sentence that speaks for it most, by its place; and the one that comes nearest to any.
    pub(super) fn carriers(
        &self,
        sentences: &[String],
        language: &Language,
    ) -> (BTreeMap<IntentName, usize>, Option<usize>) {
        let texts: Vec<(&str, f64)> = sentences.iter().map(|text| (text.as_str(), 1.0)).collect();
        let model = self.models.get(language);
        let Some(reading) = model.and_then(|model| model.read(&texts)) else {
            return (BTreeMap::new(), None);
        };
        let ranked = reading.ranking.iter();
        let carriers = ranked
            .filter_map(|(name, _)| Some((IntentName(name.clone()), reading.best_sentence(name)?)))
            .collect();
        let near = |place: &usize| reading.sentence_top(*place).map_or(0.0, |(_, sure)| sure);
        let nearest = (0..texts.len()).max_by(|a, b| near(a).total_cmp(&near(b)).then(b.cmp(a)));
        (carriers, nearest)
    }

    /// Intents and requests of a mail in a language; nothing where no article speaks it.
    pub(super) fn find(
        &self,
        prepared: &Prepared,
        language: &Language,
    ) -> (Vec<IntentScore>, Vec<Request>, Option<usize>) {
        let Some(model) = self.models.get(language) else {
            return (Vec::new(), Vec::new(), None);
        };
        let mut sentences: Vec<(usize, &Sentence)> = prepared
            .sentences
            .iter()
            .enumerate()
            .filter(|(_, sentence)| sentence.role == Role::Substance)
            .collect();
        if sentences.is_empty() {
            // Courtesy alone may still be all there is (`return label please, thanks`).
            sentences = prepared
                .sentences
                .iter()
                .enumerate()
                .filter(|(_, sentence)| sentence.role == Role::SmallTalk)
                .collect();
        }
        let texts: Vec<(&str, f64)> = sentences
            .iter()
            .map(|(_, sentence)| (sentence.text.as_str(), weight(sentence)))
            .collect();
        let Some(reading) = model.read(&texts) else {
            return (Vec::new(), Vec::new(), None);
        };
        let best_sentence = |intent: &str| {
            reading
                .best_sentence(intent)
                .and_then(|index| sentences.get(index))
        };
        let intents: Vec<IntentScore> = reading
            .ranking
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
        let mut requests: Vec<Request> = Vec::new();
        for (position, (_, sentence)) in sentences.iter().enumerate() {
            let Some((intent, confidence)) = reading.sentence_top(position) else {
                continue;
            };
            let is_first = intents
                .first()
                .is_some_and(|first| first.intent.0 == intent);
            let first_here = intents.first().map_or(0.0, |first| {
                reading.sentence_probability(position, &first.intent.0)
            });
            // A second request must stand by itself: a subject or a mere statement repeats, and a sentence that may as well mean
            // the first request is about that.
            let of_its_own = sentence.asks
                && sentence.place == Place::Body
                && (confidence >= SECOND_REQUEST_THRESHOLD
                    || confidence >= ADDED_REQUEST_THRESHOLD && adds(sentence))
                && first_here < 0.1;
            if !(is_first && confidence >= REQUEST_THRESHOLD || of_its_own) {
                continue;
            }
            match requests
                .iter_mut()
                .find(|request| request.intent.0 == intent)
            {
                Some(known) if known.confidence >= confidence => {}
                Some(known) => {
                    known.confidence = confidence;
                    known.sentence = one_line(&sentence.text, SENTENCE_MAX_CHARS);
                }
                None => requests.push(Request {
                    intent: IntentName(intent.to_owned()),
                    confidence,
                    sentence: one_line(&sentence.text, SENTENCE_MAX_CHARS),
                }),
            }
        }
        // The mail's main request is always one of them.
        if let Some(first) = intents.first()
            && !requests
                .iter()
                .any(|request| request.intent == first.intent)
        {
            requests.insert(
                0,
                Request {
                    intent: first.intent.clone(),
                    confidence: first.confidence,
                    sentence: first.evidence.clone(),
                },
            );
        }
        (intents, requests, top.map(|(index, _)| *index))
    }
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

/// Whether a sentence says itself that it is a further request.
fn adds(sentence: &Sentence) -> bool {
    sentence.own_words.iter().any(|word| {
        matches!(
            word.as_str(),
            "also"
                | "besides"
                | "additionally"
                | "furthermore"
                | "secondly"
                | "second"
                | "2"
                | "another"
                | "auch"
                | "ausserdem"
                | "zudem"
                | "zweitens"
                | "noch"
                | "nebenbei"
                | "ubrigens"
        )
    })
}

#[allow(clippy::cast_precision_loss)]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// How much a sentence weighs: questions and requests carry what is wanted.
fn weight(sentence: &Sentence) -> f64 {
    match (sentence.place, sentence.asks) {
        (Place::Subject, _) => 1.0,
        (Place::Body, true) => 1.2,
        (Place::Body, false) => 0.8,
    }
}

/// What people write to any desk and no article covers, in a language. All of it together weighs as much as three articles of that many
/// examples each.
#[must_use]
pub fn examples_of_none(language: &str, examples_an_article: f64) -> Vec<Example> {
    let phrases = background().remove(language).unwrap_or_default();
    #[allow(clippy::cast_possible_truncation)]
    let weight = (NONE_ARTICLES * examples_an_article * share(1, phrases.len())).min(1.0) as f32;
    let example = |text: &String| Example::phrase(text, None, weight);
    phrases.iter().map(example).collect()
}

/// Examples of "none of these", by language.
fn background() -> BTreeMap<String, Vec<String>> {
    let file: BTreeMap<String, BTreeMap<String, Vec<String>>> =
        toml::from_str(include_str!("../lexicon/background.toml")).unwrap_or_default();
    file.into_values()
        .flatten()
        .fold(BTreeMap::new(), |mut all, (language, phrases)| {
            all.entry(language).or_insert_with(Vec::new).extend(phrases);
            all
        })
}

/// The words of a kind of thing, for people who say the same otherwise (`parcel`, `package`).
pub(super) fn concepts() -> Vec<(String, Lexicon)> {
    let file: BTreeMap<String, Vec<String>> =
        toml::from_str(include_str!("../lexicon/concepts.toml")).unwrap_or_default();
    file.into_iter()
        .map(|(name, phrases)| {
            let mut lexicon = Lexicon::default();
            lexicon.add("words", &phrases);
            (name, lexicon)
        })
        .collect()
}
