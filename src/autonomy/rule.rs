//! The rule: from the trials since an article came to its stage to what shall become of it. Slow to trust, quick to distrust, and after each change
//! the count begins anew, so that nothing goes to and fro by one mail.

use super::{Seen, Stage, Trial, lower_bound};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// So many trials count at most: what was long ago says little about what an article is now, and whoever looks often enough at a short record finds
/// every record in it.
pub const WINDOW: u32 = 100;

/// So many of one customer count: one person who asks again and again is no sample of all.
const OF_ONE_CUSTOMER_MAX: u32 = 3;

/// A correction by our own people weighs so much, in mails that customers wrote again.
const CORRECTION_WEIGHS: u32 = 2;

/// So many drafts are looked at when it is asked whether they are any use.
const DRAFTS_LOOKED_AT: usize = 20;

/// With so many of these thrown away they are not.
const THROWN_AWAY: u32 = 10;

/// What the settings demand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Demands {
    /// From shadow to drafts: so many answers of people at least.
    pub draft_after: u32,
    /// And with 95 % certainty at least this share of them says the same, 0 to 1.
    pub draft_from: f64,
    /// From drafts to answers: so many drafts that people decided on at least.
    pub answer_after: u32,
    /// And with 95 % certainty at least this share is sent unchanged, 0 to 1.
    pub answer_from: f64,
    /// Back to drafts: what went wrong weighs so much.
    pub back_at: u32,
    /// Of the last so many answers.
    pub back_within: u32,
}

impl Default for Demands {
    fn default() -> Self {
        Self {
            draft_after: 10,
            draft_from: 0.5,
            answer_after: 30,
            answer_from: 0.9,
            back_at: 4,
            back_within: 20,
        }
    }
}

impl Demands {
    /// So many mails at least, and the share that must be there with 95 % certainty, to leave this stage upwards.
    #[must_use]
    pub const fn above(&self, stage: Stage) -> (u32, f64) {
        match stage {
            Stage::Shadow => (self.draft_after, self.draft_from),
            Stage::Draft | Stage::Answer => (self.answer_after, self.answer_from),
        }
    }
}

/// What counts of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// For the article: it was sent unchanged, or said the same.
    pub good: u32,
    /// Of so many that people decided on.
    pub counted: u32,
    /// What weighs against it.
    pub against: u32,
    /// Of so many answers or drafts, the last ones.
    pub looked_at: u32,
}

impl Tally {
    /// Whether it is enough to leave this stage upwards.
    #[must_use]
    pub fn is_enough(&self, stage: Stage, demands: &Demands) -> bool {
        let (mails, share) = demands.above(stage);
        self.counted >= mails && lower_bound(self.good, self.counted) >= share
    }
}

/// What shall become of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proposal {
    /// It stays where it is.
    Stay,
    /// It has earned the stage above.
    Advance,
    /// It goes back to the stage below.
    Back,
}

impl Proposal {
    /// Its word for scripts and in the store. On disk: never change one.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stay => "stay",
            Self::Advance => "advance",
            Self::Back => "back",
        }
    }

    /// The one of that word.
    #[must_use]
    pub fn by_word(word: &str) -> Option<Self> {
        [Self::Stay, Self::Advance, Self::Back]
            .into_iter()
            .find(|one| one.as_str() == word)
    }
}

/// What was found when a record was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Review {
    /// The record in numbers.
    pub tally: Tally,
    /// What follows.
    pub proposal: Proposal,
}

/// Looks at the trials of an article since it came to its stage, in the order of time. It goes no higher than `ceiling`, which the admin set.
#[must_use]
pub fn review(stage: Stage, ceiling: Stage, trials: &[Trial], demands: &Demands) -> Review {
    let (good, counted) = good_of(stage, trials);
    let (against, looked_at, limit) = match stage {
        Stage::Shadow => (0, 0, u32::MAX),
        Stage::Draft => {
            let (against, looked_at) = thrown_away(trials);
            (against, looked_at, THROWN_AWAY)
        }
        Stage::Answer => {
            let (against, looked_at) = gone_wrong(trials, demands);
            (against, looked_at, demands.back_at)
        }
    };
    let tally = Tally {
        good,
        counted,
        against,
        looked_at,
    };
    let may_rise = stage.next().is_some_and(|next| next <= ceiling);
    let proposal = if against >= limit {
        Proposal::Back
    } else if may_rise && tally.is_enough(stage, demands) {
        Proposal::Advance
    } else {
        Proposal::Stay
    };
    Review { tally, proposal }
}

/// For the article, of how many: the last ones that were tried at this stage. An answer that left by itself counts for nothing, and of one customer
/// only the last few do, for and against.
fn good_of(stage: Stage, trials: &[Trial]) -> (u32, u32) {
    let mut of_customer: BTreeMap<&str, u32> = BTreeMap::new();
    let tried = trials.iter().rev().filter(|trial| match stage {
        // What was shown as a draft is at least as good a witness as what was only compared.
        Stage::Shadow => trial.seen.stage() <= Stage::Draft,
        Stage::Draft | Stage::Answer => trial.seen.stage() == Stage::Draft,
    });
    let counting = tried.filter(|trial| {
        let before = of_customer.entry(trial.customer.as_str()).or_default();
        *before += 1;
        *before <= OF_ONE_CUSTOMER_MAX
    });
    let (mut good, mut counted) = (0, 0);
    for trial in counting.take(WINDOW as usize) {
        good += u32::from(trial.seen.is_good());
        counted += 1;
    }
    (good, counted)
}

/// Of the last drafts those that our people threw away, one for each customer: edited ones were of use.
fn thrown_away(trials: &[Trial]) -> (u32, u32) {
    let drafts = trials.iter().rev();
    let drafts = drafts.filter(|trial| trial.seen.stage() == Stage::Draft);
    let mut customers: Vec<&str> = Vec::new();
    let mut looked_at = 0;
    for trial in drafts.take(DRAFTS_LOOKED_AT) {
        looked_at += 1;
        let customer = trial.customer.as_str();
        if trial.seen.is_thrown_away() && !customers.contains(&customer) {
            customers.push(customer);
        }
    }
    (
        u32::try_from(customers.len()).unwrap_or(u32::MAX),
        looked_at,
    )
}

/// What weighs against so many answers in a row, the worst of all since it came here, and how many these are. Not the last ones alone: who writes
/// again does so hours later, when on a busy desk many more answers have left.
fn gone_wrong(trials: &[Trial], demands: &Demands) -> (u32, u32) {
    let within = usize::try_from(demands.back_within).unwrap_or(usize::MAX);
    // Where the whole mailbox is set to drafts, those say how it goes.
    let tried: Vec<&Trial> = (trials.iter())
        .filter(|trial| trial.seen.stage() >= Stage::Draft)
        .collect();
    let in_a_row = |last: usize| tried.get((last + 1).saturating_sub(within)..=last);
    let latest = tried.len().checked_sub(1).and_then(in_a_row);
    // The worst row ends with something that weighs.
    let worst = (0..tried.len())
        .filter(|last| tried.get(*last).is_some_and(|trial| weight(trial) > 0))
        .filter_map(|last| Some(weighs_against(in_a_row(last)?, demands)))
        .max();
    let against = worst.unwrap_or_default();
    let looked_at = latest.map_or(0, <[&Trial]>::len);
    (against, u32::try_from(looked_at).unwrap_or(u32::MAX))
}

const fn weight(trial: &Trial) -> u32 {
    match trial.seen {
        Seen::Corrected => CORRECTION_WEIGHS,
        Seen::Refused | Seen::AnsweredInstead | Seen::Recontacted => 1,
        Seen::SaidTheSame | Seen::SaidOtherwise | Seen::Unchanged | Seen::Edited | Seen::Stands => {
            0
        }
    }
}

/// One customer counts once, by the worst of theirs. The customers of one domain, where they alone say so, count for no more than the domain's share of
/// the answers: who sends many mails from one place takes nothing back alone, and a desk with one domain is still watched.
fn weighs_against(row: &[&Trial], demands: &Demands) -> u32 {
    let mut answers_of: BTreeMap<&str, u32> = BTreeMap::new();
    // Of each customer: the domain, what our people said, what they said themselves.
    let mut customers: BTreeMap<&str, (&str, u32, u32)> = BTreeMap::new();
    for trial in row {
        *answers_of.entry(trial.domain.as_str()).or_default() += 1;
        let (_, ours, theirs) =
            customers
                .entry(trial.customer.as_str())
                .or_insert((trial.domain.as_str(), 0, 0));
        match trial.seen {
            Seen::Recontacted => *theirs = 1,
            _ => *ours = (*ours).max(weight(trial)),
        }
    }
    let by_our_people: u32 = customers.values().map(|(_, ours, _)| ours).sum();
    let mut wrote_again: BTreeMap<&str, u32> = BTreeMap::new();
    for (domain, ours, theirs) in customers.values() {
        if *ours == 0 {
            *wrote_again.entry(domain).or_default() += theirs;
        }
    }
    let all = u32::try_from(row.len()).unwrap_or(u32::MAX).max(1);
    let by_customers: u32 = wrote_again
        .iter()
        .map(|(domain, customers)| {
            let answers = answers_of.get(domain).copied().unwrap_or_default();
            let share = (demands.back_at.saturating_mul(answers)).div_ceil(all);
            (*customers).min(share)
        })
        .sum();
    by_our_people + by_customers
}

/// From when on the record of an article counts that has no stage yet: from the last trial of another text on, as far as revisions tell.
#[must_use]
pub fn begins(trials: &[Trial], revision: &str) -> Timestamp {
    let another = trials
        .iter()
        .rev()
        .find(|trial| trial.article.revision != revision);
    another.map_or(Timestamp::MIN, |another| {
        let just_after = another.at.checked_add(jiff::SignedDuration::from_nanos(1));
        just_after.unwrap_or(another.at)
    })
}

#[cfg(test)]
mod tests;
