//! Intents alone, on tab-separated examples: how often the best one is right, and how much can be answered at which precision.

use super::{Common, EmbeddingWanted, Failure, IntentsArguments, percentile, read_text, share};
use crate::config::{Embedding, Meaning, folder_of, models_near};
use crate::understand::SEND_THRESHOLD;
use crate::understand::intent::{Example, Model};
use crate::understand::meaning::Encoder;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

/// The label of a text that no intent covers.
const OUT_OF_SCOPE: &str = "oos";

pub(super) fn run(common: &Common, arguments: &IntentsArguments) -> Result<(), Failure> {
    let train = training_rows(arguments)?;
    let test = read_rows(&arguments.test, "test")?;
    let encoder = encoder(common, arguments)?;
    let examples: Vec<Example> = train
        .iter()
        .map(|(text, label)| {
            let intent = (label != OUT_OF_SCOPE).then_some(label.as_str());
            Example::phrase(text, intent, 1.0)
        })
        .collect();
    let started = Instant::now();
    let model = Model::train(&examples, encoder.as_ref());
    let train_seconds = started.elapsed().as_secs_f64();
    let mut milliseconds = Vec::new();
    let judged: Vec<Judged> = test
        .iter()
        .map(|(text, label)| {
            let started = Instant::now();
            let (said, confidence) = model.argmax(text).unwrap_or(("", 0.0));
            milliseconds.push(started.elapsed().as_secs_f64() * 1000.0);
            Judged {
                right: said == label,
                in_scope: label != OUT_OF_SCOPE,
                confidence,
            }
        })
        .collect();
    milliseconds.sort_by(f64::total_cmp);
    let classes: std::collections::BTreeSet<&str> = train
        .iter()
        .map(|(_, label)| label.as_str())
        .filter(|label| *label != OUT_OF_SCOPE)
        .collect();
    let in_scope = judged.iter().filter(|one| one.in_scope).count();
    let right = judged
        .iter()
        .filter(|one| one.in_scope && one.right)
        .count();
    let (coverage, precision) = at_threshold(&judged, SEND_THRESHOLD);
    let silent = judged.iter().filter(|one| one.confidence < SEND_THRESHOLD);
    let rejected = silent.clone().count();
    let rejected_oos = silent.filter(|one| !one.in_scope).count();
    let figures = serde_json::json!({
        "train": train.len(),
        "test": test.len(),
        "classes": classes.len(),
        "accuracy": share(right, in_scope),
        "oos_recall": share(rejected_oos, judged.len() - in_scope),
        "oos_precision": share(rejected_oos, rejected),
        "coverage_at_precision": {
            "0.95": best_coverage(&judged, 0.95),
            "0.98": best_coverage(&judged, 0.98),
            "0.99": best_coverage(&judged, 0.99),
        },
        "coverage_at_shipped_threshold": coverage,
        "precision_at_shipped_threshold": precision,
        "ms_per_message": {"p50": percentile(&milliseconds, 0.5), "p99": percentile(&milliseconds, 0.99)},
        "train_seconds": train_seconds,
        "embedding": encoder.map_or_else(|| "none".to_owned(), |encoder| encoder.describe()),
    });
    if common.json {
        println!("{figures}");
    } else {
        println!("{figures:#}");
    }
    Ok(())
}

/// The examples to learn from: the published ones of that number, or a sample, or all.
fn training_rows(arguments: &IntentsArguments) -> Result<Vec<(String, String)>, Failure> {
    let Some(shots) = arguments.shots else {
        return read_rows(&arguments.train, "train");
    };
    if arguments.seed == 0
        && let Ok(published) = read_rows(&arguments.train, &format!("train_{shots}"))
        && has_splits(&arguments.train)?
    {
        return Ok(published);
    }
    let rows = read_rows(&arguments.train, "train")?;
    Ok(sample(rows, shots, arguments.seed))
}

/// Whether the first row of a file has a third column.
fn has_splits(path: &Path) -> Result<bool, Failure> {
    let content = read_text(path)?;
    Ok(content
        .lines()
        .next()
        .is_some_and(|line| line.split('\t').count() > 2))
}

fn encoder(
    common: &Common,
    arguments: &IntentsArguments,
) -> Result<Option<std::sync::Arc<Encoder>>, Failure> {
    let here = std::path::absolute(".").ok();
    let settings = Meaning {
        models_folder: arguments
            .models
            .clone()
            .or_else(|| models_near(&folder_of(&common.config)))
            .or_else(|| models_near(&here?)),
        embedding: match arguments.embedding {
            EmbeddingWanted::Best => Embedding::Best,
            EmbeddingWanted::Static => Embedding::Static,
            EmbeddingWanted::None => Embedding::None,
        },
        languages: Vec::new(),
    };
    Encoder::of(&settings, &[]).map_err(|error| Failure::problems(&[error.problem()]))
}

struct Judged {
    right: bool,
    in_scope: bool,
    confidence: f64,
}

/// Coverage of what is in scope, and precision of what is answered, at a threshold.
fn at_threshold(judged: &[Judged], threshold: f64) -> (f64, f64) {
    let in_scope = judged.iter().filter(|one| one.in_scope).count();
    let answered = judged.iter().filter(|one| one.confidence >= threshold);
    let all = answered.clone().count();
    let covered = answered.clone().filter(|one| one.in_scope).count();
    let right = answered.filter(|one| one.in_scope && one.right).count();
    (share(covered, in_scope), share(right, all))
}

/// The best coverage over all thresholds that reach a precision.
fn best_coverage(judged: &[Judged], precision: f64) -> f64 {
    let mut sorted: Vec<&Judged> = judged.iter().collect();
    sorted.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let in_scope = judged.iter().filter(|one| one.in_scope).count();
    let (mut covered, mut right, mut best) = (0, 0, 0.0_f64);
    for (index, one) in sorted.iter().enumerate() {
        covered += usize::from(one.in_scope);
        right += usize::from(one.in_scope && one.right);
        // A threshold takes all of equal confidence or none.
        let last_of_equals = sorted
            .get(index + 1)
            .is_none_or(|next| next.confidence < one.confidence);
        if last_of_equals && share(right, index + 1) >= precision {
            best = best.max(share(covered, in_scope));
        }
    }
    best
}

/// Rows of `text label`, with an optional heading and an optional third column `split`.
fn read_rows(path: &Path, split: &str) -> Result<Vec<(String, String)>, Failure> {
    let content = read_text(path)?;
    let mut rows = Vec::new();
    for (index, line) in content.lines().enumerate() {
        let mut columns = line.split('\t');
        let (Some(text), Some(label)) = (columns.next(), columns.next()) else {
            if line.trim().is_empty() {
                continue;
            }
            return Err(Failure::Usage(format!(
                "{}:{}: no tab in this line; write text, a tab, and the label",
                path.display(),
                index + 1
            )));
        };
        if index == 0 && (text, label) == ("text", "label") {
            continue;
        }
        if columns.next().is_some_and(|own| own.trim() != split) {
            continue;
        }
        let label = match label.trim() {
            "oos" | "__oos__" | "NO_NODES_DETECTED" => OUT_OF_SCOPE,
            label => label,
        };
        rows.push((text.to_owned(), label.to_owned()));
    }
    if rows.is_empty() {
        return Err(Failure::Usage(format!(
            "{} holds no rows of `{split}`; name a file with such rows",
            path.display()
        )));
    }
    Ok(rows)
}

/// The same N examples of each label for the same seed; of out-of-scope examples as many.
fn sample(rows: Vec<(String, String)>, shots: usize, seed: u64) -> Vec<(String, String)> {
    let mut by_label: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (text, label) in rows {
        by_label.entry(label).or_default().push(text);
    }
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1);
    let mut chosen = Vec::new();
    for (label, mut texts) in by_label {
        for index in (1..texts.len()).rev() {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            #[allow(clippy::cast_possible_truncation)]
            let other = ((state >> 33) as usize) % (index + 1);
            texts.swap(index, other);
        }
        chosen.extend(
            texts
                .into_iter()
                .take(shots)
                .map(|text| (text, label.clone())),
        );
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coverage_counts_what_is_answered_and_precision_what_is_right() {
        let one = |right, in_scope, confidence| Judged {
            right,
            in_scope,
            confidence,
        };
        let judged = [
            one(true, true, 0.9),
            one(true, true, 0.8),
            one(false, false, 0.7),
            one(true, true, 0.6),
        ];
        assert!((best_coverage(&judged, 0.95) - 2.0 / 3.0).abs() < 1e-9);
        assert_eq!(at_threshold(&judged, 0.75), (2.0 / 3.0, 1.0));
    }

    #[test]
    fn the_same_seed_takes_the_same_examples() {
        let rows: Vec<(String, String)> = (0..20)
            .map(|n| (format!("t{n}"), format!("l{}", n % 2)))
            .collect();
        assert_eq!(sample(rows.clone(), 3, 7), sample(rows.clone(), 3, 7));
        assert_eq!(sample(rows, 3, 7).len(), 6);
    }
}
