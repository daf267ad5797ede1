//! The operator's word about a draft, given on the command line or the page. It counts as that of one member more: alone where one yes is needed,
//! and as one of the two where two are. Pure.

use super::super::view::View;
use super::super::{Decision, Situation};
use super::approval::Speaker;
use super::in_words;
use super::waiting::{approve, refuse};
use crate::desk::{Question, Sender};
use crate::ticket::DraftNumber;

/// What the operator says about a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperatorsWord {
    /// Send it.
    Approve(DraftNumber),
    /// Do not send it.
    Refuse {
        /// Which.
        draft: DraftNumber,
        /// Why, for the team.
        why: String,
    },
}

impl OperatorsWord {
    /// The draft that it is about.
    #[must_use]
    pub const fn draft(&self) -> DraftNumber {
        match self {
            Self::Approve(draft) | Self::Refuse { draft, .. } => *draft,
        }
    }

    /// What a member would have written.
    #[must_use]
    pub fn as_mail(&self) -> String {
        match self {
            Self::Approve(draft) => format!("OK draft {draft}"),
            Self::Refuse { draft, why } => format!("NO draft {draft}: {why}"),
        }
    }
}

/// What follows from it; `None` where the sender of the situation is nobody of a team, or there is no ticket.
#[must_use]
pub fn by_operator(situation: &Situation<'_>, word: &OperatorsWord) -> Option<Decision> {
    let view = View::of(situation);
    let (Sender::Staff { team, member }, Some(ticket)) = (situation.sender, view.ticket()) else {
        return None;
    };
    let _ = situation.settings.team(team)?;
    let speaker = Speaker { team, member };
    let question = Some(Question::Draft(word.draft()));
    let plan = match word {
        OperatorsWord::Approve(_) => approve(&view, ticket, speaker, question),
        OperatorsWord::Refuse { why, .. } => refuse(&view, ticket, speaker, question, why),
    };
    let (rule, sentence) = in_words(&plan, team, member);
    let plan = plan.with_lesson(&view, ticket, member);
    let reason = super::super::Reason {
        rule,
        sentence,
        evidence: word.as_mail(),
    };
    Some(view.decision(plan.into_action(team, member), reason, vec![]))
}
