//! A yes or a no to what waits for one: a draft, or a mail that a member forwarded. Pure.

use super::super::view::View;
use super::super::{HandOff, NoticePlan, hand_off, held_back, sentences};
use super::approval::{OnDraft, Speaker, named, no_draft, say_yes};
use super::doubt::{doubt, is_no_that_agrees};
use super::hints;
use super::plan::Plan;
use crate::config::TeamName;
use crate::desk::{Question, StaffAct, words_above_packet, words_for_us};
use crate::ticket::Ticket;

/// `OK`: the draft is sent, or a forwarded mail becomes a ticket.
pub(super) fn approve(
    view: &View<'_>,
    ticket: &Ticket,
    speaker: Speaker<'_>,
    question: Option<Question>,
) -> Plan {
    let act = StaffAct::Approve { question };
    match (ticket.waiting_forward(), question) {
        (Some(_), Some(Question::Draft(_))) => Plan::impossible(act, hints::FORWARD_WAITS_NO_DRAFT),
        (Some(asked), _) if asked == speaker.team => Plan {
            hand_off: Some(promise_after_yes(view, ticket, speaker.team)),
            ..Plan::simply(act)
        },
        (Some(asked), _) => {
            let why = hints::FORWARD_OF_ANOTHER_TEAM.with([asked, speaker.team]);
            Plan::impossible(act, why)
        }
        (None, Some(Question::Forward)) => Plan::impossible(act, hints::NO_FORWARD),
        (None, _) => say_yes(view, ticket, speaker, question),
    }
}

/// `NO`: the draft is not sent, or a forwarded mail is dropped; where nothing waits, it may be an answer.
pub(super) fn refuse(
    view: &View<'_>,
    ticket: &Ticket,
    speaker: Speaker<'_>,
    question: Option<Question>,
    why: &str,
) -> Plan {
    let act = StaffAct::Refuse {
        question,
        why: why.to_owned(),
    };
    if is_no_that_agrees(why) {
        return Plan::impossible(act, hints::NO_THAT_AGREES);
    }
    if ticket.waiting_forward().is_some() {
        // "No, we do not ship to Norway." may be the answer to the customer, or the reason to drop their mail.
        return if why.is_empty() && !matches!(question, Some(Question::Draft(_))) {
            Plan::simply(act)
        } else {
            Plan::impossible(act, hints::NO_TO_FORWARD_GOES_ON)
        };
    }
    match question {
        Some(Question::Forward) => return Plan::impossible(act, hints::NO_FORWARD),
        None if ticket.waiting_draft().is_none() => {
            return no_to_nothing(view, ticket, speaker, act, why);
        }
        _ => {}
    }
    let draft = match named(view, ticket, speaker, question) {
        Ok(waiting) => waiting.draft.clone(),
        Err(why) => return Plan::impossible(act, why),
    };
    // The customer waits still and has heard nothing yet: now they are told that a person answers.
    let hand_off = view
        .team_in_ticket()
        .is_none()
        .then(|| promise_after_yes(view, ticket, speaker.team));
    Plan {
        draft: Some(OnDraft::Refuse(draft)),
        hand_off,
        ..Plan::simply(act)
    }
}

/// "No, we do not ship to Norway." is an answer where there is nothing to refuse; `NO` in capitals is the word.
fn no_to_nothing(
    view: &View<'_>,
    ticket: &Ticket,
    speaker: Speaker<'_>,
    act: StaffAct,
    why: &str,
) -> Plan {
    let words = words_above_packet(view.situation.mail);
    let first = words.split_whitespace().next().unwrap_or("");
    let first = first.trim_matches(|c: char| !c.is_alphanumeric());
    let is_shouted = first.to_uppercase() == first;
    if why.is_empty() || is_shouted {
        return Plan::impossible(act, no_draft(view, ticket, speaker.team));
    }
    match doubt(ticket, &words_for_us(view.situation.mail)) {
        Some(why) => Plan::impossible(act, why),
        None => Plan::simply(StaffAct::Reply { text: words }),
    }
}

/// A person takes over because a member said so.
pub(super) fn promise_after_yes(view: &View<'_>, ticket: &Ticket, team: &TeamName) -> HandOff {
    HandOff {
        team: team.clone(),
        notice: notice_after_word(view, team),
        suggestion: None,
        facts: ticket.facts(),
        missing: vec![],
    }
}

/// The mail at hand is the member's: only what is known of the customer counts here.
fn notice_after_word(view: &View<'_>, team: &TeamName) -> NoticePlan {
    if hand_off::refused_before(view) {
        return NoticePlan::Withhold {
            why: sentences::REFUSES_AUTOMATION.into(),
        };
    }
    if let Some(why) = held_back::held_back(view).map(|held| held.sentence) {
        return NoticePlan::Withhold { why };
    }
    hand_off::notice(view, team)
}
