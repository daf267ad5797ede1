//! For each feature the examples that have it: all in one row, for there are ten thousands of features and most are rare.

use super::features::Number;
use super::vocabulary::Sparse;

/// Which examples have a feature, in rising order, and how much of it.
#[derive(Debug, Default)]
pub(super) struct Postings {
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
        let examples: Vec<(u32, &Sparse)> = (0..).zip(vectors).collect();
        for (example, vector) in examples.into_iter().rev() {
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
        Self { starts, entries }
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
            for (example, other) in self.of_feature(*feature) {
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
