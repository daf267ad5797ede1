//! Step 7: not sure. What is needed to send is more than what is needed to suggest.

use super::view::View;
use super::{Match, Rule, to_person};

/// The rules of this step, in order.
pub(super) const RULES: &[Rule] = &[no_intent, close_intents, not_sure];

/// Two intents nearer to each other than this are not told apart.
const CLOSE_MARGIN: f64 = 0.1;

fn no_intent(view: &View<'_>) -> Vec<Match> {
    if view.likely().is_some() {
        return vec![];
    }
    to_person(
        view,
        "no-intent",
        "no article is near enough to what the mail says",
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
    to_person(
        view,
        "close-intents",
        format!(
            "two articles are about equally near: {} ({:.2}) and {} ({:.2})",
            first.intent, first.confidence, second.intent, second.confidence
        ),
        first.evidence.as_str(),
    )
}

fn not_sure(view: &View<'_>) -> Vec<Match> {
    match view.likely() {
        Some((wanted, _)) if !view.is_sure() => to_person(
            view,
            "not-sure",
            format!(
                "the nearest article is {}, but not surely enough to send it ({:.2}, needed {:.2})",
                wanted.intent, wanted.confidence, wanted.thresholds.send
            ),
            wanted.evidence.as_str(),
        ),
        _ => vec![],
    }
}
