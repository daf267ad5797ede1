//! Which intent do a text's words, letters and meaning speak for? Logistic regression over examples, its probabilities made honest by a
//! temperature from examples that were held out (Guo et al. 2017), and how near the examples are. The same examples give the same
//! model, to the bit.

use super::super::meaning::Encoder;
use super::calibration::{temperature, tempered};
use super::draft::learn;
use super::example::{Example, Kind, NONE, bounded};
use super::postings::Postings;
use super::regression::fit;
use super::vocabulary::{Sparse, Token, Vocabulary};
use ndarray::{Array2, ArrayView1, Axis};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What the meaning weighs beside words and letters.
const MEANING_WEIGHT: f32 = 2.0;
/// The phrases that are asked for the class that they are of.
const NEIGHBOURS: usize = 5;

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
    /// A row for each phrase.
    phrases: Array2<f32>,
    /// A row for each class: the mean of its phrases.
    centers: Array2<f32>,
    /// A row for each class: a text's direction is laid along it as it lies in memory.
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
    /// The class of each phrase. Only phrases can be near to a text.
    labels: Vec<usize>,
    /// For each feature the phrases that have it, to find the nearest one.
    postings: Postings,
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
        let (vocabulary, vectors) = learn(&texts);
        let meaning = encoder.map(|encoder| rows(directions_of(&examples, encoder)));
        let alike = alike(&vectors, vocabulary.size(), meaning.as_ref());
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
        drop(alike);
        let phrases: Vec<usize> = (0..examples.len())
            .filter(|index| is_phrase.get(*index) == Some(&true))
            .collect();
        let meanings = encoder.zip(meaning).map(|(encoder, examples)| Meanings {
            encoder: Arc::clone(encoder),
            centers: centers(&examples, &counts),
            weights: by_class(&examples.t().dot(&worth)),
            phrases: examples.select(Axis(0), &phrases),
        });
        let of_phrases = phrases.iter().filter_map(|index| vectors.get(*index));
        let labels_of_phrases = phrases
            .iter()
            .filter_map(|index| labels.get(*index).copied());
        Self {
            shots: shots(&counts),
            is_lent: is_lent(&examples, &classes),
            weights: feature_weights(&vectors, &worth, vocabulary.size()),
            postings: Postings::of(of_phrases, vocabulary.size()),
            labels: labels_of_phrases.collect(),
            classes,
            vocabulary,
            meanings,
            temperature,
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

    /// The words of a text, looked up for [`Model::score`].
    pub(super) fn tokens(&self, text: &str) -> Vec<Token> {
        self.vocabulary.tokens(text)
    }

    /// The scores of one text, whose direction is known.
    pub(super) fn score(&self, text: &[&Token], direction: &[f32]) -> Scores {
        let vector = self.vocabulary.vector(text);
        let width = self.classes.len();
        let mut scores = vec![0.0_f32; width];
        let mut similarity = vec![0.0_f32; self.labels.len()];
        for (feature, value) in &vector.sparse {
            let start = *feature as usize * width;
            let columns = self.weights.get(start..start + width).unwrap_or_default();
            for (cell, weight) in scores.iter_mut().zip(columns) {
                *cell += value * weight;
            }
        }
        self.postings.add_alike(&vector.sparse, &mut similarity);
        let near_words = self.nearest(similarity.iter().copied());
        let mut alike = similarity;
        let (mut near_meaning, mut near_center) = (vec![0.0; width], vec![0.0; width]);
        if let Some(known) = &self.meanings {
            // A sentence that was not read for what it means points nowhere, and is near to nothing.
            let is_read = direction.iter().any(|x| *x != 0.0);
            let direction = ArrayView1::from(direction);
            if is_read && direction.len() == known.phrases.ncols() {
                for (cell, add) in scores.iter_mut().zip(known.weights.dot(&direction)) {
                    *cell += add;
                }
                let by_meaning = known.phrases.dot(&direction);
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
        for (value, label) in alike.iter().zip(&self.labels) {
            // Most are far.
            let farthest = nearest.get(NEIGHBOURS - 1);
            if farthest.is_some_and(|(other, _)| other >= value) {
                continue;
            }
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
        let mut nearest = vec![0.0_f32; self.classes.len()];
        for (value, label) in similarity.into_iter().zip(&self.labels) {
            if let Some(cell) = nearest.get_mut(*label) {
                *cell = cell.max(value);
            }
        }
        nearest.into_iter().map(f64::from).collect()
    }
}

/// What is known of the examples by number.
pub(super) struct Counts<'a> {
    pub(super) labels: &'a [usize],
    pub(super) weights: &'a [f32],
    pub(super) is_phrase: &'a [bool],
    pub(super) classes: usize,
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

/// The weights of meanings, a row for each class.
fn by_class(weights: &Array2<f32>) -> Array2<f32> {
    let turned = weights.t();
    Array2::from_shape_fn(turned.dim(), |at| {
        turned.get(at).copied().unwrap_or_default() * (MEANING_WEIGHT * MEANING_WEIGHT)
    })
}

/// How alike each two examples are.
fn alike(vectors: &[Sparse], features: usize, meaning: Option<&Array2<f32>>) -> Array2<f32> {
    let postings = Postings::of(vectors.iter(), features);
    let count = vectors.len();
    let mut alike = meaning.map_or_else(
        || Array2::zeros((count, count)),
        |rows| rows.dot(&rows.t()) * (MEANING_WEIGHT * MEANING_WEIGHT),
    );
    for (vector, mut row) in vectors.iter().zip(alike.rows_mut()) {
        postings.add_alike(vector, row.as_slice_mut().unwrap_or_default());
    }
    alike
}

/// How alike each two texts are, by words, letters and, with an encoder, meaning.
pub(super) fn alike_texts(texts: &[&str], encoder: Option<&Arc<Encoder>>) -> Array2<f32> {
    let (vocabulary, vectors) = learn(texts);
    let features = vocabulary.size();
    drop(vocabulary);
    let meaning = encoder.map(|encoder| rows(encoder.encode_kept(texts)));
    alike(&vectors, features, meaning.as_ref())
}

/// The weight of each feature for each class.
fn feature_weights(vectors: &[Sparse], worth: &Array2<f32>, features: usize) -> Vec<f32> {
    let width = worth.ncols();
    let mut weights = vec![0.0; features * width];
    for (vector, row) in vectors.iter().zip(worth.rows()) {
        for (feature, value) in vector {
            let start = *feature as usize * width;
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
