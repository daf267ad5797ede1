//! Does a mail ask for several things? Each request with the sentence that says it. Reads hostile input; pure.

use super::super::prepare::{Place, Sentence};
use super::super::types::{IntentScore, Request};
use super::super::words::one_line;
use super::SENTENCE_MAX_CHARS;
use super::reading::Reading;
use crate::config::IntentName;

/// A sentence is a request of its own from this confidence on.
const REQUEST_THRESHOLD: f64 = 0.5;
/// A second one only from this confidence on: half the mails have a sentence that sounds like another article.
const SECOND_REQUEST_THRESHOLD: f64 = 0.97;
/// A sentence that says that it adds something (`also`, `2.`) needs less.
const ADDED_REQUEST_THRESHOLD: f64 = 0.7;

/// The requests of a mail, its main one among them; in the order of the sentences.
pub(super) fn find(
    reading: &Reading<'_>,
    sentences: &[(usize, &Sentence)],
    intents: &[IntentScore],
) -> Vec<Request> {
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
    requests
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
