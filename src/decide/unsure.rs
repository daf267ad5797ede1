//! Step 7: not sure. What is needed to send is more than what is needed to suggest.

use super::view::View;
use super::{Match, Rule, sentences, to_person};

/// The rules of this step, in order.
pub(super) const RULES: &[Rule] = &[no_intent, close_intents, not_sure];

/// Two intents nearer to each other than this are not told apart.
const CLOSE_MARGIN: f64 = 0.1;
/// The second nearest has at least this share of the nearest one's confidence: then both are said to be equally near. Below, neither is near at all.
const EQUAL_SHARE: f64 = 0.5;

fn no_intent(view: &View<'_>) -> Vec<Match> {
    if view.likely().is_some() {
        return vec![];
    }
    to_person(
        view,
        "no-intent",
        sentences::NO_INTENT,
        view.situation.understanding.summary.as_str(),
    )
}

fn close_intents(view: &View<'_>) -> Vec<Match> {
    let [first, second, ..] = view.situation.understanding.intents.as_slice() else {
        return vec![];
    };
    let Some((wanted, _)) = view.likely() else {
        return vec![];
    };
    let decides = wanted.intent == first.intent;
    if !decides || wanted.confidence - second.confidence >= CLOSE_MARGIN {
        return vec![];
    }
    let sentence = match second.confidence < wanted.confidence * EQUAL_SHARE {
        true => sentences::FAINT_INTENTS,
        false => sentences::CLOSE_INTENTS,
    };
    to_person(
        view,
        "close-intents",
        sentence.with([
            &first.intent,
            &in_hundredths(first.confidence),
            &second.intent,
            &in_hundredths(second.confidence),
        ]),
        first.evidence.as_str(),
    )
}

fn not_sure(view: &View<'_>) -> Vec<Match> {
    match view.likely() {
        Some((wanted, _)) if !view.is_sure() => to_person(
            view,
            "not-sure",
            sentences::NOT_SURE.with([
                &wanted.intent,
                &in_hundredths(wanted.confidence),
                &in_hundredths(wanted.thresholds.send),
            ]),
            wanted.evidence.as_str(),
        ),
        _ => vec![],
    }
}

/// How sure, as it stands in a sentence: `0.87`.
pub(super) fn in_hundredths(confidence: f64) -> String {
    format!("{confidence:.2}")
}
