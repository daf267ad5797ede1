//! What is learned from: the articles of each language, the topics of any desk, what staff confirmed. Pure; the same articles and lessons give the
//! same classifiers, to the bit.

use super::super::meaning::Encoder;
use super::super::teachable::Taught;
use super::example::Example;
use super::model::Model;
use super::topics::{Lending, examples_of_none};
use super::{IntentFinder, Trained, action, requests, wanted};
use crate::config::{IntentName, Language};
use crate::knowledge::Knowledge;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What staff confirmed weighs as much as an article's own phrase.
const TAUGHT_WEIGHT: f32 = 1.0;
/// A person's own answer does not say for sure that no article would have done.
const TAUGHT_NONE_WEIGHT: f32 = 0.5;

impl IntentFinder {
    /// `known`: the languages that the encoder knows. `taught`: what staff confirmed.
    pub(in super::super) fn train(
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
                if article.is_written() {
                    list.push(Example::background(&article.body, &intent.0, 0.3));
                }
            }
        }
        let own: BTreeMap<&Language, Vec<(&str, Vec<&str>)>> = examples
            .keys()
            .map(|language| (language, own_phrases(knowledge, language)))
            .collect();
        let known = |language: &Language| encoder.filter(|_| known.contains(language));
        let lending: BTreeMap<&Language, Lending<'_>> = own
            .iter()
            .map(|(language, own)| (*language, Lending::new(&language.0, own, known(language))))
            .collect();
        let trained = examples
            .iter()
            .map(|(language, list)| {
                let mut list = list.clone();
                let articles = own.get(language).map_or(1, Vec::len).max(1);
                #[allow(clippy::cast_precision_loss)]
                let examples_an_article = list.len() as f64 / articles as f64;
                list.extend(examples_of_none(&language.0, examples_an_article));
                let elsewhere = articles_elsewhere(knowledge, language, &lending);
                if let Some(lending) = lending.get(language) {
                    list.extend(lending.examples(&elsewhere));
                }
                list.extend(taught_examples(knowledge, language, taught));
                let trained = Trained {
                    model: Model::train(&list, known(language)),
                    by_denial: wanted::asked_for_by_denial(&list),
                    actions: own
                        .get(language)
                        .into_iter()
                        .flatten()
                        .map(|(intent, phrases)| ((*intent).to_owned(), action::of_all(phrases)))
                        .collect(),
                };
                (language.clone(), trained)
            })
            .collect();
        Self {
            trained,
            requests: requests::RequestFinder::new(knowledge),
        }
    }
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

/// Topics of articles that a language lacks and another has: the topic, and the intent.
fn articles_elsewhere<'a>(
    knowledge: &Knowledge,
    language: &Language,
    lending: &'a BTreeMap<&Language, Lending<'a>>,
) -> BTreeMap<&'a str, &'a str> {
    let others = lending.iter().filter(|(other, _)| **other != language);
    others
        .flat_map(|(_, lending)| lending.lent())
        .filter(|(_, intent)| {
            let intent = IntentName((*intent).to_owned());
            knowledge.article(&intent, language).is_none()
        })
        .collect()
}
