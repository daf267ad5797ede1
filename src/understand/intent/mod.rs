//! What does the customer want? A classifier trained on the articles' own phrases, and a judge that may say "none of these".
//!
//! Reads hostile input. The same articles and the same mail always give the same numbers, to the bit.

mod action;
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
mod training;
mod vocabulary;
mod wanted;

use action::Done;
pub use example::Example;
pub use model::Model;
use reading::Reading;
pub use rejector::Evidence;
pub use topics::{examples_of_none, phrases_of_any_desk};

use super::facts::FactFinder;
use super::prepare::{Place, Prepared, Role, Sentence};
use super::types::{IntentScore, Request};
use super::words::one_line;
use super::{SEND_THRESHOLD, SUGGEST_THRESHOLD};
use crate::config::{IntentName, Language};
use std::collections::{BTreeMap, BTreeSet};
use wanted::Wanted;

/// Evidence and sentences of requests are cut here, in characters.
pub(super) const SENTENCE_MAX_CHARS: usize = 240;
/// A question is plain from this confidence on; and how far it is trusted where the whole mail does not say the same.
const PLAIN_QUESTION: f64 = 0.88;
const QUESTION_TRUST: f64 = 0.75;
/// How far an intent is trusted at most where the mail asks for something else to be done to the thing.
const OTHER_ACTION_TRUST: f64 = 0.3;
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
    trained: BTreeMap<Language, Trained>,
    requests: requests::RequestFinder,
}

/// What was learned of the articles of a language.
#[derive(Debug)]
struct Trained {
    model: Model,
    /// The intents that people ask for by a denial (`I don't want the newsletter any more`).
    by_denial: BTreeSet<String>,
    /// What the phrases of each article do to things.
    actions: BTreeMap<String, Done>,
}

impl IntentFinder {
    /// Which of a mail's sentences speak for what, in a language.
    pub(super) fn carriers(&self, sentences: &[String], language: &Language) -> Carriers {
        let texts: Vec<(&str, f64)> = sentences.iter().map(|text| (text.as_str(), 1.0)).collect();
        let trained = self.trained.get(language);
        let Some(reading) = trained.and_then(|trained| trained.model.read(&texts)) else {
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

    /// The nearest article of one sentence, and how sure; nothing where none speaks the language, or it is rather about none.
    pub(super) fn sentence_says(
        &self,
        sentence: &str,
        language: &Language,
    ) -> Option<(IntentName, f64)> {
        let trained = self.trained.get(language)?;
        let reading = trained.model.read(&[(sentence, 1.0)])?;
        let said = reading.sentence_says(0).filter(|said| !said.rather_none)?;
        Some((IntentName(said.intent.to_owned()), said.confidence))
    }

    /// Intents and requests of a mail in a language; nothing where no article speaks it.
    pub(super) fn find(
        &self,
        prepared: &Prepared,
        language: &Language,
        facts: &FactFinder,
    ) -> (Vec<IntentScore>, Vec<Request>, Option<usize>) {
        let sentences = substance(prepared);
        let trained = self.trained.get(language);
        let read = trained.and_then(|trained| Some((trained, self.read(trained, sentences)?)));
        let Some((trained, (reading, wanted))) = read else {
            return (Vec::new(), Vec::new(), None);
        };
        let sentences: Vec<(usize, &Sentence)> = wanted
            .iter()
            .map(|(number, sentence, _)| (*number, *sentence))
            .collect();
        let best_sentence = |intent: &str| {
            reading
                .best_sentence(intent)
                .and_then(|index| sentences.get(index))
        };
        let mut ranking = led_by_a_question(&reading, &sentences);
        if let Some((intent, confidence)) = ranking.first_mut()
            && let Some(known) = trained.actions.get(intent)
            && action::speak_of_another(wanted.iter().map(|(_, _, text)| text.as_str()), known)
        {
            *confidence = confidence.min(OTHER_ACTION_TRUST);
        }
        let intents: Vec<IntentScore> = ranking
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
        let requests = self.requests.find(&reading, &sentences, &intents, facts);
        (intents, requests, top.map(|(index, _)| *index))
    }

    /// Reads what is wanted: the whole mail, unless it denies something that its article is not asked for by. `None` where nothing is wanted.
    fn read<'a, 'm>(
        &self,
        trained: &'m Trained,
        sentences: Vec<(usize, &'a Sentence)>,
    ) -> Option<(Reading<'m>, Vec<Wanted<'a>>)> {
        let whole = trained.model.read(&weighed(&sentences))?;
        let best = whole.ranking.first().map(|(intent, _)| intent);
        match wanted::wanted(&sentences) {
            Some(wanted) if !best.is_some_and(|best| trained.by_denial.contains(best)) => {
                let texts: Vec<(&str, f64)> = wanted
                    .iter()
                    .map(|(_, sentence, text)| (text.as_str(), weight(sentence)))
                    .collect();
                let reading = trained.model.read(&texts)?;
                Some((reading, wanted))
            }
            Some(_) | None => {
                let all = sentences.into_iter();
                let all = all.map(|(number, sentence)| (number, sentence, sentence.text.clone()));
                Some((whole, all.collect()))
            }
        }
    }

    /// The best intent, right or not, and what is known of it; for fitting the rejector.
    pub(super) fn evidence(
        &self,
        prepared: &Prepared,
        language: &Language,
    ) -> Option<(String, Evidence)> {
        let trained = self.trained.get(language)?;
        let (intent, evidence) = trained.model.evidence(&weighed(&substance(prepared)))?;
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
    [Role::Substance, Role::Repeated, Role::SmallTalk]
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

/// How much a sentence weighs: questions and requests carry what is wanted.
fn weight(sentence: &Sentence) -> f64 {
    match (sentence.place, sentence.asks) {
        (Place::Subject, _) => 1.0,
        (Place::Body, true) => 1.2,
        (Place::Body, false) => 0.8,
    }
}
