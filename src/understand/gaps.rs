//! Which questions come again and again that no article covers? Mails that mean about the same are put together, the largest group first.
//!
//! Reads hostile input: words of mails, bounded before they come here. Groups are bounded in number.

use super::meaning::Encoder;
use crate::knowledge::likeness::words;
use std::hash::{DefaultHasher, Hash, Hasher};

/// From this on two texts belong together (cosine), with a table of word meanings, and by their words alone.
const TOGETHER: (f32, f32) = (0.62, 0.30);
/// So many groups are kept apart at most; what is like none of them is in none.
const GROUPS_MAX: usize = 2_000;
/// A question that fewer people asked is no gap.
const SIZE_MIN: usize = 3;
/// So many gaps are told.
const TOLD_MAX: usize = 20;
/// So many of a gap's mails are shown.
const EXAMPLES: usize = 3;
/// Without a table, words are spread over so many parts.
const PARTS: usize = 512;

/// A question that no article covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The mails that ask it, by their place in the list that was looked at, the most typical first.
    pub mails: Vec<usize>,
}

impl Gap {
    /// The most typical ones.
    #[must_use]
    pub fn examples(&self) -> &[usize] {
        self.mails.get(..EXAMPLES).unwrap_or(&self.mails)
    }
}

/// Mails that mean about the same.
struct Group {
    /// The sum of what they mean.
    sum: Vec<f32>,
    members: Vec<usize>,
}

impl Group {
    fn add(&mut self, member: usize, direction: &[f32]) {
        self.members.push(member);
        for (sum, part) in self.sum.iter_mut().zip(direction) {
            *sum += part;
        }
    }

    fn centre(&self) -> Vec<f32> {
        let mut centre = self.sum.clone();
        to_length_one(&mut centre);
        centre
    }
}

/// The gaps among these texts, the largest first.
pub(crate) fn gaps(texts: &[&str], encoder: Option<&Encoder>) -> Vec<Gap> {
    // A model that reads whole sentences takes tens of milliseconds a text: for putting thousands together their words will do.
    let table = encoder.filter(|encoder| !encoder.reads_sentences());
    let (directions, together) = match table {
        Some(table) => (table.encode(texts), TOGETHER.0),
        None => {
            let spread = texts.iter().map(|text| spread(text));
            (spread.collect(), TOGETHER.1)
        }
    };
    let mut centres: Vec<Vec<f32>> = Vec::new();
    let mut groups: Vec<Group> = Vec::new();
    for (member, direction) in directions.iter().enumerate() {
        if direction.iter().all(|part| *part == 0.0) {
            continue;
        }
        match nearest(direction, &centres).filter(|(_, alike)| *alike >= together) {
            Some((place, _)) => {
                if let (Some(group), Some(centre)) = (groups.get_mut(place), centres.get_mut(place))
                {
                    group.add(member, direction);
                    *centre = group.centre();
                }
            }
            None if groups.len() < GROUPS_MAX => {
                groups.push(Group {
                    sum: direction.clone(),
                    members: vec![member],
                });
                centres.push(direction.clone());
            }
            None => {}
        }
    }
    groups = merged(groups, together);
    groups.retain(|group| group.members.len() >= SIZE_MIN);
    groups.sort_by_key(|group| std::cmp::Reverse(group.members.len()));
    groups.truncate(TOLD_MAX);
    let typical_first = |group: Group| {
        let centre = group.centre();
        let mut members: Vec<(f32, usize)> = (group.members.iter())
            .filter_map(|member| Some((alike(directions.get(*member)?, &centre), *member)))
            .collect();
        members.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        Gap {
            mails: members.into_iter().map(|(_, member)| member).collect(),
        }
    };
    groups.into_iter().map(typical_first).collect()
}

/// Groups that mean about the same become one: which of them came first must not keep the same question apart.
fn merged(mut groups: Vec<Group>, together: f32) -> Vec<Group> {
    groups.sort_by_key(|group| std::cmp::Reverse(group.members.len()));
    let mut centres: Vec<Vec<f32>> = Vec::new();
    let mut kept: Vec<Group> = Vec::new();
    for group in groups {
        let found = nearest(&group.centre(), &centres).filter(|(_, alike)| *alike >= together);
        match found.and_then(|(place, _)| Some((kept.get_mut(place)?, centres.get_mut(place)?))) {
            Some((other, centre)) => {
                for (sum, part) in other.sum.iter_mut().zip(&group.sum) {
                    *sum += part;
                }
                other.members.extend(group.members);
                *centre = other.centre();
            }
            None => {
                centres.push(group.centre());
                kept.push(group);
            }
        }
    }
    kept
}

fn nearest(direction: &[f32], centres: &[Vec<f32>]) -> Option<(usize, f32)> {
    let all = centres.iter().map(|centre| alike(direction, centre));
    all.enumerate()
        .max_by(|one, other| one.1.total_cmp(&other.1))
}

fn alike(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

fn to_length_one(direction: &mut [f32]) {
    let length = direction.iter().map(|part| part * part).sum::<f32>().sqrt();
    if length > 0.0 {
        for part in direction {
            *part /= length;
        }
    }
}

/// The words of a text, each in a part that its hash says.
fn spread(text: &str) -> Vec<f32> {
    let mut direction = vec![0.0; PARTS];
    for word in words(text) {
        // The same in each run: a hash without a key.
        let mut hasher = DefaultHasher::new();
        word.hash(&mut hasher);
        let part = usize::try_from(hasher.finish() % PARTS as u64).unwrap_or_default();
        if let Some(part) = direction.get_mut(part) {
            // Long words say more than short ones, which stand everywhere.
            *part += word.chars().count().min(12) as f32 - 2.0;
        }
    }
    to_length_one(&mut direction);
    direction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_the_same_is_put_together_the_largest_first() {
        let texts = [
            "Do you repair teapots with a broken handle?",
            "Which invoice address did you use?",
            "Can you repair my teapot, the handle is broken?",
            "Hello",
            "My teapot has a broken handle, do you repair it?",
            "Is there a wholesale price list for cafes?",
            "Please send the wholesale price list, we run cafes",
            "broken handle of a teapot: do you repair that",
            "We would like your wholesale price list for our cafes",
        ];
        let gaps = gaps(&texts, None);
        let mut mails: Vec<Vec<usize>> = gaps.iter().map(|gap| gap.mails.clone()).collect();
        for mails in &mut mails {
            mails.sort_unstable();
        }
        assert_eq!(mails, [vec![0, 2, 4, 7], vec![5, 6, 8]]);
        assert_eq!(gaps[0].examples().len(), 3);
    }

    #[test]
    fn the_same_questions_are_put_together_in_whatever_order_they_come() {
        let texts = [
            "Do you rent out samovars for weddings?",
            "Can we rent a samovar for our wedding, do you rent them out?",
            "We need a samovar for a wedding. Do you rent out samovars for weddings?",
        ];
        for order in [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ] {
            let texts = order.map(|place| texts[place]);
            let gaps = gaps(&texts, None);
            assert_eq!(gaps.len(), 1, "{order:?}");
            assert_eq!(gaps[0].mails.len(), 3, "{order:?}");
        }
    }

    #[test]
    fn nothing_and_mails_without_words_make_no_gap() {
        assert_eq!(gaps(&[], None), []);
        assert_eq!(gaps(&["", "?", "!!", "a b"], None), []);
    }
}
