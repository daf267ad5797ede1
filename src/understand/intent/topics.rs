//! What do customers write about at any desk? A topic that is the same as one of the site's articles lends it its phrases, so that an
//! article with a handful of phrases is known by many; a topic that no article is about teaches "none of these".
//!
//! Which topic is which article is told from how alike their phrases are, both ways: the article's phrases must be nearest to the topic, and
//! the topic's nearest to the article. In doubt a topic teaches nothing. Pure; the same articles borrow the same phrases.
//!
//! An article that a language lacks is known in it by the phrases of its topic: a German mail about what only an English article answers is
//! recognised, named to staff, and not taken for something else.

use super::super::meaning::Encoder;
use super::action;
use super::example::Example;
use super::model::alike_texts;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A borrowed phrase is less sure to be what the admin means than one of the article's own.
const LENT_WEIGHT: f32 = 0.6;
/// All phrases of none together weigh as much as so many articles.
const NONE_ARTICLES: f64 = 4.0;
/// The background, topics in a sentence each, weighs together as much as so many articles.
const BACKGROUND_ARTICLES: f64 = 3.0;
/// The most phrases of a topic that an article borrows, and that teach "none of these" or tell which article it is: the first ones are the most
/// usual, and training costs the square of all.
const LENT_MAX: usize = 20;
const NONE_MAX: usize = 12;
/// The share of an article's phrases, and of a topic's, that must be nearest to each other.
const SAME_SHARE: f64 = 0.4;

/// The topics of a language: a name, the same in every language, and phrases.
fn topics(language: &str) -> Vec<(String, Vec<String>)> {
    let file: BTreeMap<String, BTreeMap<String, Vec<String>>> =
        toml::from_str(include_str!("../lexicon/topics.toml")).unwrap_or_default();
    file.into_iter()
        .filter_map(|(name, mut languages)| Some((name, languages.remove(language)?)))
        .filter(|(_, phrases)| !phrases.is_empty())
        .collect()
}

/// What people write to any desk and no article covers, in a language. All of it together weighs as much as three articles of that many
/// examples each.
#[must_use]
pub fn examples_of_none(language: &str, examples_an_article: f64) -> Vec<Example> {
    let phrases = background().remove(language).unwrap_or_default();
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
    let weight =
        (BACKGROUND_ARTICLES * examples_an_article / phrases.len().max(1) as f64).min(1.0) as f32;
    let example = |text: &String| Example::phrase(text, None, weight);
    phrases.iter().map(example).collect()
}

/// All phrases of a language that come with the program.
#[must_use]
pub fn phrases_of_any_desk(language: &str) -> Vec<String> {
    let background = background().remove(language).unwrap_or_default();
    let topics = topics(language).into_iter();
    let phrases = topics.flat_map(|(_, phrases)| phrases);
    phrases.chain(background).collect()
}

/// Examples of "none of these", by language.
fn background() -> BTreeMap<String, Vec<String>> {
    let file: BTreeMap<String, BTreeMap<String, Vec<String>>> =
        toml::from_str(include_str!("../lexicon/background.toml")).unwrap_or_default();
    file.into_values()
        .flatten()
        .fold(BTreeMap::new(), |mut all, (language, phrases)| {
            all.entry(language).or_insert_with(Vec::new).extend(phrases);
            all
        })
}

/// What becomes of a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// It is what the article of this number is about.
    Lent(usize),
    /// No article is about it.
    None,
    /// It may be about an article or not.
    Doubt,
}

/// The topics of a language, and what becomes of each.
#[derive(Debug)]
pub(super) struct Lending<'a> {
    topics: Vec<(String, Vec<String>)>,
    uses: Vec<Use>,
    articles: &'a [(&'a str, Vec<&'a str>)],
}

impl<'a> Lending<'a> {
    /// `articles`: the name and the own phrases of each.
    pub(super) fn new(
        language: &str,
        articles: &'a [(&'a str, Vec<&'a str>)],
        encoder: Option<&Arc<Encoder>>,
    ) -> Self {
        let topics = topics(language);
        let phrases: Vec<&[String]> = topics.iter().map(|(_, list)| list.as_slice()).collect();
        Self {
            uses: uses(articles, &phrases, encoder),
            topics,
            articles,
        }
    }

    /// Each topic that is plainly an article, with that article's name.
    pub(super) fn lent(&self) -> impl Iterator<Item = (&str, &'a str)> {
        let topics = self.topics.iter().zip(&self.uses);
        topics.filter_map(|((topic, _), what)| match what {
            Use::Lent(article) => Some((topic.as_str(), self.articles.get(*article)?.0)),
            Use::None | Use::Doubt => None,
        })
    }

    /// The phrases that articles borrow, and those that no article covers. `elsewhere`: topics of articles that only other languages have.
    pub(super) fn examples(&self, elsewhere: &BTreeMap<&str, &str>) -> Vec<Example> {
        let what = |(topic, phrases): &'_ (String, Vec<String>), own: Use| {
            let article = match own {
                Use::Lent(article) => self.articles.get(article).map(|(name, _)| *name),
                Use::None | Use::Doubt => elsewhere.get(topic.as_str()).copied(),
            };
            match (article, own) {
                (Some(article), Use::Lent(_)) => Some((Some(article), phrases.len().min(LENT_MAX))),
                (Some(article), _) => Some((Some(article), phrases.len().min(NONE_MAX))),
                (None, Use::Doubt) => None,
                (None, _) => Some((None, phrases.len().min(NONE_MAX))),
            }
        };
        let taken: Vec<(Option<&str>, &[String])> = self
            .topics
            .iter()
            .zip(&self.uses)
            .filter_map(|(topic, own)| {
                let (article, most) = what(topic, *own)?;
                Some((article, topic.1.get(..most)?))
            })
            .collect();
        let of_none = taken.iter().filter(|(article, _)| article.is_none());
        let of_none: usize = of_none.map(|(_, phrases)| phrases.len()).sum();
        let own: usize = self.articles.iter().map(|(_, phrases)| phrases.len()).sum();
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
        let none_weight = (NONE_ARTICLES * own as f64
            / (self.articles.len().max(1) * of_none.max(1)) as f64)
            .min(f64::from(LENT_WEIGHT)) as f32;
        let example = |article: Option<&str>, text: &String| match article {
            Some(name) => Example::lent(text, name, LENT_WEIGHT),
            None => Example::phrase(text, None, none_weight),
        };
        taken
            .into_iter()
            .flat_map(|(article, phrases)| phrases.iter().map(move |text| example(article, text)))
            .collect()
    }
}

/// What becomes of each topic.
fn uses(
    articles: &[(&str, Vec<&str>)],
    topics: &[&[String]],
    encoder: Option<&Arc<Encoder>>,
) -> Vec<Use> {
    let own = articles.iter().map(|(_, phrases)| phrases.clone());
    let lent = topics
        .iter()
        .map(|phrases| phrases.iter().take(NONE_MAX).map(String::as_str).collect());
    let groups: Vec<Vec<&str>> = own.chain(lent).collect();
    let shares = shares(&groups, articles.len(), encoder);
    // Which topic an article's phrases are nearest to, and the other way round.
    let of_article: Vec<(usize, f64)> = (0..articles.len())
        .map(|article| best(shares.get(article).map_or(&[], Vec::as_slice)))
        .collect();
    (0..topics.len())
        .map(|topic| {
            let row = shares.get(articles.len() + topic);
            let (article, share) = best(row.map_or(&[], Vec::as_slice));
            let Some(&(back, back_share)) = of_article.get(article) else {
                return Use::None;
            };
            if back == topic {
                if share >= SAME_SHARE && back_share >= SAME_SHARE {
                    let phrases = |group: usize| groups.get(group).map_or(&[][..], Vec::as_slice);
                    if action::does_another(phrases(articles.len() + topic), phrases(article)) {
                        Use::None
                    } else {
                        Use::Lent(article)
                    }
                } else {
                    Use::Doubt
                }
            } else if back_share >= SAME_SHARE || share < SAME_SHARE {
                // The article it is the nearest to is clearly about something else, or it is near to none.
                Use::None
            } else {
                Use::Doubt
            }
        })
        .collect()
}

/// For each article the share of its phrases that is nearest to each topic; behind them for each topic the share of its phrases that is nearest
/// to each article.
fn shares(groups: &[Vec<&str>], articles: usize, encoder: Option<&Arc<Encoder>>) -> Vec<Vec<f64>> {
    let owners: Vec<usize> = groups
        .iter()
        .enumerate()
        .flat_map(|(group, phrases)| std::iter::repeat_n(group, phrases.len()))
        .collect();
    let texts: Vec<&str> = groups.iter().flatten().copied().collect();
    let alike = alike_texts(&texts, encoder);
    let topics = groups.len() - articles;
    let mut shares: Vec<Vec<f64>> = (0..groups.len())
        .map(|group| vec![0.0; if group < articles { topics } else { articles }])
        .collect();
    for (row, owner) in alike.rows().into_iter().zip(&owners) {
        let is_article = *owner < articles;
        // The nearest group of the other kind, by its two nearest phrases.
        let mut nearest: Vec<(f32, f32)> = vec![(0.0, 0.0); groups.len()];
        for (value, other) in row.iter().zip(&owners) {
            if (*other < articles) != is_article
                && let Some(two) = nearest.get_mut(*other)
            {
                if *value > two.0 {
                    *two = (*value, two.0);
                } else if *value > two.1 {
                    two.1 = *value;
                }
            }
        }
        let found = nearest
            .iter()
            .enumerate()
            .max_by(|(i, a), (j, b)| (a.0 + a.1).total_cmp(&(b.0 + b.1)).then(j.cmp(i)))
            .filter(|(_, two)| two.0 > 0.0);
        if let Some((group, _)) = found {
            let place = if is_article {
                group.checked_sub(articles)
            } else {
                Some(group)
            };
            let own = groups.get(*owner).map_or(1, Vec::len).max(1);
            #[allow(clippy::cast_precision_loss)]
            if let Some(cell) = place.and_then(|place| shares.get_mut(*owner)?.get_mut(place)) {
                *cell += 1.0 / own as f64;
            }
        }
    }
    shares
}

/// The place of the largest number; of equals the first.
fn best(row: &[f64]) -> (usize, f64) {
    row.iter()
        .copied()
        .enumerate()
        .max_by(|(i, a), (j, b)| a.total_cmp(b).then(j.cmp(i)))
        .unwrap_or((usize::MAX, 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrases(text: &str) -> Vec<String> {
        text.split('/').map(|one| one.trim().to_owned()).collect()
    }

    fn uses_of(articles: &[(&str, &str)], topics: &[&str]) -> Vec<Use> {
        let articles: Vec<(&str, Vec<&str>)> = articles
            .iter()
            .map(|(name, text)| (*name, text.split('/').map(str::trim).collect()))
            .collect();
        let topics: Vec<Vec<String>> = topics.iter().map(|text| phrases(text)).collect();
        let topics: Vec<&[String]> = topics.iter().map(Vec::as_slice).collect();
        uses(&articles, &topics, None)
    }

    #[test]
    fn a_topic_is_lent_to_the_article_that_is_about_it_and_teaches_none_where_there_is_none() {
        let articles = [
            (
                "return",
                "How do I send a helmet back? / Return label please / I want to return my order",
            ),
            (
                "invoice",
                "Please send me an invoice / I need an invoice with my company's name / Where is my invoice?",
            ),
        ];
        let topics = [
            "I need an invoice for my company / Can you send the invoice again?",
            "Can I return my order? / I want to send it back / Send me a return label",
            "Do you have a job for me? / I am applying for work in your workshop",
        ];
        assert_eq!(
            uses_of(&articles, &topics),
            [Use::Lent(1), Use::Lent(0), Use::None]
        );
    }

    #[test]
    fn without_articles_every_topic_teaches_none() {
        assert_eq!(uses_of(&[], &["Where is my parcel?"]), [Use::None]);
    }

    #[test]
    fn what_is_lent_weighs_less_than_the_articles_own_phrases() {
        let own = vec![
            "Where is my parcel?",
            "When will my order arrive?",
            "Track my order",
        ];
        let lent = Lending::new("en", &[("where", own)], None).examples(&BTreeMap::new());
        assert!(lent.len() >= 100, "{}", lent.len());
        assert!(lent.iter().all(|one| one.weight <= LENT_WEIGHT));
    }

    #[test]
    fn every_topic_that_ships_has_phrases_enough_and_no_phrase_twice() {
        let mut seen = std::collections::BTreeSet::new();
        for language in ["en", "de"] {
            let topics = topics(language);
            assert!(topics.len() >= 40, "{language}: {}", topics.len());
            for (_, phrases) in topics {
                assert!(phrases.len() >= 5, "{language}: {phrases:?}");
                for phrase in phrases {
                    assert!(
                        seen.insert(phrase.clone()),
                        "{language}: {phrase:?} stands twice"
                    );
                }
            }
        }
    }
}
