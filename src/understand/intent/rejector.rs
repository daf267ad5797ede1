//! Is the best intent right at all? A logistic function of what is known about a text, fitted on many small helpdesks (`make rejector` makes the
//! constants again; see docs/understanding.md): one for intents that are topics of any desk, fitted on our own desk; one for all others, fitted on
//! public data sets.

use super::super::meaning::Encoder;
use super::example::NONE;
use super::model::{Model, Scores};

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

/// The best two of a list, "none of these" left out: who is the best of the others is asked for every class.
#[derive(Clone, Copy, Debug)]
struct BestTwo {
    place: usize,
    best: f64,
    second: f64,
}

impl BestTwo {
    fn of(list: &[f64], none: Option<usize>) -> Self {
        let start = Self {
            place: usize::MAX,
            best: 0.0,
            second: 0.0,
        };
        let others = list.iter().enumerate();
        let others = others.filter(|(place, _)| Some(*place) != none);
        others.fold(start, |two, (place, value)| {
            if *value > two.best {
                Self {
                    place,
                    best: *value,
                    second: two.best,
                }
            } else {
                Self {
                    second: two.second.max(*value),
                    ..two
                }
            }
        })
    }

    /// The best of all but this class.
    fn rival(self, class: usize) -> f64 {
        if self.place == class {
            self.second
        } else {
            self.best
        }
    }
}

/// What is the same for all classes of a text. Made once a text: a desk may have thousands of classes, and each is asked about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    none: Option<usize>,
    entropy: f64,
    probabilities: BestTwo,
    in_sentence: BestTwo,
    near_words: BestTwo,
    near_meaning: BestTwo,
    near_center: BestTwo,
}

impl Field {
    pub(super) fn of(model: &Model, scores: &Scores) -> Self {
        let none = model.classes.iter().position(|name| name == NONE);
        let two = |list: &[f64]| BestTwo::of(list, none);
        let probabilities = scores.probabilities.iter();
        Self {
            none,
            entropy: probabilities
                .filter(|value| **value > 1e-9)
                .map(|value| -value * value.ln())
                .sum(),
            probabilities: two(&scores.probabilities),
            in_sentence: two(&scores.in_sentence),
            near_words: two(&scores.near_words),
            near_meaning: two(&scores.near_meaning),
            near_center: two(&scores.near_center),
        }
    }
}

/// What is known about a text and one class.
pub(super) fn evidence(model: &Model, scores: &Scores, field: &Field, class: usize) -> Evidence {
    let at = |list: &[f64]| list.get(class).copied().unwrap_or(0.0);
    let none_at = |list: &[f64]| field.none.and_then(|none| list.get(none)).copied();
    let rival = |two: BestTwo| two.rival(class);
    let own = at(&scores.probabilities).clamp(1e-4, 0.9999);
    let in_sentence = at(&scores.in_sentence).clamp(1e-4, 0.9999);
    let agrees = |list: &[f64], two: BestTwo| f64::from(u8::from(at(list) > rival(two)));
    let log = |count: usize| {
        #[allow(clippy::cast_precision_loss)]
        let count = count as f64;
        (1.0 + count).ln()
    };
    let meaning = model.encoder().map_or(0.0, |_| {
        model.usual_meaning.deviations(at(&scores.near_meaning))
    });
    let words = model.usual_words.deviations(at(&scores.near_words));
    let numbers = [
        1.0,
        (own / (1.0 - own)).ln() / 3.0,
        (own / rival(field.probabilities).max(1e-4)).ln().min(8.0) / 3.0,
        none_at(&scores.probabilities).unwrap_or(0.0),
        words,
        meaning,
        at(&scores.near_meaning),
        5.0 * (at(&scores.near_meaning) - rival(field.near_meaning)),
        5.0 * (at(&scores.near_words) - rival(field.near_words)),
        agrees(&scores.near_words, field.near_words)
            + agrees(&scores.near_meaning, field.near_meaning)
            + agrees(&scores.near_center, field.near_center),
        at(&scores.near_center),
        5.0 * (at(&scores.near_center) - rival(field.near_center)),
        log(model.classes.len()) / 3.0,
        log(model.shots.get(class).copied().unwrap_or(0)) / 3.0,
        scores.known,
        log(scores.length) / 3.0,
        field.entropy,
        at(&scores.neighbours),
        none_at(&scores.neighbours).unwrap_or(0.0),
        none_at(&scores.near_meaning).map_or(-1.0, |none| {
            (5.0 * (none - at(&scores.near_meaning))).max(-1.0)
        }),
        // The sentence that says it, and the one that says something else.
        (in_sentence / (1.0 - in_sentence)).ln() / 3.0,
        rival(field.in_sentence),
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
        0.072, 1.217, 0.001, -0.371, 0.865, 0.000, 0.000, 0.000, 0.000, 0.000, 0.000, 0.000, 1.015,
        0.135, 0.000, 0.594, -0.118, 0.000, 0.000, -1.049, 0.919, 0.000,
    ],
    table: [
        -0.323, 1.496, 0.300, -0.347, 1.110, 0.000, 0.000, 0.000, 0.000, 0.000, 0.000, 0.411,
        0.254, -0.332, 0.000, 1.321, 0.000, 0.000, 0.000, -0.259, 0.221, 0.000,
    ],
    words: [
        -0.614, 1.370, 0.112, -0.710, 0.874, 0.000, 0.000, 0.000, 0.000, 0.000, 0.000, 0.000,
        0.236, -0.647, 0.000, 2.203, -0.109, 0.000, 0.000, 0.000, 0.370, 0.000,
    ],
};

/// For an intent that its own phrases alone tell.
const OWN: Constants = Constants {
    transformer: [
        -1.182, 0.000, 0.154, 0.000, 0.212, 0.997, 0.000, 0.000, 0.473, 0.000, 1.523, 0.852,
        -0.624, 0.187, 0.413, -0.060, -0.109, 0.000, 0.315, -0.082, 0.397, -0.244,
    ],
    table: [
        -1.391, 0.000, 0.149, 0.000, 0.453, 0.710, 0.000, 0.000, 0.442, 0.002, 1.520, 0.795,
        -0.899, 0.038, 0.990, -0.154, -0.016, 0.000, 0.404, 0.000, 0.591, -0.476,
    ],
    words: [
        -2.638, 0.000, 0.707, 0.000, 0.863, 0.000, 0.000, 0.000, 0.124, 0.000, 0.000, 0.000,
        -1.513, -0.301, 3.158, 0.383, -0.002, 0.000, 0.874, 0.000, 0.760, -0.353,
    ],
};

/// What is taken off the evidence for an intent that its own phrases alone tell, so that on sets that nobody fitted anything on (HINT3, and
/// messages just beside what is covered) at least 0.95 is right of what is sent at the shipped threshold. For transformer, table, words.
const CAUTION: [f64; 3] = [2.4, 3.2, 3.4];

/// The probability that the best intent is right.
pub(super) fn confidence(evidence: &Evidence, encoder: Option<&Encoder>) -> f64 {
    let constants = if evidence.is_known { &KNOWN } else { &OWN };
    let [transformer, table, words] = CAUTION;
    let (constants, caution) = match encoder {
        Some(encoder) if encoder.reads_sentences() => (&constants.transformer, transformer),
        Some(_) => (&constants.table, table),
        None => (&constants.words, words),
    };
    let pairs = evidence.numbers.iter().zip(constants);
    let sum: f64 = pairs.map(|(x, c)| x * c).sum();
    let taken_off = if evidence.is_known { 0.0 } else { caution };
    1.0 / (1.0 + (taken_off - sum).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_of_the_others_is_the_same_as_looking_at_all_of_them() {
        let lists: [&[f64]; 6] = [
            &[0.2, 0.7, 0.7, 0.1],
            &[0.9, 0.3],
            &[0.4],
            &[],
            &[-0.5, -0.2, 0.0],
            &[0.3, 0.2, 0.1, 0.6, 0.5],
        ];
        for list in lists {
            for none in [None, Some(0), Some(1)] {
                let two = BestTwo::of(list, none);
                for class in 0..=list.len() {
                    let others = list.iter().enumerate();
                    let others = others.filter(|(at, _)| *at != class && Some(*at) != none);
                    let best = others.map(|(_, value)| *value).fold(0.0, f64::max);
                    assert_eq!(two.rival(class), best, "{list:?} {none:?} {class}");
                }
            }
        }
    }
}
