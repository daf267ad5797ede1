//! Does a mail ask for several things? Each request with the sentence that says it. Reads hostile input; pure.
//!
//! Half the mails have a sentence that sounds like another article than the one they are about. So a further request must be very sure, or say
//! itself that it is one: it adds (`also`, `2.`), the mail counts what it wants (`two questions`), or it gives what only the other article needs (a
//! voucher code).

use super::super::facts::FactFinder;
use super::super::lexicon::Lexicon;
use super::super::prepare::{Place, Sentence};
use super::super::types::{IntentScore, Request};
use super::super::words::one_line;
use super::reading::{Reading, Said};
use super::{SEND_THRESHOLD, SENTENCE_MAX_CHARS};
use crate::config::{FactName, IntentName};
use crate::knowledge::Knowledge;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A sentence says the mail's main request from this confidence on.
const REQUEST_THRESHOLD: f64 = 0.5;
/// A sentence that asks is a further request from this confidence on.
const FURTHER_THRESHOLD: f64 = 0.99;
/// A sentence that says that it adds something needs less; so does each in a mail that counts its requests.
const ADDED_THRESHOLD: f64 = 0.65;
/// A sentence that may as well mean the main request, with this probability, is about that.
const SAME_REQUEST: f64 = 0.3;
/// What begins a sentence stands in its first words.
const BEGINNING_WORDS: usize = 1;

/// What marks several requests, what sets one aside, what takes it back. Read once.
pub(super) static LEXICON: LazyLock<Lexicon> =
    LazyLock::new(|| Lexicon::read(include_str!("../lexicon/requests.toml")));

/// Finds the requests of a mail.
#[derive(Debug)]
pub(super) struct RequestFinder {
    /// What each article needs.
    needs: BTreeMap<String, Vec<FactName>>,
}

impl RequestFinder {
    pub(super) fn new(knowledge: &Knowledge) -> Self {
        let needs = knowledge
            .topics
            .iter()
            .map(|(intent, topic)| (intent.0.clone(), topic.needs.clone()));
        Self {
            needs: needs.collect(),
        }
    }

    /// The requests of a mail, its main one among them; in the order of the sentences, each with the sentence that is the surest.
    pub(super) fn find(
        &self,
        reading: &Reading<'_>,
        sentences: &[(usize, &Sentence)],
        intents: &[IntentScore],
        facts: &FactFinder,
    ) -> Vec<Request> {
        let Some(main) = intents.first() else {
            return Vec::new();
        };
        let is_counted = sentences
            .iter()
            .any(|(_, sentence)| LEXICON.has("counts", &sentence.own_words));
        let mut requests: Vec<Request> = Vec::new();
        for (position, (_, sentence)) in sentences.iter().enumerate() {
            let Some(said) = reading.sentence_says(position) else {
                continue;
            };
            let is_request = if said.intent == main.intent.0 {
                !said.rather_none && said.confidence >= REQUEST_THRESHOLD
            } else {
                let of_main = reading.sentence_probability(position, &main.intent.0);
                let marked = is_counted || Self::is_added(sentence);
                of_main < SAME_REQUEST
                    && sentence.place == Place::Body
                    && (is_further(sentence, &said, marked)
                        || self.gives_what_it_needs(sentence, &said, &main.intent.0, facts))
            };
            if is_request {
                put(&mut requests, &said, sentence);
            }
        }
        // The mail's main request is always one of them.
        if requests.iter().all(|one| one.intent != main.intent) {
            let main = Request {
                intent: main.intent.clone(),
                confidence: main.confidence,
                sentence: main.evidence.clone(),
            };
            requests.insert(0, main);
        }
        requests
    }

    /// Whether a sentence gives what the article that it speaks of needs, and the main one does not.
    fn gives_what_it_needs(
        &self,
        sentence: &Sentence,
        said: &Said<'_>,
        main: &str,
        facts: &FactFinder,
    ) -> bool {
        let of = |intent: &str| self.needs.get(intent).map_or(&[][..], Vec::as_slice);
        let of_main = of(main);
        let only_there: Vec<FactName> = of(said.intent)
            .iter()
            .filter(|fact| !of_main.contains(fact))
            .cloned()
            .collect();
        said.confidence >= SEND_THRESHOLD && facts.gives_one_of(&sentence.text, &only_there)
    }

    /// Whether a sentence says itself that it is a further request.
    fn is_added(sentence: &Sentence) -> bool {
        let row = &sentence.own_words;
        let beginning = row.get(..BEGINNING_WORDS).unwrap_or_default();
        LEXICON.has("begins", beginning) || LEXICON.has("adds", row)
    }
}

/// Whether a sentence that says something else than the main request is a request of its own. A mere statement tells.
fn is_further(sentence: &Sentence, said: &Said<'_>, marked: bool) -> bool {
    if marked {
        said.confidence >= ADDED_THRESHOLD
    } else {
        sentence.asks && !said.rather_none && said.confidence >= FURTHER_THRESHOLD
    }
}

fn put(requests: &mut Vec<Request>, said: &Said<'_>, sentence: &Sentence) {
    let request = Request {
        intent: IntentName(said.intent.to_owned()),
        confidence: said.confidence,
        sentence: one_line(&sentence.text, SENTENCE_MAX_CHARS),
    };
    let known = requests
        .iter_mut()
        .find(|known| known.intent == request.intent);
    match known {
        Some(known) if known.confidence >= request.confidence => {}
        Some(known) => *known = request,
        None => requests.push(request),
    }
}
