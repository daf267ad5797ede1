//! Multinomial logistic regression with an L2 penalty, solved over the examples instead of over the features: a desk has a few hundred
//! examples and ten thousands of features, so what counts is how alike each two examples are (the representer theorem; Zhu and Hastie 2005).
//! Accelerated gradient descent (Nesterov 1983) with restarts, in a fixed order: the same examples give the same numbers.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2};

/// How freely the classifier may follow its examples: the C of the literature.
const FREEDOM: f32 = 30.0;
/// Steps at most, and how many of them whatever the number of classes: each class takes one more. And the step at which it stands still.
const STEPS_MAX: usize = 250;
const STEPS: usize = 100;
const STILL: f32 = 2e-4;
/// Rounds of power iteration for the steepest direction.
const POWER_ROUNDS: usize = 25;

/// What each example is worth to each class: the scores of a text are the sum over examples of how alike they are, times this.
pub(super) fn fit(
    alike: &Array2<f32>,
    labels: &[usize],
    weights: &[f32],
    classes: usize,
) -> Array2<f32> {
    let count = labels.len();
    let mut worth = Array2::<f32>::zeros((count, classes));
    if count == 0 || classes == 0 {
        return worth;
    }
    let step = 1.0 / (0.5 * steepest(alike, weights) + 1.0 / FREEDOM);
    let mut ahead = worth.clone();
    let mut scores = Array2::<f32>::zeros((count, classes));
    let mut momentum = 1.0_f32;
    for _ in 0..(STEPS + classes).min(STEPS_MAX) {
        general_mat_mul(1.0, alike, &ahead, 0.0, &mut scores);
        let mut next = ahead.clone();
        let mut moved = 0.0_f32;
        let mut uphill = 0.0_f32;
        let rows = scores
            .rows_mut()
            .into_iter()
            .zip(next.rows_mut())
            .zip(ahead.rows())
            .zip(worth.rows())
            .zip(labels.iter().zip(weights));
        for ((((mut row, mut target), here), before), (label, weight)) in rows {
            softmax(row.as_slice_mut().unwrap_or_default());
            if let Some(own) = row.get_mut(*label) {
                *own -= 1.0;
            }
            for (((cell, slope), here), before) in
                target.iter_mut().zip(&row).zip(&here).zip(&before)
            {
                let gradient = weight * slope + here / FREEDOM;
                *cell = here - step * gradient;
                moved = moved.max((step * gradient).abs());
                uphill += gradient * (*cell - before);
            }
        }
        // Where the way turns uphill the momentum is wrong: it starts again (O'Donoghue and Candès 2015).
        let next_momentum = if uphill > 0.0 {
            1.0
        } else {
            0.5 * (1.0 + (1.0 + 4.0 * momentum * momentum).sqrt())
        };
        let share = if uphill > 0.0 {
            0.0
        } else {
            (momentum - 1.0) / next_momentum
        };
        ahead = &next + &((&next - &worth) * share);
        worth = next;
        momentum = next_momentum;
        if moved < STILL * step {
            break;
        }
    }
    worth
}

/// The largest eigenvalue of how alike the examples are, each with its weight.
fn steepest(alike: &Array2<f32>, weights: &[f32]) -> f32 {
    let count = weights.len();
    let mut direction = Array1::<f32>::ones(count);
    let mut largest = 1.0;
    for _ in 0..POWER_ROUNDS {
        let mut next = alike.dot(&direction);
        for (cell, weight) in next.iter_mut().zip(weights) {
            *cell *= weight;
        }
        largest = next.dot(&next).sqrt();
        if largest <= f32::MIN_POSITIVE {
            return 1.0;
        }
        direction = next / largest;
    }
    // A little more than what was found: the power iteration comes from below.
    largest * 1.05
}

/// Scores become probabilities.
pub(super) fn softmax(scores: &mut [f32]) {
    let most = scores.iter().copied().fold(f32::MIN, f32::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - most).exp();
        sum += *score;
    }
    for score in scores.iter_mut() {
        *score /= sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_told_apart_and_the_penalty_keeps_it_modest() {
        // Two directions, two examples each.
        let points = [[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.1, 0.9_f32]];
        let alike = Array2::from_shape_fn((4, 4), |(a, b)| {
            points[a][0] * points[b][0] + points[a][1] * points[b][1]
        });
        let worth = fit(&alike, &[0, 0, 1, 1], &[1.0; 4], 2);
        let scores = alike.dot(&worth);
        for (row, label) in scores.rows().into_iter().zip([0, 0, 1, 1]) {
            let margin = row[label] - row[1 - label];
            assert!(margin > 2.0 && margin < 20.0, "{margin}");
        }
        assert_eq!(worth, fit(&alike, &[0, 0, 1, 1], &[1.0; 4], 2));
    }
}
