//! Logistic regression by Newton's method, and what it reaches.

/// One message: what the model knew, and whether its best intent was right.
pub struct Row {
    pub evidence: Vec<f64>,
    pub right: bool,
    pub covered: bool,
}

/// Keeps constants small where the rows say little.
const PENALTY: f64 = 20.0;
const ROUNDS: usize = 30;

/// The way in which each piece of evidence may speak, in the order of `rejector::evidence`; 0 for either. What speaks the other way only balances
/// its neighbours on these data and would lead astray on others: it is left out.
const WAYS: [i8; 22] = [
    0, 1, 1, -1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 0, -1, -1, 1, -1, 1, -1,
];

/// The constants, each of the sign that makes sense.
pub fn constants(rows: &[&Row]) -> Vec<f64> {
    let mut left_out = vec![false; WAYS.len()];
    loop {
        let masked: Vec<Row> = rows
            .iter()
            .map(|row| {
                let evidence = row.evidence.iter().zip(&left_out);
                let evidence = evidence.map(|(x, out)| if *out { 0.0 } else { *x });
                Row {
                    evidence: evidence.collect(),
                    ..**row
                }
            })
            .collect();
        let found = logistic(&masked);
        let worst = found
            .iter()
            .zip(WAYS)
            .enumerate()
            .filter(|(_, (constant, way))| **constant * f64::from(*way) < 0.0)
            .max_by(|a, b| a.1.0.abs().total_cmp(&b.1.0.abs()));
        match worst {
            Some((index, _)) => left_out[index] = true,
            None => return found,
        }
    }
}

fn logistic(rows: &[Row]) -> Vec<f64> {
    let width = rows.first().map_or(0, |row| row.evidence.len());
    let mut constants = vec![0.0; width];
    for _ in 0..ROUNDS {
        let mut slope: Vec<f64> = constants.iter().map(|c| -PENALTY * c).collect();
        let mut curve = vec![vec![0.0; width]; width];
        for row in rows {
            let guess = probability(&row.evidence, &constants);
            let miss = f64::from(u8::from(row.right)) - guess;
            let spread = guess * (1.0 - guess);
            for i in 0..width {
                slope[i] += miss * row.evidence[i];
                for j in 0..=i {
                    curve[i][j] += spread * row.evidence[i] * row.evidence[j];
                }
            }
        }
        for i in 0..width {
            curve[i][i] += PENALTY;
            for j in 0..i {
                curve[j][i] = curve[i][j];
            }
        }
        let step = solve(curve, slope);
        let largest = step.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        for (constant, by) in constants.iter_mut().zip(step) {
            *constant += by;
        }
        if largest < 1e-8 {
            break;
        }
    }
    constants
}

/// Gauss's elimination with the largest pivot.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for column in 0..size {
        let pivot = (column..size)
            .max_by(|a, b| {
                matrix[*a][column]
                    .abs()
                    .total_cmp(&matrix[*b][column].abs())
            })
            .unwrap_or(column);
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        for row in column + 1..size {
            let factor = matrix[row][column] / matrix[column][column];
            for cell in column..size {
                matrix[row][cell] -= factor * matrix[column][cell];
            }
            right[row] -= factor * right[column];
        }
    }
    for row in (0..size).rev() {
        for cell in row + 1..size {
            right[row] -= matrix[row][cell] * right[cell];
        }
        right[row] /= matrix[row][row];
    }
    right
}

pub fn probability(evidence: &[f64], constants: &[f64]) -> f64 {
    let sum: f64 = evidence.iter().zip(constants).map(|(x, c)| x * c).sum();
    1.0 / (1.0 + (-sum).exp())
}

/// Prints how much can be answered at which precision, and whether a confidence means what it says.
pub fn report(rows: &[&Row], constants: &[f64]) {
    let mut judged: Vec<(f64, bool)> = rows
        .iter()
        .map(|row| (probability(&row.evidence, constants), row.right))
        .collect();
    judged.sort_by(|a, b| b.0.total_cmp(&a.0));
    let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    let covered = rows.iter().filter(|row| row.covered).count();
    print!(
        "  of {} messages, {:.3} covered;",
        rows.len(),
        share(covered, rows.len())
    );
    for precision in [0.95, 0.98] {
        let (mut right, mut best, mut at) = (0, 0, 1.0);
        for (index, (confidence, is_right)) in judged.iter().enumerate() {
            right += usize::from(*is_right);
            if share(right, index + 1) >= precision {
                (best, at) = (index + 1, *confidence);
            }
        }
        print!(
            " at precision {precision}: {:.3} answered (confidence {at:.2});",
            share(best, rows.len())
        );
    }
    println!();
    for threshold in [0.5, 0.7, 0.8, 0.85, 0.9, 0.95] {
        let answered: Vec<_> = judged.iter().filter(|(c, _)| *c >= threshold).collect();
        let right = answered.iter().filter(|(_, right)| *right).count();
        print!(
            "  from {threshold}: {:.3} answered, {:.3} right;",
            share(answered.len(), rows.len()),
            share(right, answered.len())
        );
    }
    println!();
}
