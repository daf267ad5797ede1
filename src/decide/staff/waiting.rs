//! A yes or a no to what waits for one: a draft, or a mail that a member forwarded. Pure.

use super::super::view::View;
use super::super::{HandOff, NoticePlan, hand_off, sentences};
use super::doubt::doubt;
use super::plan::{Confirms, Plan};
use crate::compose::Purpose;
use crate::config::TeamName;
use crate::desk::{StaffAct, words_above_packet, words_for_us};
use crate::mail::Mail;
use crate::ticket::{Event, Ticket};

/// `OK`: the draft is sent, or a forwarded mail becomes a ticket.
pub(super) fn approve(view: &View<'_>, ticket: &Ticket, team: &TeamName) -> Plan {
    match ticket.waiting_forward() {
        Some(asked) if asked == team => {
            return Plan {
                hand_off: Some(promise_after_yes(view, ticket, team)),
                ..Plan::simply(StaffAct::Approve)
            };
        }
        Some(asked) => {
            let why =
                format!("the forwarded mail waits for a yes of team {asked}, not of team {team}");
            return Plan::impossible(StaffAct::Approve, why);
        }
        None => {}
    }
    match ticket.waiting_draft() {
        Some(_) if answers_older_draft(view.situation.mail, ticket) => Plan::impossible(
            StaffAct::Approve,
            "a newer draft has taken the place of the one that you answered, and nothing was sent; read the newer one and reply OK \
             to that mail",
        ),
        Some(draft) if &draft.team == team => Plan {
            draft: Some(draft.clone()),
            confirmed: Some(Confirms::Draft),
            ..Plan::simply(StaffAct::Approve)
        },
        Some(draft) => Plan::impossible(
            StaffAct::Approve,
            format!(
                "the draft waits for a yes of team {}, not of team {team}",
                draft.team
            ),
        ),
        None => Plan::impossible(StaffAct::Approve, no_draft()),
    }
}

/// Whether a mail replies to a draft that a newer one has replaced: a yes to it is a yes to a text that nobody is shown any more.
fn answers_older_draft(mail: &Mail, ticket: &Ticket) -> bool {
    let drafts = ticket.events.iter().filter_map(|timed| match &timed.event {
        Event::Wrote {
            message_id,
            purpose: Purpose::DraftForApproval,
            ..
        } => Some(message_id),
        _ => None,
    });
    let newest = drafts.clone().next_back();
    let mut answered = mail.in_reply_to.iter();
    answered.any(|id| Some(id) != newest && drafts.clone().any(|draft| draft == id))
}

/// `NO`: the draft is not sent, or a forwarded mail is dropped; where nothing waits, it may be an answer.
pub(super) fn refuse(view: &View<'_>, ticket: &Ticket, team: &TeamName, why: &str) -> Plan {
    let act = StaffAct::Refuse {
        why: why.to_owned(),
    };
    if ticket.waiting_forward().is_some() {
        // "No, we do not ship to Norway." may be the answer to the customer, or the reason to drop their mail.
        return if why.is_empty() {
            Plan::simply(act)
        } else {
            let why = "it begins with NO and goes on, so nothing was sent or dropped; reply with NO alone to drop the forwarded \
                       mail, or with an answer to the customer that begins with another word";
            Plan::impossible(act, why)
        };
    }
    let Some(draft) = ticket.waiting_draft() else {
        // "No, we do not ship to Norway." is an answer where there is nothing to refuse; `NO` in capitals is the word.
        let words = words_above_packet(view.situation.mail);
        let first = words.split_whitespace().next().unwrap_or("");
        let is_shouted = first
            .trim_matches(|c: char| !c.is_alphanumeric())
            .to_uppercase()
            == first.trim_matches(|c: char| !c.is_alphanumeric());
        if why.is_empty() || is_shouted {
            return Plan::impossible(act, no_draft());
        }
        return match doubt(ticket, &words_for_us(view.situation.mail)) {
            Some(why) => Plan::impossible(act, why),
            None => Plan::simply(StaffAct::Reply { text: words }),
        };
    };
    // The customer waits still and has heard nothing yet: now they are told that a person answers.
    let hand_off = view
        .team_in_ticket()
        .is_none()
        .then(|| promise_after_yes(view, ticket, team));
    Plan {
        draft: Some(draft.clone()),
        hand_off,
        ..Plan::simply(act)
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
    if let Some(why) = hand_off::limit_reached(view) {
        return NoticePlan::Withhold { why };
    }
    hand_off::notice(view, team)
}

fn no_draft() -> String {
    "no draft waits in this ticket any more: it was answered, withdrawn because the customer wrote again, or never made; if the \
     customer is to get your yes or no, write it as a whole sentence"
        .to_owned()
}
