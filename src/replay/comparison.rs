//! What would two configurations have done differently with the same mail?

use super::play::{Replayed, Turn};
use serde::Serialize;
use std::collections::BTreeMap;

/// Which decisions change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Mails of customers that both judged.
    pub compared: usize,
    /// How many go from one decision to another (`handoff to answer`).
    pub changes: BTreeMap<String, usize>,
    /// Each of them, in the order of time.
    pub changed: Vec<Changed>,
}

/// A mail that is decided on otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// By what a person finds it.
    pub name: String,
    /// Its subject.
    pub subject: String,
    /// What is done with the settings as they are.
    pub before: String,
    /// What is done with the others.
    pub after: String,
}

/// Holds the others against these. A change of the article counts, one of the reason alone does not.
#[must_use]
pub fn compare(before: &Replayed, after: &Replayed) -> Comparison {
    let mut comparison = Comparison::default();
    // Both went through the same mails in the same order.
    let both = before.turns.iter().zip(&after.turns);
    for (turn, other) in both.filter(|(turn, _)| turn.is_a_customers) {
        comparison.compared += 1;
        if outcome(turn) == outcome(other) {
            continue;
        }
        let change = format!("{} to {}", turn.decision, other.decision);
        *comparison.changes.entry(change).or_default() += 1;
        comparison.changed.push(Changed {
            name: turn.name.clone(),
            subject: turn.subject.clone(),
            before: in_words(turn),
            after: in_words(other),
        });
    }
    comparison
}

/// What reaches somebody: a suggestion beside a hand-off is no other decision.
fn outcome(turn: &Turn) -> (&'static str, Option<&str>) {
    let article = (turn.article.as_ref()).filter(|_| turn.decision != "handoff");
    (turn.decision, article.map(|intent| intent.0.as_str()))
}

fn in_words(turn: &Turn) -> String {
    match outcome(turn) {
        (decision, Some(article)) => format!("{decision} {article} ({})", turn.rule),
        (decision, None) => format!("{decision} ({})", turn.rule),
    }
}
