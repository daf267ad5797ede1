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

#[cfg(test)]
mod tests {
    use super::super::super::{Action, OnDraft};
    use super::*;
    use crate::compose::Purpose;
    use crate::decide::test_situation::{TestSituation, TicketStory, address, draft, team_name};
    use crate::ticket::{Approvals, Draft, Event};

    const ADMIN: &str = "admin@shop.example";

    fn drafted(approvals: Approvals) -> TicketStory {
        let draft = Draft {
            approvals,
            ..draft("hours")
        };
        TicketStory::opened().event(Event::Drafted { draft }).wrote(
            "d1@us",
            Purpose::DraftForApproval,
            "desk@shop.example",
        )
    }

    fn yes_of(member: &str) -> Event {
        Event::FirstApproval {
            member: address(member),
        }
    }

    /// What the operator's word does to the draft, and whether it cannot be done.
    fn said(story: TicketStory, word: &OperatorsWord) -> (Option<OnDraft>, bool) {
        let situation = TestSituation::new()
            .in_ticket(story)
            .sent_by(Sender::Staff {
                team: team_name("desk"),
                member: address(ADMIN),
            });
        let decision = situation.look(|situation| by_operator(situation, word).unwrap());
        match decision.action {
            Action::Staff {
                draft, impossible, ..
            } => (draft, impossible.is_some()),
            other => panic!("{other:?}"),
        }
    }

    fn yes(draft: u32) -> OperatorsWord {
        OperatorsWord::Approve(DraftNumber(draft))
    }

    #[test]
    fn one_yes_is_enough_where_one_is_asked_for() {
        let (on_draft, _) = said(drafted(Approvals::One), &yes(1));
        assert!(matches!(on_draft, Some(OnDraft::Send(_))), "{on_draft:?}");
    }

    #[test]
    fn where_two_are_asked_for_the_operator_is_one_of_them_and_never_both() {
        let two = || drafted(Approvals::Two);
        let (on_draft, _) = said(two(), &yes(1));
        assert!(matches!(on_draft, Some(OnDraft::AwaitSecond { .. })));
        let (on_draft, _) = said(two().event(yes_of("kim@shop.example")), &yes(1));
        assert!(matches!(on_draft, Some(OnDraft::Send(_))));
        let (on_draft, is_impossible) = said(two().event(yes_of(ADMIN)), &yes(1));
        assert!(on_draft.is_none() && is_impossible);
    }

    #[test]
    fn a_no_hands_the_request_to_a_person() {
        let no = OperatorsWord::Refuse {
            draft: DraftNumber(1),
            why: "the price is old".to_owned(),
        };
        let (on_draft, _) = said(drafted(Approvals::One), &no);
        assert!(matches!(on_draft, Some(OnDraft::Refuse(_))));
    }

    #[test]
    fn nothing_is_decided_on_a_draft_that_does_not_wait() {
        let (on_draft, is_impossible) = said(drafted(Approvals::One), &yes(2));
        assert!(on_draft.is_none() && is_impossible);
    }
}
