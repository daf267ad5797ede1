//! What does a text do to a thing: end it, pause it, give it back? Two requests about the same thing that do something else to it are not the
//! same, however alike their words are. Reads hostile input; pure.

use super::super::lexicon::Lexicon;
use super::super::words::words;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// A group of phrases of which so many do the same is about doing it.
const MOST_SHARE: f64 = 0.3;

/// The words of each action, a list each. Read once.
static ACTIONS: LazyLock<Lexicon> = LazyLock::new(|| {
    let file: BTreeMap<String, Vec<String>> =
        toml::from_str(include_str!("../lexicon/actions.toml")).unwrap_or_default();
    let mut lexicon = Lexicon::default();
    for (name, phrases) in file {
        lexicon.add(&name, &phrases);
    }
    lexicon
});

/// An action, by its name.
type Action = &'static str;

/// What a group of phrases does.
#[derive(Clone, Debug)]
pub(super) struct Done {
    /// What most of them do: it is what they are about.
    most: BTreeSet<Action>,
    /// What any of them does.
    any: BTreeSet<Action>,
}

/// What a text does to a thing.
fn of(text: &str) -> BTreeSet<Action> {
    ACTIONS.said(&words(text)).into_iter().collect()
}

/// What a group of phrases does to things.
pub(super) fn of_all(phrases: &[&str]) -> Done {
    let each: Vec<BTreeSet<Action>> = phrases.iter().map(|text| of(text)).collect();
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
pub(super) fn does_another(phrases: &[&str], others: &[&str]) -> bool {
    let theirs = of_all(others).any;
    !of_all(phrases).most.is_subset(&theirs)
}

/// Whether texts speak of something that the phrases of an article about an action do not do, and of nothing that they do.
pub(super) fn speak_of_another<'a>(
    mut texts: impl Iterator<Item = &'a str>,
    article: &Done,
) -> bool {
    let mut spoken = false;
    let known_is_spoken_of = texts.any(|text| {
        let said = of(text);
        spoken |= !said.is_empty();
        !said.is_disjoint(&article.any)
    });
    spoken && !article.most.is_empty() && !known_is_spoken_of
}
