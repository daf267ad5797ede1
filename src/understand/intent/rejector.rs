//! Is the best intent right at all? A logistic function of what is known about a text, fitted on many small helpdesks that were cut from
//! public data sets (`make rejector` makes the constants again; see docs/understanding.md).

use super::super::meaning::Encoder;
use super::model::{Model, NONE, Scores};

/// How many things are known about a text.
pub(super) const EVIDENCE: usize = 22;

/// What is known about a text and one class.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Whether the class is one of the topics of any desk, and was lent phrases.
    pub is_known: bool,
    /// Each about as large as one.
    pub numbers: [f64; EVIDENCE],
}

/// What is known about a text and one class.
pub(super) fn evidence(model: &Model, scores: &Scores, class: usize) -> Evidence {
    let at = |list: &[f64]| list.get(class).copied().unwrap_or(0.0);
    let none = model.classes.iter().position(|name| name == NONE);
    let none_at = |list: &[f64]| none.and_then(|none| list.get(none)).copied();
    // The best of the others, "none of these" left out.
    let rival = |list: &[f64]| {
        list.iter()
            .enumerate()
            .filter(|(index, _)| *index != class && Some(*index) != none)
            .map(|(_, value)| *value)
            .fold(0.0, f64::max)
    };
    let own = at(&scores.probabilities).clamp(1e-4, 0.9999);
    let in_sentence = at(&scores.in_sentence).clamp(1e-4, 0.9999);
    let agrees = |list: &[f64]| f64::from(u8::from(at(list) > rival(list)));
    let log = |count: usize| {
        #[allow(clippy::cast_precision_loss)]
        let count = count as f64;
        (1.0 + count).ln()
    };
    let entropy: f64 = scores
        .probabilities
        .iter()
        .filter(|value| **value > 1e-9)
        .map(|value| -value * value.ln())
        .sum();
    let meaning = model.encoder().map_or(0.0, |_| {
        model.usual_meaning.deviations(at(&scores.near_meaning))
    });
    let words = model.usual_words.deviations(at(&scores.near_words));
    let numbers = [
        1.0,
        (own / (1.0 - own)).ln() / 3.0,
        (own / rival(&scores.probabilities).max(1e-4)).ln().min(8.0) / 3.0,
        none_at(&scores.probabilities).unwrap_or(0.0),
        words,
        meaning,
        at(&scores.near_meaning),
        5.0 * (at(&scores.near_meaning) - rival(&scores.near_meaning)),
        5.0 * (at(&scores.near_words) - rival(&scores.near_words)),
        agrees(&scores.near_words) + agrees(&scores.near_meaning) + agrees(&scores.near_center),
        at(&scores.near_center),
        5.0 * (at(&scores.near_center) - rival(&scores.near_center)),
        log(model.classes.len()) / 3.0,
        log(model.shots.get(class).copied().unwrap_or(0)) / 3.0,
        scores.known,
        log(scores.length) / 3.0,
        entropy,
        at(&scores.neighbours),
        none_at(&scores.neighbours).unwrap_or(0.0),
        none_at(&scores.near_meaning).map_or(-1.0, |none| {
            (5.0 * (none - at(&scores.near_meaning))).max(-1.0)
        }),
        // The sentence that says it, and the one that says something else.
        (in_sentence / (1.0 - in_sentence)).ln() / 3.0,
        rival(&scores.in_sentence),
    ];
    Evidence {
        is_known: model.is_lent.get(class).copied().unwrap_or(false),
        numbers,
    }
}

/// The constants, one row for each way of knowing meanings.
struct Constants {
    transformer: [f64; EVIDENCE],
    table: [f64; EVIDENCE],
    words: [f64; EVIDENCE],
}

/// For an intent that is one of the topics of any desk: it was lent phrases, and what is beside it is known as well. Made by `make rejector`;
/// reviewed by eye for signs that make no sense.
const KNOWN: Constants = Constants {
    transformer: [
        -1.405, 0.000, 0.477, 0.000, 0.309, 1.061, 0.000, 0.000, 0.381, 0.000, 1.301, 1.000,
        -0.593, 0.245, 0.106, 0.381, -0.136, 0.000, 0.171, -0.362, 0.000, 0.000,
    ],
    table: [
        -1.453, 0.396, 0.123, 0.000, 0.562, 0.791, 0.000, 0.000, 0.390, 0.008, 1.372, 1.094,
        -0.750, 0.247, 0.513, 0.329, -0.131, 0.000, 0.465, -0.087, 0.000, 0.000,
    ],
    words: [
        -3.079, 0.486, 1.103, 0.000, 1.218, 0.000, 0.000, 0.000, 0.000, 0.000, 0.000, 0.000,
        -1.150, 0.113, 2.015, 1.409, -0.089, 0.000, 0.782, 0.000, 0.000, 0.000,
    ],
};

/// For an intent that its own phrases alone tell.
const OWN: Constants = Constants {
    transformer: [
        -1.405, 0.000, 0.477, 0.000, 0.309, 1.061, 0.000, 0.000, 0.381, 0.000, 1.301, 1.000,
        -0.593, 0.245, 0.106, 0.381, -0.136, 0.000, 0.171, -0.362, 0.000, 0.000,
    ],
    table: [
        -1.453, 0.396, 0.123, 0.000, 0.562, 0.791, 0.000, 0.000, 0.390, 0.008, 1.372, 1.094,
        -0.750, 0.247, 0.513, 0.329, -0.131, 0.000, 0.465, -0.087, 0.000, 0.000,
    ],
    words: [
        -3.079, 0.486, 1.103, 0.000, 1.218, 0.000, 0.000, 0.000, 0.000, 0.000, 0.000, 0.000,
        -1.150, 0.113, 2.015, 1.409, -0.089, 0.000, 0.782, 0.000, 0.000, 0.000,
    ],
};

/// The probability that the best intent is right.
pub(super) fn confidence(evidence: &Evidence, encoder: Option<&Encoder>) -> f64 {
    let constants = if evidence.is_known { &KNOWN } else { &OWN };
    let constants = match encoder {
        Some(encoder) if encoder.reads_sentences() => &constants.transformer,
        Some(_) => &constants.table,
        None => &constants.words,
    };
    let pairs = evidence.numbers.iter().zip(constants);
    let sum: f64 = pairs.map(|(x, c)| x * c).sum();
    1.0 / (1.0 + (-sum).exp())
}
