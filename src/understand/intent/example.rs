//! What is learned from: a text, what it means, how much it counts. Bounded.

/// The name of the class "none of these".
pub(super) const NONE: &str = "";
/// The most examples: what comes from people's mail grows, and training costs its square.
const EXAMPLES_MAX: usize = 4_000;

/// A phrase with its intent; `None` is a phrase that no article covers.
#[derive(Clone, Debug)]
pub struct Example {
    pub(super) text: String,
    pub(super) label: String,
    pub(super) weight: f32,
    pub(super) kind: Kind,
}

/// What an example's text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
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

    pub(super) fn is_phrase(&self) -> bool {
        self.kind != Kind::Text
    }
}

/// At most so many examples, each class cut to the same length.
pub(super) fn bounded(examples: &[Example]) -> Vec<&Example> {
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
