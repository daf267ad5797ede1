//! What does a text do to a thing: end it, pause it, give it back? Two requests about the same thing that do something else to it are not the
//! same, however alike their words are. Reads hostile input; pure.

use super::super::lexicon::Lexicon;
use super::super::words::words;
use super::word_lists;
use std::collections::BTreeSet;

/// A group of phrases of which so many do the same is about doing it.
const MOST_SHARE: f64 = 0.3;

/// An action, by its place in the list of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Action(usize);

/// What a group of phrases does.
#[derive(Clone, Debug)]
pub(super) struct Done {
    /// What most of them do: it is what they are about.
    most: BTreeSet<Action>,
    /// What any of them does.
    any: BTreeSet<Action>,
}

/// The words of each action.
#[derive(Debug)]
pub(super) struct Actions(Vec<Lexicon>);

impl Actions {
    pub(super) fn new() -> Self {
        let lists = word_lists(include_str!("../lexicon/actions.toml"));
        Self(lists.into_iter().map(|(_, words)| words).collect())
    }

    /// What a text does to a thing.
    fn of(&self, text: &str) -> BTreeSet<Action> {
        let row = words(text);
        let all = self.0.iter().enumerate();
        all.filter(|(_, action)| action.has("words", &row))
            .map(|(place, _)| Action(place))
            .collect()
    }

    /// What a group of phrases does to things.
    pub(super) fn of_all(&self, phrases: &[&str]) -> Done {
        let each: Vec<BTreeSet<Action>> = phrases.iter().map(|text| self.of(text)).collect();
        let share = |action: &Action| {
            let count = each.iter().filter(|row| row.contains(action)).count();
            #[allow(clippy::cast_precision_loss)]
            let share = count as f64 / phrases.len().max(1) as f64;
            share
        };
        let any: BTreeSet<Action> = each.iter().flatten().copied().collect();
        Done {
            most: any
                .iter()
                .copied()
                .filter(|action| share(action) >= MOST_SHARE)
                .collect(),
            any,
        }
    }

    /// Whether most phrases of a group do something that none of the other group does (`cancel` it, where the others pause it).
    pub(super) fn does_another(&self, phrases: &[&str], others: &[&str]) -> bool {
        let theirs = self.of_all(others).any;
        !self.of_all(phrases).most.is_subset(&theirs)
    }

    /// Whether texts speak of something that the phrases of an article about an action do not do, and of nothing that they do.
    pub(super) fn speak_of_another<'a>(
        &self,
        mut texts: impl Iterator<Item = &'a str>,
        article: &Done,
    ) -> bool {
        let mut spoken = false;
        let known_is_spoken_of = texts.any(|text| {
            let said = self.of(text);
            spoken |= !said.is_empty();
            !said.is_disjoint(&article.any)
        });
        spoken && !article.most.is_empty() && !known_is_spoken_of
    }
}
