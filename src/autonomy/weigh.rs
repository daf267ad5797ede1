//! One look at all articles: what began, what was changed, what went back, what goes on, and what was counted.

use super::earned::stage_of_changed;
use super::{
    ArticleName, By, Demands, Proposal, Review, Stage, StageChange, Standing, Tally, Trial, Why,
    begins, review, text_of,
};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// An article as it is loaded now.
#[derive(Clone, Debug)]
pub struct Loaded<'a> {
    /// Which.
    pub name: ArticleName,
    /// Its text.
    pub body: &'a str,
    /// Its revision.
    pub revision: &'a str,
    /// How far its mode lets it go; `None` where it is only for people.
    pub ceiling: Option<Stage>,
}

/// By which rule they are looked at.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// What is demanded.
    pub demands: Demands,
    /// Where articles begin.
    pub start: Stage,
    /// Whether what is earned is given at once, without anybody's yes.
    pub is_automatic: bool,
}

/// What a look came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weighed {
    /// Changes of stage, in their order.
    pub changes: Vec<StageChange>,
    /// Where articles stand that stand otherwise than before, or whose record has changed.
    pub standings: Vec<(ArticleName, Standing)>,
}

/// Looks at every article. `standings` is where they stood before, `trials` all that was tried, in the order of time.
#[must_use]
pub fn weigh(
    loaded: &[Loaded<'_>],
    standings: &BTreeMap<ArticleName, Standing>,
    trials: &BTreeMap<ArticleName, Vec<Trial>>,
    terms: &Terms,
    now: Timestamp,
) -> Weighed {
    let mut weighed = Weighed::default();
    for article in loaded {
        let before = standings.get(&article.name);
        let trials = trials.get(&article.name).map(Vec::as_slice);
        let after = weigh_one(
            article,
            before,
            trials.unwrap_or_default(),
            terms,
            now,
            &mut weighed.changes,
        );
        if let Some(after) = after.filter(|after| Some(after) != before) {
            weighed.standings.push((article.name.clone(), after));
        }
    }
    // What is not loaded any more keeps what it has earned, for the day on which its file comes back; and is shown as what it is.
    for (name, standing) in standings {
        let is_loaded = loaded.iter().any(|article| article.name == *name);
        if !is_loaded && standing.ceiling.is_some() {
            let gone = Standing {
                ceiling: None,
                ..standing.clone()
            };
            weighed.standings.push((name.clone(), gone));
        }
    }
    weighed
}

/// Where an article stands from here; `None` where it has no stage.
fn weigh_one(
    article: &Loaded<'_>,
    before: Option<&Standing>,
    trials: &[Trial],
    terms: &Terms,
    now: Timestamp,
    changes: &mut Vec<StageChange>,
) -> Option<Standing> {
    let Some(ceiling) = article.ceiling else {
        return before.map(|before| Standing {
            ceiling: None,
            ..before.clone()
        });
    };
    let mut change = |from, to, why, tally| {
        changes.push(StageChange {
            at: now,
            article: article.name.clone(),
            revision: article.revision.to_owned(),
            from,
            to,
            by: By::Rule,
            why,
            tally,
        });
    };
    let mut standing = match before {
        None => {
            let stage = terms.start.min(ceiling);
            change(None, stage, Why::Began, Tally::default());
            Standing::new(stage, begins(trials, article.revision), article.body)
        }
        Some(before) if !before.is_of(article.body) => {
            let stage = stage_of_changed(before.stage);
            change(
                Some(before.stage),
                stage,
                Why::TextChanged,
                before.review.tally,
            );
            Standing::new(stage, now, article.body)
        }
        Some(before) => before.clone(),
    };
    standing.revision = article.revision.to_owned();
    standing.ceiling = Some(ceiling);
    let from = trials.partition_point(|trial| trial.at < standing.since);
    let since = trials.get(from..).unwrap_or_default();
    standing.review = review(standing.stage, ceiling, since, &terms.demands);
    let Review { tally, proposal } = standing.review;
    let (to, why) = match proposal {
        Proposal::Back => (standing.stage.before(), Why::WentWrong),
        Proposal::Advance if terms.is_automatic => (standing.stage.next(), Why::Earned),
        Proposal::Advance | Proposal::Stay => (None, Why::Earned),
    };
    if let Some(to) = to {
        change(Some(standing.stage), to, why, tally);
        standing.goes_to(to, now);
    }
    Some(standing)
}

impl Standing {
    /// The beginning of a record.
    fn new(stage: Stage, since: Timestamp, body: &str) -> Self {
        Self {
            stage,
            since,
            text: text_of(body),
            revision: String::new(),
            ceiling: None,
            review: NOTHING_YET,
        }
    }

    /// The count begins anew there.
    pub(super) fn goes_to(&mut self, stage: Stage, now: Timestamp) {
        self.stage = stage;
        self.since = now;
        self.review = NOTHING_YET;
    }
}

const NOTHING_YET: Review = Review {
    tally: Tally {
        good: 0,
        counted: 0,
        against: 0,
        looked_at: 0,
    },
    proposal: Proposal::Stay,
};

#[cfg(test)]
mod tests;
