//! What does a whole mail ask for? Its sentences and the whole, weighed together, and how sure that is.

use super::example::NONE;
use super::model::{Model, Scores};
use super::rejector::{self, Evidence, Field};
use super::vocabulary::Token;

/// What the whole mail and the mean of its sentences weigh, and how much a phrase in the same words adds (measured on `config/desk`).
const VIEW_WEIGHT: f64 = 0.6;
const PHRASE_WEIGHT: f64 = 5.0;
/// So many words of a mail are read for what they mean: most mails have less, and each costs a third of a millisecond.
const WORDS_MEANT_MAX: usize = 85;
/// No view alone can rule an intent out.
const LEAST: f64 = 1e-6;

/// What was read from a whole mail.
#[derive(Debug)]
pub struct Reading<'a> {
    model: &'a Model,
    /// Intents by falling confidence, without "none of these".
    pub(super) ranking: Vec<(String, f64)>,
    sentences: Vec<Scores>,
    whole: Scores,
}

impl Model {
    /// Reads a mail: its sentences with their weights, and the whole. `None` for no sentence.
    #[must_use]
    pub fn read(&self, sentences: &[(&str, f64)]) -> Option<Reading<'_>> {
        let texts: Vec<&str> = sentences.iter().map(|(text, _)| *text).collect();
        let directions = self.directions_of_most_telling(sentences);
        let tokens: Vec<Vec<Token>> = texts.iter().map(|text| self.tokens(text)).collect();
        let scored: Vec<Scores> = tokens
            .iter()
            .zip(&directions)
            .map(|(text, direction)| self.score(&text.iter().collect::<Vec<_>>(), direction))
            .collect();
        let whole = match scored.as_slice() {
            [] => return None,
            [only] => only.clone(),
            _ => {
                // The whole mail's meaning is the mean of its sentences': one pass through the encoder serves both views.
                let direction = middle(&directions, sentences);
                let whole: Vec<&Token> = tokens.iter().flatten().collect();
                let whole = self.score(&whole, &direction);
                self.joined(&whole, &scored, sentences)
            }
        };
        let ranking = self.ranking(&whole);
        Some(Reading {
            model: self,
            ranking,
            sentences: scored,
            whole,
        })
    }

    /// What the sentences mean, the most telling ones first and no more words than are worth the time: what asks comes before what tells. The
    /// others are known by their words alone.
    fn directions_of_most_telling(&self, sentences: &[(&str, f64)]) -> Vec<Vec<f32>> {
        let length = |text: &str| text.split_whitespace().count();
        let all: usize = sentences.iter().map(|(text, _)| length(text)).sum();
        let mut places: Vec<usize> = (0..sentences.len()).collect();
        if all > WORDS_MEANT_MAX {
            let weight = |place: usize| sentences.get(place).map_or(0.0, |(_, weight)| *weight);
            places.sort_by(|a, b| weight(*b).total_cmp(&weight(*a)).then(a.cmp(b)));
            let mut left = WORDS_MEANT_MAX;
            places.retain(|place| {
                let words = sentences.get(*place).map_or(0, |(text, _)| length(text));
                let fits = words <= left;
                left -= if fits { words } else { 0 };
                fits
            });
        }
        let texts: Vec<&str> = places
            .iter()
            .filter_map(|place| sentences.get(*place).map(|(text, _)| *text))
            .collect();
        let found = self.directions(&texts);
        let width = found.first().map_or(0, Vec::len);
        let mut directions = vec![vec![0.0; width]; sentences.len()];
        for (place, direction) in places.into_iter().zip(found) {
            if let Some(cell) = directions.get_mut(place) {
                *cell = direction;
            }
        }
        directions
    }

    /// The whole mail, its sentences in the mean, and the phrase that the whole mail is the most alike must agree on an intent.
    fn joined(&self, whole: &Scores, scored: &[Scores], sentences: &[(&str, f64)]) -> Scores {
        let at = |list: &[f64], class: usize| list.get(class).copied().unwrap_or(0.0);
        let best = |pick: &dyn Fn(&Scores) -> f64, start: f64| {
            scored.iter().map(pick).fold(start, f64::max)
        };
        let mut joined = whole.clone();
        let mut total = 0.0;
        #[allow(clippy::cast_precision_loss)]
        let count = sentences.len() as f64;
        for class in 0..self.classes.len() {
            let mean: f64 = scored
                .iter()
                .zip(sentences)
                .map(|(scores, (_, weight))| at(&scores.probabilities, class) * weight / count)
                .sum();
            let both = at(&whole.probabilities, class).max(LEAST).powf(VIEW_WEIGHT)
                * mean.max(LEAST).powf(VIEW_WEIGHT)
                * (PHRASE_WEIGHT * at(&whole.near_words, class)).exp();
            total += both;
            set(&mut joined.probabilities, class, both);
            set(
                &mut joined.in_sentence,
                class,
                best(&|scores| at(&scores.probabilities, class), 0.0),
            );
            set(
                &mut joined.near_words,
                class,
                best(
                    &|scores| at(&scores.near_words, class),
                    at(&whole.near_words, class),
                ),
            );
            set(
                &mut joined.near_meaning,
                class,
                best(
                    &|scores| at(&scores.near_meaning, class),
                    at(&whole.near_meaning, class),
                ),
            );
            set(
                &mut joined.neighbours,
                class,
                best(
                    &|scores| at(&scores.neighbours, class),
                    at(&whole.neighbours, class),
                ),
            );
            set(
                &mut joined.near_center,
                class,
                best(
                    &|scores| at(&scores.near_center, class),
                    at(&whole.near_center, class),
                ),
            );
        }
        for value in &mut joined.probabilities {
            *value /= total.max(1e-9);
        }
        joined
    }

    /// Intents by falling confidence.
    fn ranking(&self, scores: &Scores) -> Vec<(String, f64)> {
        let field = Field::of(self, scores);
        let best = best_class(self, scores);
        let mut ranking: Vec<(String, f64)> = self
            .classes
            .iter()
            .enumerate()
            .filter(|(_, class)| *class != NONE)
            .map(|(index, class)| {
                let sure = rejector::confidence(
                    &rejector::evidence(self, scores, &field, index),
                    self.encoder(),
                );
                let own = scores.probabilities.get(index).copied().unwrap_or(0.0);
                // Only one can be right: each but the best has no more than its own probability.
                let confidence = if best == Some(index) {
                    sure
                } else {
                    sure.min(own)
                };
                (class.clone(), confidence)
            })
            .collect();
        ranking.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        ranking
    }

    /// How sure it is that a text means its best class: what the rejector says.
    fn confidence_of_best(&self, scores: &Scores, best: usize) -> f64 {
        let evidence = rejector::evidence(self, scores, &Field::of(self, scores), best);
        rejector::confidence(&evidence, self.encoder())
    }

    /// The best class of a text, whatever "none of these" says; for measuring.
    #[must_use]
    pub fn argmax(&self, text: &str) -> Option<(&str, f64)> {
        let reading = self.read(&[(text, 1.0)])?;
        let class = best_class(self, &reading.whole)?;
        let confidence = self.confidence_of_best(&reading.whole, class);
        Some((self.classes.get(class)?, confidence))
    }

    /// What the rejector is told of a mail: the best class, and the evidence; for fitting it.
    #[must_use]
    pub fn evidence(&self, sentences: &[(&str, f64)]) -> Option<(&str, Evidence)> {
        let reading = self.read(sentences)?;
        let class = best_class(self, &reading.whole)?;
        let field = Field::of(self, &reading.whole);
        let evidence = rejector::evidence(self, &reading.whole, &field, class);
        Some((self.classes.get(class)?, evidence))
    }
}

fn best_class(model: &Model, scores: &Scores) -> Option<usize> {
    model
        .classes
        .iter()
        .zip(&scores.probabilities)
        .enumerate()
        .filter(|(_, (class, _))| *class != NONE)
        .max_by(|(i, (_, a)), (j, (_, b))| a.total_cmp(b).then(j.cmp(i)))
        .map(|(index, _)| index)
}

fn set(list: &mut [f64], index: usize, value: f64) {
    if let Some(cell) = list.get_mut(index) {
        *cell = value;
    }
}

fn middle(directions: &[Vec<f32>], sentences: &[(&str, f64)]) -> Vec<f32> {
    let mut sum = vec![0.0; directions.first().map_or(0, Vec::len)];
    for (direction, (_, weight)) in directions.iter().zip(sentences) {
        #[allow(clippy::cast_possible_truncation)]
        for (cell, x) in sum.iter_mut().zip(direction) {
            *cell += x * *weight as f32;
        }
    }
    let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 {
        sum.iter_mut().for_each(|x| *x /= length);
    }
    sum
}

impl Reading<'_> {
    /// The sentence that spoke most for an intent.
    pub(super) fn best_sentence(&self, intent: &str) -> Option<usize> {
        let class = self.class(intent)?;
        self.sentences
            .iter()
            .enumerate()
            .max_by(|(i, a), (j, b)| {
                let at = |scores: &Scores| scores.probabilities.get(class).copied().unwrap_or(0.0);
                at(a).total_cmp(&at(b)).then(j.cmp(i))
            })
            .map(|(index, _)| index)
    }

    fn class(&self, intent: &str) -> Option<usize> {
        self.model.classes.iter().position(|class| class == intent)
    }

    /// How likely a sentence means an intent.
    pub(super) fn sentence_probability(&self, position: usize, intent: &str) -> f64 {
        self.class(intent)
            .and_then(|class| self.sentences.get(position)?.probabilities.get(class))
            .copied()
            .unwrap_or(0.0)
    }

    /// What one sentence says, taken by itself.
    pub(super) fn sentence_says(&self, position: usize) -> Option<Said<'_>> {
        let scores = self.sentences.get(position)?;
        let class = best_class(self.model, scores)?;
        let own = scores.probabilities.get(class).copied().unwrap_or(0.0);
        let none = self
            .class(NONE)
            .and_then(|none| scores.probabilities.get(none));
        Some(Said {
            intent: self.model.classes.get(class)?,
            confidence: self.model.confidence_of_best(scores, class),
            rather_none: none.is_some_and(|none| *none > own),
        })
    }
}

/// The best intent of a sentence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said<'a> {
    pub(super) intent: &'a str,
    pub(super) confidence: f64,
    /// That no article is about it is likelier still.
    pub(super) rather_none: bool,
}
