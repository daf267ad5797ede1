//! How far may the classifier's probabilities be believed? They are made honest by one temperature, found on phrases that were held out
//! (Guo et al. 2017).

use super::model::Counts;
use super::regression::{fit, softmax};
use ndarray::Array2;

/// Parts of the examples that are held out in turn.
const FOLDS: usize = 3;
/// Where there are too few examples to find one.
const DEFAULT_TEMPERATURE: f64 = 0.5;
/// An example that weighs less is no phrase of a customer: nothing is near to it, and it is not held out.
const PHRASE_WEIGHT: f32 = 0.5;

/// The temperature at which the probabilities of held-out phrases are the most honest (least log loss).
pub(super) fn temperature(alike: &Array2<f32>, counts: &Counts<'_>) -> f64 {
    let count = counts.labels.len();
    if count < 3 * counts.classes.max(2) {
        // Too few to hold any back: what larger desks came to.
        return DEFAULT_TEMPERATURE;
    }
    let held: Vec<(Vec<f32>, usize)> = std::thread::scope(|scope| {
        let folds: Vec<_> = (0..FOLDS)
            .map(|fold| scope.spawn(move || held_out(alike, counts, fold)))
            .collect();
        folds
            .into_iter()
            .enumerate()
            .flat_map(|(fold, thread)| {
                thread
                    .join()
                    .unwrap_or_else(|_| held_out(alike, counts, fold))
            })
            .collect()
    });
    let mut best = (f64::INFINITY, DEFAULT_TEMPERATURE);
    for step in 0..20 {
        let temperature = 0.15 * 1.15_f64.powi(step);
        let loss: f64 = held
            .iter()
            .map(|(scores, label)| {
                let own = tempered(scores, temperature).get(*label).copied();
                -own.unwrap_or(0.0).max(1e-9).ln()
            })
            .sum();
        if loss < best.0 {
            best = (loss, temperature);
        }
    }
    best.1
}

/// What the phrases of one fold score when the others alone are known, each with its class.
fn held_out(alike: &Array2<f32>, counts: &Counts<'_>, fold: usize) -> Vec<(Vec<f32>, usize)> {
    let (rest, out): (Vec<usize>, Vec<usize>) =
        (0..counts.labels.len()).partition(|index| index % FOLDS != fold);
    // Cell by cell: rows first and columns then would hold a third more at once, for each fold.
    let pick = |list: &[usize]| {
        Array2::from_shape_fn((list.len(), rest.len()), |(row, column)| {
            let at = list.get(row).zip(rest.get(column));
            at.and_then(|(row, column)| alike.get((*row, *column)))
                .copied()
                .unwrap_or_default()
        })
    };
    let of_rest = |index: &usize| {
        let label = counts.labels.get(*index).copied();
        label.zip(counts.weights.get(*index).copied())
    };
    let (labels, weights): (Vec<usize>, Vec<f32>) = rest.iter().filter_map(of_rest).unzip();
    let worth = fit(&pick(&rest), &labels, &weights, counts.classes);
    let scores = pick(&out).dot(&worth);
    let asked = |index: &usize| {
        let is_phrase = counts.is_phrase.get(*index).copied().unwrap_or(false);
        let weight = counts.weights.get(*index).copied().unwrap_or(0.0);
        is_phrase && weight >= PHRASE_WEIGHT
    };
    scores
        .rows()
        .into_iter()
        .zip(&out)
        .filter(|(_, index)| asked(index))
        .filter_map(|(row, index)| Some((row.to_vec(), counts.labels.get(*index).copied()?)))
        .collect()
}

/// Scores at a temperature, as probabilities.
pub(super) fn tempered(scores: &[f32], temperature: f64) -> Vec<f64> {
    #[allow(clippy::cast_possible_truncation)]
    let mut cooled: Vec<f32> = scores
        .iter()
        .map(|score| (f64::from(*score) / temperature) as f32)
        .collect();
    softmax(&mut cooled);
    cooled.into_iter().map(f64::from).collect()
}
