//! Which intent do a text's words, letters and meaning speak for? Logistic regression over examples, its probabilities made honest by a
//! temperature from examples that were held out (Guo et al. 2017), and how near the examples are. The same examples give the same
//! model, to the bit.

use super::super::meaning::Encoder;
use super::regression::{fit, softmax};
use super::vocabulary::{Sparse, Vector, Vocabulary};
use ndarray::{Array1, Array2, Axis};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The name of the class "none of these".
pub(super) const NONE: &str = "";
/// What the meaning weighs beside words and letters.
const MEANING_WEIGHT: f32 = 2.0;
/// The most examples: what comes from people's mail grows, and training costs its square.
const EXAMPLES_MAX: usize = 4_000;
/// Parts of the examples that are held out in turn.
const FOLDS: usize = 3;
/// The phrases that are asked for the class that they are of.
const NEIGHBOURS: usize = 5;
/// Where there are too few examples to find one.
const DEFAULT_TEMPERATURE: f64 = 0.5;
/// An example that weighs less is no phrase of a customer: nothing is near to it, and it is not held out.
const PHRASE_WEIGHT: f32 = 0.5;

/// A phrase with its intent; `None` is a phrase that no article covers.
#[derive(Clone, Debug)]
pub struct Example {
    text: String,
    label: String,
    weight: f32,
    kind: Kind,
}

/// What an example's text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// What a customer could write.
    Phrase,
    /// The same, written for a topic that the article was found to be about.
    Lent,
    /// A text about the same things that no customer would write.
    Text,
}

impl Example {
    /// A phrase that a customer could write.
    #[must_use]
    pub fn phrase(text: &str, intent: Option<&str>, weight: f32) -> Self {
        Self {
            text: text.to_owned(),
            label: intent.unwrap_or(NONE).to_owned(),
            weight,
            kind: Kind::Phrase,
        }
    }

    /// A phrase that customers of any desk write, lent to the article that is about the same.
    #[must_use]
    pub fn lent(text: &str, intent: &str, weight: f32) -> Self {
        Self {
            kind: Kind::Lent,
            ..Self::phrase(text, Some(intent), weight)
        }
    }

    /// A text about the same things that no customer would write, such as the answer.
    #[must_use]
    pub fn background(text: &str, intent: &str, weight: f32) -> Self {
        Self {
            text: text.to_owned(),
            label: intent.to_owned(),
            weight,
            kind: Kind::Text,
        }
    }

    #[cfg(test)]
    pub(super) fn weight(&self) -> f32 {
        self.weight
    }

    fn is_phrase(&self) -> bool {
        self.kind != Kind::Text
    }
}

/// How alike two texts usually are that mean the same here: the mean, and how far it strays.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Usual {
    mean: f64,
    deviation: f64,
}

impl Usual {
    fn of(values: &[f64]) -> Self {
        #[allow(clippy::cast_precision_loss)]
        let count = values.len().max(1) as f64;
        let mean = values.iter().sum::<f64>() / count;
        let variance = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
        Self {
            mean,
            deviation: variance.sqrt().max(0.03),
        }
    }

    /// How many deviations above what is usual.
    pub(super) fn deviations(self, value: f64) -> f64 {
        ((value - self.mean) / self.deviation).clamp(-4.0, 4.0)
    }
}

/// What was learned of the meanings of the examples.
#[derive(Debug)]
struct Meanings {
    encoder: Arc<Encoder>,
    /// A row for each example.
    examples: Array2<f32>,
    /// A row for each class: the mean of its phrases.
    centers: Array2<f32>,
    /// A column for each class.
    weights: Array2<f32>,
}

/// A trained classifier.
#[derive(Debug)]
pub struct Model {
    pub(super) classes: Vec<String>,
    /// Phrases of each class.
    pub(super) shots: Vec<usize>,
    /// Whether each class was lent phrases.
    pub(super) is_lent: Vec<bool>,
    vocabulary: Vocabulary,
    /// Row by feature, a column for each class.
    weights: Vec<f32>,
    meanings: Option<Meanings>,
    temperature: f64,
    labels: Vec<usize>,
    is_phrase: Vec<bool>,
    /// For each feature the examples that have it, to find the nearest one.
    postings: Vec<Sparse>,
    pub(super) usual_words: Usual,
    pub(super) usual_meaning: Usual,
}

/// What is known of one text, class by class in the order of the model's classes.
#[derive(Clone, Debug)]
pub(super) struct Scores {
    pub(super) probabilities: Vec<f64>,
    /// The same in the sentence of a mail that speaks the most for the class.
    pub(super) in_sentence: Vec<f64>,
    /// How near the nearest example is, by words and letters.
    pub(super) near_words: Vec<f64>,
    /// How near the nearest example is, by meaning; zeros without a model of meaning.
    pub(super) near_meaning: Vec<f64>,
    /// How near the middle of the class is, by meaning.
    pub(super) near_center: Vec<f64>,
    /// The share of the class among the nearest phrases, all views together.
    pub(super) neighbours: Vec<f64>,
    /// The share of the text's weight that the examples know.
    pub(super) known: f64,
    /// Words.
    pub(super) length: usize,
}

impl Model {
    /// Trains on examples. Of more than a few thousand, the later ones of each class are left out.
    #[must_use]
    pub fn train(examples: &[Example], encoder: Option<&Arc<Encoder>>) -> Self {
        let examples = bounded(examples);
        let mut classes: Vec<String> = examples.iter().map(|one| one.label.clone()).collect();
        classes.sort();
        classes.dedup();
        let labels: Vec<usize> = examples
            .iter()
            .map(|one| classes.binary_search(&one.label).unwrap_or(0))
            .collect();
        let texts: Vec<&str> = examples.iter().map(|one| one.text.as_str()).collect();
        let (vocabulary, vectors) = Vocabulary::learn(&texts, super::concepts());
        let postings = postings(&vocabulary, &vectors);
        let meaning = encoder.map(|encoder| rows(directions_of(&examples, encoder)));
        let alike = alike(&vectors, &postings, meaning.as_ref());
        let weights: Vec<f32> = examples.iter().map(|one| one.weight).collect();
        let is_phrase: Vec<bool> = examples.iter().map(|one| one.is_phrase()).collect();
        let counts = Counts {
            labels: &labels,
            weights: &weights,
            is_phrase: &is_phrase,
            classes: classes.len(),
        };
        let fit_all = || fit(&alike, &labels, &weights, classes.len());
        let (worth, temperature) = std::thread::scope(|scope| {
            let worth = scope.spawn(fit_all);
            let temperature = temperature(&alike, &counts);
            (worth.join().unwrap_or_else(|_| fit_all()), temperature)
        });
        let usual = |near: &dyn Fn(usize, usize) -> f64| usual(&counts, &classes, near);
        let near_words = |a: usize, b: usize| {
            let by_meaning = meaning.as_ref().map_or(0.0, |rows| dot(rows, a, b));
            let all = alike.get((a, b)).copied().unwrap_or_default();
            f64::from(all) - f64::from(MEANING_WEIGHT * MEANING_WEIGHT) * by_meaning
        };
        let usual_words = usual(&near_words);
        let usual_meaning = meaning
            .as_ref()
            .map_or_else(Usual::default, |rows| usual(&|a, b| dot(rows, a, b)));
        let meanings = encoder.zip(meaning).map(|(encoder, examples)| Meanings {
            encoder: Arc::clone(encoder),
            centers: centers(&examples, &counts),
            weights: examples.t().dot(&worth) * (MEANING_WEIGHT * MEANING_WEIGHT),
            examples,
        });
        Self {
            shots: shots(&counts),
            is_lent: is_lent(&examples, &classes),
            weights: feature_weights(&vectors, &worth, vocabulary.size()),
            classes,
            vocabulary,
            meanings,
            temperature,
            labels,
            is_phrase,
            postings,
            usual_words,
            usual_meaning,
        }
    }

    /// Whether meanings are known, not only words.
    pub(super) fn encoder(&self) -> Option<&Encoder> {
        self.meanings.as_ref().map(|known| known.encoder.as_ref())
    }

    /// The directions of texts; empty ones without a model of meaning.
    pub(super) fn directions(&self, texts: &[&str]) -> Vec<Vec<f32>> {
        self.encoder().map_or_else(
            || vec![Vec::new(); texts.len()],
            |encoder| encoder.encode_recalled(texts),
        )
    }

    /// The scores of one text, whose direction is known.
    pub(super) fn score(&self, text: &str, direction: &[f32]) -> Scores {
        let vector = self.vocabulary.vector(text);
        let width = self.classes.len();
        let mut scores = vec![0.0_f32; width];
        let mut similarity = vec![0.0_f32; self.labels.len()];
        for (feature, value) in &vector.sparse {
            let start = feature * width;
            let columns = self.weights.get(start..start + width).unwrap_or_default();
            for (cell, weight) in scores.iter_mut().zip(columns) {
                *cell += value * weight;
            }
            for (example, other) in self.postings.get(*feature).into_iter().flatten() {
                if let Some(cell) = similarity.get_mut(*example) {
                    *cell += value * other;
                }
            }
        }
        let near_words = self.nearest(similarity.iter().copied());
        let mut alike = similarity;
        let (mut near_meaning, mut near_center) = (vec![0.0; width], vec![0.0; width]);
        if let Some(known) = &self.meanings {
            let direction = Array1::from_vec(direction.to_vec());
            if direction.len() == known.examples.ncols() {
                for (cell, add) in scores.iter_mut().zip(known.weights.t().dot(&direction)) {
                    *cell += add;
                }
                let by_meaning = known.examples.dot(&direction);
                for (cell, add) in alike.iter_mut().zip(&by_meaning) {
                    *cell += MEANING_WEIGHT * MEANING_WEIGHT * add;
                }
                near_meaning = self.nearest(by_meaning);
                near_center = known
                    .centers
                    .dot(&direction)
                    .iter()
                    .map(|x| f64::from(*x))
                    .collect();
            }
        }
        let probabilities = tempered(&scores, self.temperature);
        Scores {
            in_sentence: probabilities.clone(),
            probabilities,
            near_words,
            near_meaning,
            near_center,
            neighbours: self.neighbours(&alike),
            known: vector.known,
            length: vector.length,
        }
    }

    /// The share of each class among the few phrases that are the most alike.
    fn neighbours(&self, alike: &[f32]) -> Vec<f64> {
        let mut nearest: Vec<(f32, usize)> = Vec::with_capacity(NEIGHBOURS + 1);
        let examples = self.labels.iter().zip(&self.is_phrase);
        for (value, (label, _)) in alike
            .iter()
            .zip(examples)
            .filter(|(_, (_, phrase))| **phrase)
        {
            let place = nearest.partition_point(|(other, _)| other >= value);
            if place < NEIGHBOURS {
                nearest.insert(place, (*value, *label));
                nearest.truncate(NEIGHBOURS);
            }
        }
        let mut shares = vec![0.0; self.classes.len()];
        for (_, label) in &nearest {
            if let Some(cell) = shares.get_mut(*label) {
                *cell += 1.0 / NEIGHBOURS as f64;
            }
        }
        shares
    }

    /// How near the nearest phrase of each class is.
    fn nearest(&self, similarity: impl IntoIterator<Item = f32>) -> Vec<f64> {
        let mut nearest = vec![0.0_f64; self.classes.len()];
        let examples = self.labels.iter().zip(&self.is_phrase);
        for (value, (label, is_phrase)) in similarity.into_iter().zip(examples) {
            if let Some(cell) = nearest.get_mut(*label).filter(|_| *is_phrase) {
                *cell = cell.max(f64::from(value));
            }
        }
        nearest
    }
}

/// What is known of the examples by number.
struct Counts<'a> {
    labels: &'a [usize],
    weights: &'a [f32],
    is_phrase: &'a [bool],
    classes: usize,
}

/// What the examples mean. An answer's text is long and says many things: it counts by its words alone, and costs no time.
fn directions_of(examples: &[&Example], encoder: &Encoder) -> Vec<Vec<f32>> {
    let is_read = |example: &&&Example| example.is_phrase();
    let texts: Vec<&str> = examples
        .iter()
        .filter(is_read)
        .map(|one| one.text.as_str())
        .collect();
    let mut read = encoder.encode_kept(&texts).into_iter();
    let nothing = vec![0.0; encoder.width()];
    examples
        .iter()
        .map(|example| {
            let own = example.is_phrase().then(|| read.next()).flatten();
            own.unwrap_or_else(|| nothing.clone())
        })
        .collect()
}

/// At most so many examples, each class cut to the same length.
fn bounded(examples: &[Example]) -> Vec<&Example> {
    let mut most = EXAMPLES_MAX;
    loop {
        let mut seen: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
        let kept: Vec<&Example> = examples
            .iter()
            .filter(|one| {
                let count = seen.entry(&one.label).or_insert(0);
                *count += 1;
                *count <= most
            })
            .collect();
        if kept.len() <= EXAMPLES_MAX || most <= 1 {
            return kept;
        }
        most = (most / 2).min(most - 1);
    }
}

fn rows(directions: Vec<Vec<f32>>) -> Array2<f32> {
    let width = directions.first().map_or(0, Vec::len);
    let count = directions.len();
    let flat = directions.into_iter().flatten().collect();
    Array2::from_shape_vec((count, width), flat).unwrap_or_default()
}

fn dot(rows: &Array2<f32>, a: usize, b: usize) -> f64 {
    let row = |index| (index < rows.nrows()).then(|| rows.index_axis(Axis(0), index));
    row(a)
        .zip(row(b))
        .map_or(0.0, |(a, b)| f64::from(a.dot(&b)))
}

/// How alike each two examples are.
fn alike(vectors: &[Vector], postings: &[Sparse], meaning: Option<&Array2<f32>>) -> Array2<f32> {
    let count = vectors.len();
    let mut alike = meaning.map_or_else(
        || Array2::zeros((count, count)),
        |rows| rows.dot(&rows.t()) * (MEANING_WEIGHT * MEANING_WEIGHT),
    );
    for (vector, mut row) in vectors.iter().zip(alike.rows_mut()) {
        for (feature, value) in &vector.sparse {
            for (other, weight) in postings.get(*feature).into_iter().flatten() {
                if let Some(cell) = row.get_mut(*other) {
                    *cell += value * weight;
                }
            }
        }
    }
    alike
}

/// How alike each two texts are, by words, letters and, with an encoder, meaning.
pub(super) fn alike_texts(texts: &[&str], encoder: Option<&Arc<Encoder>>) -> Array2<f32> {
    let (vocabulary, vectors) = Vocabulary::learn(texts, super::concepts());
    let meaning = encoder.map(|encoder| rows(encoder.encode_kept(texts)));
    alike(&vectors, &postings(&vocabulary, &vectors), meaning.as_ref())
}

/// For each feature the texts that have it.
fn postings(vocabulary: &Vocabulary, vectors: &[Vector]) -> Vec<Sparse> {
    let mut postings: Vec<Sparse> = vec![Vec::new(); vocabulary.size()];
    for (index, vector) in vectors.iter().enumerate() {
        for (feature, value) in &vector.sparse {
            if let Some(list) = postings.get_mut(*feature) {
                list.push((index, *value));
            }
        }
    }
    postings
}

/// The weight of each feature for each class.
fn feature_weights(vectors: &[Vector], worth: &Array2<f32>, features: usize) -> Vec<f32> {
    let width = worth.ncols();
    let mut weights = vec![0.0; features * width];
    for (vector, row) in vectors.iter().zip(worth.rows()) {
        for (feature, value) in &vector.sparse {
            let start = feature * width;
            for (cell, share) in weights
                .get_mut(start..start + width)
                .unwrap_or_default()
                .iter_mut()
                .zip(&row)
            {
                *cell += value * share;
            }
        }
    }
    weights
}

fn shots(counts: &Counts<'_>) -> Vec<usize> {
    let mut shots = vec![0; counts.classes];
    for (label, is_phrase) in counts.labels.iter().zip(counts.is_phrase) {
        if let Some(cell) = shots.get_mut(*label) {
            *cell += usize::from(*is_phrase);
        }
    }
    shots
}

fn is_lent(examples: &[&Example], classes: &[String]) -> Vec<bool> {
    let lent: BTreeSet<&str> = examples
        .iter()
        .filter(|one| one.kind == Kind::Lent)
        .map(|one| one.label.as_str())
        .collect();
    let has = |class: &String| lent.contains(class.as_str());
    classes.iter().map(has).collect()
}

fn centers(meaning: &Array2<f32>, counts: &Counts<'_>) -> Array2<f32> {
    let mut centers = Array2::<f32>::zeros((counts.classes, meaning.ncols()));
    for ((row, label), is_phrase) in meaning
        .rows()
        .into_iter()
        .zip(counts.labels)
        .zip(counts.is_phrase)
    {
        if *is_phrase && *label < counts.classes {
            let mut center = centers.index_axis_mut(Axis(0), *label);
            center += &row;
        }
    }
    for mut row in centers.rows_mut() {
        let length = row.dot(&row).sqrt();
        if length > 0.0 {
            row /= length;
        }
    }
    centers
}

/// How near the nearest other phrase of its own class usually is to a phrase.
fn usual(counts: &Counts<'_>, classes: &[String], near: &dyn Fn(usize, usize) -> f64) -> Usual {
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); classes.len()];
    for (index, (label, is_phrase)) in counts.labels.iter().zip(counts.is_phrase).enumerate() {
        let is_none = classes.get(*label).is_some_and(|class| class == NONE);
        if let Some(list) = members.get_mut(*label).filter(|_| *is_phrase && !is_none) {
            list.push(index);
        }
    }
    let mut values = Vec::new();
    for list in &members {
        for one in list {
            let best = list
                .iter()
                .filter(|other| *other != one)
                .map(|other| near(*one, *other))
                .fold(f64::NAN, f64::max);
            if best.is_finite() {
                values.push(best);
            }
        }
    }
    Usual::of(&values)
}

/// The temperature at which the probabilities of held-out phrases are the most honest (least log loss).
fn temperature(alike: &Array2<f32>, counts: &Counts<'_>) -> f64 {
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
    let pick = |list: &[usize]| alike.select(Axis(0), list).select(Axis(1), &rest);
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

fn tempered(scores: &[f32], temperature: f64) -> Vec<f64> {
    #[allow(clippy::cast_possible_truncation)]
    let mut cooled: Vec<f32> = scores
        .iter()
        .map(|score| (f64::from(*score) / temperature) as f32)
        .collect();
    softmax(&mut cooled);
    cooled.into_iter().map(f64::from).collect()
}
