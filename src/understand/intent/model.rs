//! Multinomial logistic regression over TF-IDF, its probabilities made honest by a temperature from out-of-fold examples.
//!
//! Own code, sparse, in a fixed order: no randomness, the same examples give the same model.

use super::super::lexicon::Lexicon;
use super::features::count;
use std::collections::BTreeMap;

/// The name of the class "none of these".
const NONE: &str = "";

/// A phrase with its intent; `None` is a phrase that no article covers.
#[derive(Clone, Debug)]
pub(crate) struct Example {
    text: String,
    label: String,
    weight: f64,
}

impl Example {
    pub(crate) fn new(text: &str, intent: Option<&str>, weight: f64) -> Self {
        Self {
            text: text.to_owned(),
            label: intent.unwrap_or(NONE).to_owned(),
            weight,
        }
    }
}

type Sparse = Vec<(usize, f32)>;

/// A trained classifier.
#[derive(Debug)]
pub(crate) struct Model {
    classes: Vec<String>,
    vocabulary: BTreeMap<String, usize>,
    inverse_frequency: Vec<f32>,
    /// Row by feature, a column for each class.
    weights: Vec<f32>,
    bias: Vec<f32>,
    temperature: f64,
    concepts: Vec<(String, Lexicon)>,
    examples: Vec<(Sparse, usize)>,
    /// For each feature the examples that have it, to find the nearest one.
    postings: Vec<Vec<(usize, f32)>>,
}

/// The probabilities of one text.
#[derive(Clone, Debug)]
pub(crate) struct Scores {
    /// By class, in the order of the model's classes.
    pub(crate) probabilities: Vec<f64>,
    /// How near the nearest example of each class is, 0 to 1.
    pub(crate) nearest: Vec<f64>,
    /// The share of the text's weight that the model knows.
    pub(crate) known: f64,
}

/// What was read from a whole mail.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    model: &'a Model,
    /// Intents by falling confidence, without "none of these".
    pub(crate) ranking: Vec<(String, f64)>,
    sentences: Vec<Scores>,
}

impl Model {
    /// Trains on examples.
    pub(crate) fn train(examples: &[Example]) -> Self {
        let concepts = super::concepts();
        let counted: Vec<BTreeMap<String, f64>> = examples
            .iter()
            .map(|example| count(&example.text, &concepts))
            .collect();
        let mut classes: Vec<String> = examples
            .iter()
            .map(|example| example.label.clone())
            .collect();
        classes.sort();
        classes.dedup();
        let mut frequency: BTreeMap<&str, usize> = BTreeMap::new();
        for features in &counted {
            for name in features.keys() {
                *frequency.entry(name).or_insert(0) += 1;
            }
        }
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
        let inverse_frequency: Vec<f32> = frequency
            .values()
            .map(|seen| (((1 + examples.len()) as f64 / (1 + seen) as f64).ln() + 1.0) as f32)
            .collect();
        let vocabulary: BTreeMap<String, usize> = frequency
            .keys()
            .enumerate()
            .map(|(index, name)| ((*name).to_owned(), index))
            .collect();
        let mut model = Self {
            classes,
            inverse_frequency,
            weights: Vec::new(),
            bias: Vec::new(),
            temperature: 1.0,
            concepts,
            examples: Vec::new(),
            postings: vec![Vec::new(); vocabulary.len()],
            vocabulary,
        };
        let rows: Vec<(Sparse, usize, f32)> = counted
            .iter()
            .zip(examples)
            .map(|(features, example)| {
                let class = model.classes.binary_search(&example.label).unwrap_or(0);
                #[allow(clippy::cast_possible_truncation)]
                let weight = example.weight as f32;
                (model.vector(features).0, class, weight)
            })
            .collect();
        let all: Vec<usize> = (0..rows.len()).collect();
        (model.weights, model.bias) = model.fit(&rows, &all, EPOCHS);
        model.temperature = model.calibrate(&rows);
        for (index, (row, class, weight)) in rows.into_iter().enumerate() {
            if weight > 0.9 || class_is_none(&model.classes, class) {
                for (feature, value) in &row {
                    if let Some(list) = model.postings.get_mut(*feature) {
                        list.push((index, *value));
                    }
                }
            }
            model.examples.push((row, class));
        }
        model
    }

    /// TF-IDF, length 1, and the share of the weight that is known.
    fn vector(&self, features: &BTreeMap<String, f64>) -> (Sparse, f64) {
        let mut row: Sparse = Vec::new();
        let mut known = 0.0_f64;
        let mut whole = 0.0_f64;
        for (name, tf) in features {
            let is_word = name.starts_with("w ");
            if let Some(&index) = self.vocabulary.get(name) {
                let idf = self.inverse_frequency.get(index).copied().unwrap_or(1.0);
                #[allow(clippy::cast_possible_truncation)]
                let tf = if *tf > 1.0 {
                    (1.0 + tf.ln()) as f32
                } else {
                    *tf as f32
                };
                row.push((index, tf * idf));
                if is_word {
                    known += f64::from(idf);
                    whole += f64::from(idf);
                }
            } else if is_word {
                whole += 5.0;
            }
        }
        row.sort_by_key(|(index, _)| *index);
        let length = row
            .iter()
            .map(|(_, value)| value * value)
            .sum::<f32>()
            .sqrt();
        if length > 0.0 {
            for (_, value) in &mut row {
                *value /= length;
            }
        }
        (row, if whole > 0.0 { known / whole } else { 0.0 })
    }

    /// Gradient descent with AdaGrad steps over the examples in a fixed, mixed order.
    fn fit(
        &self,
        rows: &[(Sparse, usize, f32)],
        members: &[usize],
        epochs: usize,
    ) -> (Vec<f32>, Vec<f32>) {
        let width = self.classes.len();
        let mut weights = vec![0.0_f32; self.vocabulary.len() * width];
        let mut bias = vec![0.0_f32; width];
        let mut order: Vec<usize> = members.to_vec();
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let mut gradient = vec![0.0_f32; width];
        for epoch in 0..epochs {
            // A linear congruential generator: a fixed order that is not the order of classes.
            for index in (1..order.len()).rev() {
                seed = seed
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                #[allow(clippy::cast_possible_truncation)]
                let other = ((seed >> 33) as usize) % (index + 1);
                order.swap(index, other);
            }
            #[allow(clippy::cast_precision_loss)]
            let rate = LEARNING_RATE / (1.0 + 0.15 * epoch as f32);
            for &member in &order {
                let Some((row, class, weight)) = rows.get(member) else {
                    continue;
                };
                scores_into(&weights, &bias, row, &mut gradient);
                softmax(&mut gradient);
                if let Some(own) = gradient.get_mut(*class) {
                    *own -= 1.0;
                }
                let step = rate * weight;
                for (feature, value) in row {
                    let start = feature * width;
                    if let Some(columns) = weights.get_mut(start..start + width) {
                        let factor = step * value;
                        for (cell, slope) in columns.iter_mut().zip(&gradient) {
                            *cell -= factor * slope;
                        }
                    }
                }
                for (cell, slope) in bias.iter_mut().zip(&gradient) {
                    *cell -= step * 0.1 * slope;
                }
            }
        }
        (weights, bias)
    }

    /// The temperature at which out-of-fold probabilities of the examples are the most honest (least log loss).
    fn calibrate(&self, rows: &[(Sparse, usize, f32)]) -> f64 {
        let mut held_out: Vec<(Vec<f32>, usize)> = Vec::new();
        let width = self.classes.len();
        if rows.len() < 3 * width.max(2) {
            // Too few examples to hold any back: what larger desks came to.
            return DEFAULT_TEMPERATURE;
        }
        for fold in 0..FOLDS {
            let members: Vec<usize> = (0..rows.len())
                .filter(|index| index % FOLDS != fold)
                .collect();
            let (weights, bias) = self.fit(rows, &members, EPOCHS / 2);
            for (row, class, _) in rows
                .iter()
                .skip(fold)
                .step_by(FOLDS)
                .filter(|row| row.2 > 0.9 || class_is_none(&self.classes, row.1))
            {
                let mut scores = vec![0.0_f32; width];
                scores_into(&weights, &bias, row, &mut scores);
                held_out.push((scores, *class));
            }
        }
        let mut best = (f64::INFINITY, DEFAULT_TEMPERATURE);
        for step in 0..16 {
            let temperature = 0.2 + 0.1 * f64::from(step);
            let loss: f64 = held_out
                .iter()
                .map(|(scores, class)| {
                    let probabilities = tempered(scores, temperature);
                    -probabilities
                        .get(*class)
                        .copied()
                        .unwrap_or(0.0)
                        .max(1e-9)
                        .ln()
                })
                .sum();
            if loss < best.0 {
                best = (loss, temperature);
            }
        }
        best.1
    }

    /// The scores of one text.
    pub(crate) fn score(&self, text: &str) -> Scores {
        let (row, known) = self.vector(&count(text, &self.concepts));
        let mut scores = vec![0.0_f32; self.classes.len()];
        scores_into(&self.weights, &self.bias, &row, &mut scores);
        let mut similarity: BTreeMap<usize, f32> = BTreeMap::new();
        for (feature, value) in &row {
            for (example, other) in self.postings.get(*feature).into_iter().flatten() {
                *similarity.entry(*example).or_insert(0.0) += value * other;
            }
        }
        let mut nearest = vec![0.0_f64; self.classes.len()];
        for (example, value) in similarity {
            if let Some((_, class)) = self.examples.get(example)
                && let Some(cell) = nearest.get_mut(*class)
                && f64::from(value) > *cell
            {
                *cell = f64::from(value);
            }
        }
        Scores {
            probabilities: tempered(&scores, self.temperature),
            nearest,
            known,
        }
    }

    /// Reads a mail: its sentences with their weights, and the whole.
    pub(crate) fn read(&self, sentences: &[(&str, f64)]) -> Option<Reading<'_>> {
        if sentences.is_empty() {
            return None;
        }
        let whole_text = sentences
            .iter()
            .map(|(text, _)| *text)
            .collect::<Vec<_>>()
            .join(" ");
        let whole = self.score(&whole_text);
        let scored: Vec<Scores> = if sentences.len() == 1 {
            vec![whole.clone()]
        } else {
            sentences.iter().map(|(text, _)| self.score(text)).collect()
        };
        let mut ranking: Vec<(String, f64)> = Vec::new();
        let mut total = 0.0;
        for (index, class) in self.classes.iter().enumerate() {
            let at = |list: &[f64]| list.get(index).copied().unwrap_or(0.0);
            let best = scored
                .iter()
                .zip(sentences)
                .map(|(scores, (_, weight))| at(&scores.probabilities) * weight.min(1.0))
                .fold(0.0, f64::max);
            // Both views must agree: the whole mail, and its best sentence.
            let both = at(&whole.probabilities).max(1e-4).powf(0.4) * best.max(1e-4).powf(0.6);
            total += both;
            ranking.push((class.clone(), both));
        }
        for (_, value) in &mut ranking {
            *value /= total.max(1e-9);
        }
        let nearest = self
            .classes
            .iter()
            .enumerate()
            .map(|(index, class)| {
                let at = |scores: &Scores| scores.nearest.get(index).copied().unwrap_or(0.0);
                (
                    class.clone(),
                    scored.iter().chain([&whole]).map(at).fold(0.0, f64::max),
                )
            })
            .collect::<BTreeMap<String, f64>>();
        ranking.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let second = ranking
            .iter()
            .filter(|(class, _)| class != NONE)
            .nth(1)
            .map_or(0.0, |entry| entry.1);
        let none = ranking
            .iter()
            .find(|(class, _)| class == NONE)
            .map_or(0.0, |entry| entry.1);
        let mut ranking: Vec<(String, f64)> = ranking
            .into_iter()
            .filter(|(class, _)| class != NONE)
            .collect();
        for (place, (class, value)) in ranking.iter_mut().enumerate() {
            let rival = if place == 0 { second } else { 1.0 };
            let near = nearest.get(class).copied().unwrap_or(0.0);
            *value = judge(*value, rival, none, near, whole.known).min(*value * 1.6 + 0.02);
        }
        ranking.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Some(Reading {
            model: self,
            ranking,
            sentences: scored,
        })
    }

    /// The best class of a text, whatever "none of these" says; for measuring.
    pub(crate) fn argmax(&self, text: &str) -> Option<(&str, f64)> {
        let reading = self.read(&[(text, 1.0)])?;
        let (intent, confidence) = reading.ranking.first()?;
        let class = self.classes.iter().find(|class| *class == intent)?;
        Some((class, *confidence))
    }
}

impl Reading<'_> {
    /// The sentence that spoke most for an intent.
    pub(crate) fn best_sentence(&self, intent: &str) -> Option<usize> {
        let class = self
            .model
            .classes
            .iter()
            .position(|class| class == intent)?;
        self.sentences
            .iter()
            .enumerate()
            .max_by(|(i, a), (j, b)| {
                let at = |scores: &Scores| scores.probabilities.get(class).copied().unwrap_or(0.0);
                at(a).total_cmp(&at(b)).then(j.cmp(i))
            })
            .map(|(index, _)| index)
    }

    /// How likely a sentence means an intent.
    pub(crate) fn sentence_probability(&self, position: usize, intent: &str) -> f64 {
        let class = self.model.classes.iter().position(|class| class == intent);
        class
            .and_then(|class| self.sentences.get(position)?.probabilities.get(class))
            .copied()
            .unwrap_or(0.0)
    }

    /// The best intent of one sentence with its confidence; `None` where it asks for nothing that an article covers.
    pub(crate) fn sentence_top(&self, position: usize) -> Option<(&str, f64)> {
        let scores = self.sentences.get(position)?;
        let (index, probability) = scores
            .probabilities
            .iter()
            .copied()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
        let class = self
            .model
            .classes
            .get(index)
            .filter(|class| *class != NONE)?;
        let near = scores.nearest.get(index).copied().unwrap_or(0.0);
        Some((class, judge(probability, 0.0, 0.0, near, scores.known)))
    }
}

/// Passes over the examples.
const EPOCHS: usize = 24;
/// Parts of the examples that are held out in turn.
const FOLDS: usize = 3;
/// The first step.
const LEARNING_RATE: f32 = 4.0;
/// Where there are too few examples to find one.
const DEFAULT_TEMPERATURE: f64 = 0.6;

/// How likely it is that the best intent is right at all: a logistic function of what is known about the text. Its
/// coefficients were set by hand on the development mails of the evaluation desk; they are not fitted, and too sure on
/// desks with many near articles.
fn judge(probability: f64, rival: f64, none: f64, nearest: f64, known: f64) -> f64 {
    let odds = (probability.clamp(1e-4, 0.9999) / (1.0 - probability.clamp(1e-4, 0.9999))).ln();
    let margin = (probability.max(1e-4) / rival.max(1e-4)).ln().min(4.0);
    let value = -0.8 + 0.55 * odds + 0.35 * margin - 1.5 * none + 3.0 * nearest + 1.0 * known;
    1.0 / (1.0 + (-value).exp())
}

fn scores_into(weights: &[f32], bias: &[f32], row: &Sparse, out: &mut [f32]) {
    let width = bias.len();
    for (cell, start) in out.iter_mut().zip(bias) {
        *cell = *start;
    }
    for (feature, value) in row {
        let start = feature * width;
        if let Some(columns) = weights.get(start..start + width) {
            for (cell, weight) in out.iter_mut().zip(columns) {
                *cell += value * weight;
            }
        }
    }
}

fn class_is_none(classes: &[String], class: usize) -> bool {
    classes.get(class).is_some_and(|name| name == NONE)
}

fn softmax(scores: &mut [f32]) {
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

fn tempered(scores: &[f32], temperature: f64) -> Vec<f64> {
    let most = scores.iter().copied().fold(f32::MIN, f32::max);
    let values: Vec<f64> = scores
        .iter()
        .map(|score| (f64::from(*score - most) / temperature).exp())
        .collect();
    let sum: f64 = values.iter().sum();
    values.into_iter().map(|value| value / sum).collect()
}
