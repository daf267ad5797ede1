//! Did people write what an article says? Texts are compared by the words that they share, rare ones counting more (tf-idf, cosine).
//!
//! Reads hostile input; bounded by the number of words that are looked at.

use crate::config::{IntentName, Language};
use crate::knowledge::Knowledge;
use std::collections::BTreeMap;

/// From here on two texts say the same. Chosen by reading, not measured on people's real answers: an article with a greeting around it is far above,
/// texts about different matters are below, and a short answer in other words may be as well (docs/replay.md says so).
const ALIKE: f64 = 0.35;

/// So many words of a text are looked at.
const WORDS_MAX: usize = 2_000;

/// What people's answers are held against.
pub(crate) struct Articles {
    weights: BTreeMap<String, f64>,
    /// The weight of a word that stands in no article.
    unknown: f64,
    articles: Vec<(IntentName, Language, Direction)>,
}

/// The words of a text by weight, of length 1.
type Direction = BTreeMap<String, f64>;

/// What an answer says, held against the articles.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Says {
    /// The article that says the same, where one does.
    pub(crate) article: Option<IntentName>,
    /// How much it has in common with the article that was expected, 0 to 1.
    pub(crate) likeness: f64,
}

impl Articles {
    pub(crate) fn of(knowledge: &Knowledge) -> Self {
        let texts: Vec<(IntentName, Language, Vec<String>)> = (knowledge.topics.values())
            .flat_map(|topic| {
                let written = topic.articles.iter();
                let written = written.filter(|(_, article)| article.is_written());
                written.map(|(language, article)| {
                    (topic.intent.clone(), language.clone(), words(&article.body))
                })
            })
            .collect();
        let mut holding: BTreeMap<String, usize> = BTreeMap::new();
        for (_, _, words) in &texts {
            let mut once = words.clone();
            once.sort_unstable();
            once.dedup();
            for word in once {
                *holding.entry(word).or_default() += 1;
            }
        }
        let all = texts.len() as f64;
        let weight = |holding: usize| ((all + 1.0) / (holding as f64 + 0.5)).ln();
        let weights = (holding.into_iter())
            .map(|(word, holding)| (word, weight(holding)))
            .collect();
        let mut articles = Self {
            weights,
            unknown: weight(0),
            articles: Vec::new(),
        };
        let directions = texts.into_iter().map(|(intent, language, words)| {
            let direction = articles.direction(&words);
            (intent, language, direction)
        });
        articles.articles = directions.collect();
        articles
    }

    /// What an answer says. `expected` is the article that would have been used or was nearest.
    pub(crate) fn says(&self, answer: &str, expected: Option<&IntentName>) -> Says {
        let direction = self.direction(&words(answer));
        let mut nearest: Option<(&IntentName, f64)> = None;
        let mut likeness = 0.0_f64;
        for (intent, _, article) in &self.articles {
            let alike = in_common(&direction, article);
            if expected == Some(intent) {
                likeness = likeness.max(alike);
            }
            if nearest.is_none_or(|(_, most)| alike > most) {
                nearest = Some((intent, alike));
            }
        }
        let article = nearest
            .filter(|(_, alike)| *alike >= ALIKE)
            .map(|(intent, _)| intent.clone());
        Says { article, likeness }
    }

    fn direction(&self, words: &[String]) -> Direction {
        let mut direction = Direction::new();
        for word in words {
            *direction.entry(word.clone()).or_default() += 1.0;
        }
        for (word, count) in &mut direction {
            let weight = self.weights.get(word).copied().unwrap_or(self.unknown);
            // A word that comes ten times says little more than one that comes thrice.
            *count = (1.0 + count.ln()) * weight;
        }
        let length = direction
            .values()
            .map(|part| part * part)
            .sum::<f64>()
            .sqrt();
        if length > 0.0 {
            for part in direction.values_mut() {
                *part /= length;
            }
        }
        direction
    }
}

fn in_common(one: &Direction, other: &Direction) -> f64 {
    let (few, many) = match one.len() <= other.len() {
        true => (one, other),
        false => (other, one),
    };
    (few.iter())
        .filter_map(|(word, part)| Some(part * many.get(word)?))
        .sum()
}

/// Words of three letters and more, folded; numbers count as words.
pub(crate) fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    let long = words.filter(|word| word.chars().nth(2).is_some());
    long.take(WORDS_MAX).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Knowledge;

    fn articles() -> Articles {
        let mut articles = Articles::of(&Knowledge::default());
        let texts = [
            (
                "delivery-time",
                "Your parcel leaves us on the next working day and arrives two days later. You get a tracking link by mail.",
            ),
            (
                "opening-hours",
                "The shop is open Monday to Friday from nine to six, and on Saturday until two.",
            ),
        ];
        for (intent, text) in texts {
            let direction = articles.direction(&words(text));
            let entry = (
                IntentName(intent.to_owned()),
                Language("en".to_owned()),
                direction,
            );
            articles.articles.push(entry);
        }
        articles
    }

    #[test]
    fn the_same_in_other_words_is_told_from_something_else() {
        let articles = articles();
        let expected = IntentName("delivery-time".to_owned());
        let same = articles.says(
            "Hello Ann, your parcel left us yesterday and arrives in two days; the tracking link is on its way to you by mail.",
            Some(&expected),
        );
        assert_eq!(same.article, Some(expected.clone()), "{same:?}");
        let other = articles.says(
            "I am sorry, the cup was broken. We send you a new one free of charge.",
            Some(&expected),
        );
        assert_eq!(other.article, None, "{other:?}");
        assert!(other.likeness < same.likeness);
        let hours = articles.says(
            "We open on Monday at nine, the shop closes at six; Saturday two.",
            Some(&expected),
        );
        assert_eq!(
            hours.article,
            Some(IntentName("opening-hours".to_owned())),
            "{hours:?}"
        );
        assert_eq!(articles.says("", None).article, None);
    }
}
