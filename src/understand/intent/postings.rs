//! For each feature the examples that have it: all in one row, for there are ten thousands of features and most are rare.

use super::features::Number;
use super::vocabulary::Sparse;

/// A feature that one in so many examples has is kept as a row of all of them too: it is added faster than its examples are picked.
const COMMON: usize = 5;

/// Which examples have a feature, in rising order, and how much of it.
#[derive(Debug, Default)]
pub(super) struct Postings {
    /// The common features, in rising order: how much of it each example has.
    common: Vec<(Number, Vec<f32>)>,
    /// From so many examples on a feature is common.
    common_from: usize,
    /// Where the entries of each feature begin; one more at the end.
    starts: Vec<u32>,
    entries: Vec<(u32, f32)>,
}

impl Postings {
    /// `vectors`: one for each example.
    pub(super) fn of<'a>(
        vectors: impl Iterator<Item = &'a Sparse> + Clone,
        features: usize,
    ) -> Self {
        // How many have each feature, and then where its last entry ends.
        let mut starts = vec![0_u32; features + 1];
        for (feature, _) in vectors.clone().flatten() {
            if let Some(count) = starts.get_mut(*feature as usize) {
                *count += 1;
            }
        }
        let mut end = 0;
        for cell in &mut starts {
            end += *cell;
            *cell = end;
        }
        let mut entries = vec![(0, 0.0); end as usize];
        // From behind, so that each start moves down to where it belongs.
        let numbered: Vec<(u32, &Sparse)> = (0..).zip(vectors).collect();
        let examples = numbered.len();
        for (example, vector) in numbered.into_iter().rev() {
            for (feature, value) in vector {
                let Some(start) = starts.get_mut(*feature as usize) else {
                    continue;
                };
                *start -= 1;
                if let Some(entry) = entries.get_mut(*start as usize) {
                    *entry = (example, *value);
                }
            }
        }
        let mut postings = Self {
            common: Vec::new(),
            common_from: examples / COMMON + 1,
            starts,
            entries,
        };
        postings.common = (0..)
            .take(features)
            .filter_map(|feature| Some((feature, postings.row(feature, examples)?)))
            .collect();
        postings
    }

    /// A common feature as a row of all examples.
    fn row(&self, feature: Number, examples: usize) -> Option<Vec<f32>> {
        let entries = self.of_feature(feature);
        if entries.len() < self.common_from {
            return None;
        }
        let mut row = vec![0.0; examples];
        for (example, value) in entries {
            if let Some(cell) = row.get_mut(*example as usize) {
                *cell = *value;
            }
        }
        Some(row)
    }

    /// The examples that have a feature.
    pub(super) fn of_feature(&self, feature: Number) -> &[(u32, f32)] {
        let at = |index: usize| self.starts.get(index).map(|start| *start as usize);
        let feature = feature as usize;
        at(feature)
            .zip(at(feature + 1))
            .and_then(|(start, end)| self.entries.get(start..end))
            .unwrap_or_default()
    }

    /// Adds to each example how alike it is to a text.
    pub(super) fn add_alike(&self, text: &Sparse, alike: &mut [f32]) {
        for (feature, value) in text {
            let entries = self.of_feature(*feature);
            if entries.len() >= self.common_from {
                let place = self.common.binary_search_by_key(feature, |common| common.0);
                let row = place.ok().and_then(|place| self.common.get(place));
                let row = row.map(|(_, row)| row.as_slice()).unwrap_or_default();
                for (cell, other) in alike.iter_mut().zip(row) {
                    *cell += value * other;
                }
                continue;
            }
            for (example, other) in entries {
                if let Some(cell) = alike.get_mut(*example as usize) {
                    *cell += value * other;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_feature_has_its_examples_in_order() {
        let vectors = [vec![(0, 1.0), (2, 2.0)], vec![], vec![(2, 3.0)]];
        let postings = Postings::of(vectors.iter(), 4);
        let of = |feature| postings.of_feature(feature).to_vec();
        assert_eq!(of(0), [(0, 1.0)]);
        assert_eq!(of(1), []);
        assert_eq!(of(2), [(0, 2.0), (2, 3.0)]);
        assert_eq!(of(3), []);
        assert_eq!(of(4), []);
        let mut alike = [0.0; 3];
        postings.add_alike(&vec![(2, 2.0)], &mut alike);
        assert_eq!(alike, [4.0, 0.0, 6.0]);
    }
}
