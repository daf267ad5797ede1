//! How many of each, and how long did it take?

use super::answer::Fate;
use super::happened::What;
use crate::ticket::PromiseOutcome;
use jiff::SignedDuration;
use serde::Serialize;
use std::collections::BTreeMap;

/// Counts of a period, a day, an article or a team. Their names are those of the JSON and of `docs/metrics.md`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Counts {
    /// Tickets that were opened.
    pub tickets: u64,
    /// Mails of customers.
    pub customer_mails: u64,
    /// What was decided about mails, by its word.
    pub decisions: BTreeMap<&'static str, u64>,
    /// Of these in shadow, where nothing leaves: what would have been done, by the decision's word.
    pub in_shadow: BTreeMap<&'static str, u64>,
    /// Approved answers that left by themselves and were not lost.
    pub answers: u64,
    /// Of these: the customer said that it helped.
    pub confirmed: u64,
    /// Of these: the customer has been silent for 14 days.
    pub presumed: u64,
    /// Of these: the customer wrote again about it within 14 days.
    pub recontacted: u64,
    /// Of the recontacted: what was written then went to a person.
    pub missed_hand_offs: u64,
    /// Of the answers: the 14 days are not over.
    pub pending: u64,
    /// Questions for missing details.
    pub questions: u64,
    /// Hand-offs to a person.
    pub hand_offs: u64,
    /// From a customer's first mail to the first words of ours.
    pub first_response: Spread,
    /// From a hand-off to a person's answer.
    pub time_to_human: Spread,
    /// Promises of an answer whose time lies in the period, by what came of them.
    pub promises_kept: u64,
    /// The time went by.
    pub promises_broken: u64,
    /// Nobody has answered yet.
    pub promises_open: u64,
    /// Closed, given back or told anew before its time.
    pub promises_withdrawn: u64,
    /// First replies of people after a packet.
    pub first_replies: u64,
    /// Of these: they asked for something that the packet held.
    pub asked_again: u64,
    /// Drafts that were shown to a team.
    pub drafts: u64,
    /// Sent as they were shown.
    pub drafts_sent: u64,
    /// Sent with changes.
    pub drafts_edited: u64,
    /// Refused.
    pub drafts_refused: u64,
    /// A person sent an answer of their own instead.
    pub drafts_answered_instead: u64,
    /// Overtaken before anybody decided.
    pub drafts_overtaken: u64,
    /// How often a customer said that they want no automatic mail.
    pub opt_outs: u64,
}

impl Counts {
    /// One more.
    pub(super) fn add(&mut self, what: &What) {
        let counted = match what {
            What::Opened => &mut self.tickets,
            What::CustomerWrote => &mut self.customer_mails,
            What::Decided(decision) => self.decisions.entry(decision).or_default(),
            What::HeldBack { would, .. } => self.in_shadow.entry(would.as_str()).or_default(),
            What::Answered(fate) => {
                self.answers += 1;
                self.fate(*fate)
            }
            What::Asked => &mut self.questions,
            What::HandedOff { .. } => &mut self.hand_offs,
            What::FirstResponse(after) => return self.first_response.add(*after),
            What::HumanAnswered(after) => return self.time_to_human.add(*after),
            What::Promise(PromiseOutcome::Kept) => &mut self.promises_kept,
            What::Promise(PromiseOutcome::Broken) => &mut self.promises_broken,
            What::Promise(PromiseOutcome::Open) => &mut self.promises_open,
            What::Promise(PromiseOutcome::Withdrawn) => &mut self.promises_withdrawn,
            What::FirstReply { asked_again } => {
                self.asked_again += u64::from(*asked_again);
                &mut self.first_replies
            }
            What::DraftShown => &mut self.drafts,
            What::DraftSent => &mut self.drafts_sent,
            What::DraftEdited => &mut self.drafts_edited,
            What::DraftRefused => &mut self.drafts_refused,
            What::DraftAnsweredInstead => &mut self.drafts_answered_instead,
            What::DraftOvertaken => &mut self.drafts_overtaken,
            What::OptedOut => &mut self.opt_outs,
        };
        *counted += 1;
    }

    fn fate(&mut self, fate: Fate) -> &mut u64 {
        match fate {
            Fate::Confirmed => &mut self.confirmed,
            Fate::Presumed => &mut self.presumed,
            Fate::Pending => &mut self.pending,
            Fate::Recontacted { went_to_a_person } => {
                self.missed_hand_offs += u64::from(went_to_a_person);
                &mut self.recontacted
            }
        }
    }
}

/// Answers whose two weeks are over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// How many.
    pub answers: u64,
    /// Of these: the customer said that it helped.
    pub confirmed: u64,
    /// Of these: the customer wrote again about it.
    pub recontacted: u64,
}

impl Settled {
    pub(super) fn add(&mut self, fate: Fate) {
        self.answers += 1;
        self.confirmed += u64::from(fate == Fate::Confirmed);
        self.recontacted += u64::from(matches!(fate, Fate::Recontacted { .. }));
    }
}

/// Lengths of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    seconds: Vec<i64>,
}

impl Spread {
    fn add(&mut self, length: SignedDuration) {
        // A clock that was set back makes none shorter than nothing.
        self.seconds.push(length.as_secs().max(0));
    }

    /// How many.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.seconds.len()
    }

    /// So many of a hundred took no longer, in seconds (nearest rank); `None` where there is none.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> Option<i64> {
        let mut sorted = self.seconds.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100).max(1);
        sorted.get(rank - 1).copied()
    }
}

impl Serialize for Spread {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let said = serde_json::json!({
            "count": self.count(),
            "median_seconds": self.percentile(50),
            "ninth_decile_seconds": self.percentile(90),
        });
        said.serialize(serializer)
    }
}
