//! Step 2: what staff ask for, and what only claims to be staff. An act that cannot be done, or that may be meant in two ways, is told to
//! the member and changes nothing: the customer must not get a command word as an answer, nor a draft that nobody approved.

mod approval;
mod deeds;
mod doubt;
mod false_staff;
mod hints;
mod intent;
mod letter;
mod no_lesson;
mod operator;
mod outside;
mod pass;
mod plan;
mod said_as;
mod waiting;

use super::sentence::{Pattern, Value};
use super::view::View;
use super::{Action, Match, Meant, Rule, Sentence};
use crate::config::TeamName;
use crate::desk::{Sender, StaffAct, words_above_packet};
use crate::mail::Address;
use approval::Speaker;
use plan::{Plan, plan};

pub use approval::OnDraft;
pub use operator::{OperatorsWord, by_operator};

/// The rules of this step, in order.
pub(super) const RULES: &[Rule] = &[
    letter::answered_letter,
    false_staff::false_staff,
    outside::colleague,
    staff_forward,
    staff_act,
];

/// Anybody can write a member's address: nothing reaches the one who is said to have written before the team says yes.
fn staff_forward(view: &View<'_>) -> Vec<Match> {
    let mail = view.situation.mail;
    let (Sender::StaffForward { team, member }, Some(original)) =
        (view.situation.sender, &mail.forwarded_from)
    else {
        return vec![];
    };
    vec![Match::new(
        "staff-forward",
        deeds::FORWARDED.with([member, team, &original.from]),
        original.subject.to_string(),
        Action::OfferTicket {
            team: team.clone(),
            member: member.clone(),
            original: original.clone(),
        },
    )]
}

fn staff_act(view: &View<'_>) -> Vec<Match> {
    let Sender::Staff { team, member } = view.situation.sender else {
        return vec![];
    };
    let Some(ticket) = view.ticket() else {
        return vec![Match::new(
            "staff-no-ticket",
            deeds::TICKET_NOT_KNOWN.with([member, team]),
            "",
            Action::Quarantine,
        )];
    };
    let plan = plan(view, ticket, Speaker { team, member });
    let (rule, sentence) = in_words(&plan, team, member);
    let plan = plan.with_lesson(view, ticket, member);
    let evidence = first_line(view);
    vec![Match::new(
        rule,
        sentence,
        evidence,
        plan.into_action(team, member),
    )]
}

/// The rule, and what the member did.
fn in_words(plan: &Plan, team: &TeamName, member: &Address) -> (&'static str, Sentence) {
    let did = |pattern: Pattern<2>| pattern.with([member, team]);
    if let Some(why) = &plan.impossible {
        let places = [Value::Same(member), Value::Same(team), Value::Words(why)];
        return ("staff-impossible", deeds::IMPOSSIBLE.around(places));
    }
    if let Some(on_draft) = &plan.draft {
        let (rule, pattern) = with_draft(on_draft);
        return (rule, did(pattern));
    }
    match &plan.meant {
        Some(Meant::Until(until)) => {
            return ("staff-later", deeds::POSTPONED.with([member, team, until]));
        }
        Some(Meant::Team(new)) => {
            return ("staff-team", deeds::GAVE_TO_TEAM.with([member, team, new]));
        }
        None => {}
    }
    let (rule, pattern) = match &plan.act {
        StaffAct::Approve { .. } => ("staff-approve", deeds::OPENED_FORWARD),
        StaffAct::Refuse { .. } => ("staff-refuse", deeds::DROPPED_FORWARD),
        StaffAct::Take => ("staff-take", deeds::TOOK),
        StaffAct::GiveBack => ("staff-back", deeds::GAVE_BACK),
        StaffAct::Close => ("staff-close", deeds::CLOSED),
        StaffAct::Note { .. } => ("staff-note", deeds::NOTED),
        StaffAct::NameIntent { .. } => ("staff-intent", deeds::NAMED_INTENT),
        StaffAct::Postpone { .. } => ("staff-later", deeds::WANTS_REMINDER),
        StaffAct::AskWhy => ("staff-why", deeds::ASKED_WHY),
        StaffAct::AskHelp => ("staff-help", deeds::ASKED_HELP),
        StaffAct::GiveToTeam { .. } => ("staff-team", deeds::GAVE_AWAY),
        StaffAct::Reply { .. } => ("staff-reply", deeds::ANSWERED),
        StaffAct::Nothing => ("staff-nothing", deeds::SENT_NO_WORDS),
    };
    (rule, did(pattern))
}

/// The rule and the words for what is done with the draft that waits.
const fn with_draft(on_draft: &OnDraft) -> (&'static str, Pattern<2>) {
    match on_draft {
        OnDraft::Send(_) => ("staff-approve", deeds::APPROVED),
        OnDraft::AwaitSecond { .. } => ("staff-first-approval", deeds::APPROVED_FIRST),
        OnDraft::SendEdited { .. } => ("staff-edit", deeds::EDITED),
        OnDraft::Replace { .. } => ("staff-edit-waits", deeds::EDITED_WAITS),
        OnDraft::Refuse(_) => ("staff-refuse", deeds::REFUSED),
    }
}

/// What becomes of a mail of staff, or of false staff, when a part failed: nothing reaches a customer.
pub(super) fn on_failure(view: &View<'_>, why: &Sentence) -> Option<Action> {
    // What it says needs nothing of what failed.
    if let Some(answered) = letter::answered_letter(view).pop() {
        return Some(answered.action);
    }
    match view.situation.sender {
        // Silence needs nothing of what failed.
        Sender::Colleague { .. } => outside::colleague(view).pop().map(|found| found.action),
        Sender::FalseStaff { .. } | Sender::StaffForward { .. } => Some(Action::Quarantine),
        Sender::Staff { .. } if view.ticket().is_none() => Some(Action::Quarantine),
        Sender::Staff { team, member } => {
            let why = hints::TRY_AGAIN.around([Value::Words(why)]);
            Some(Plan::impossible(StaffAct::Nothing, why).into_action(team, member))
        }
        Sender::Customer(_) | Sender::ThirdParty => None,
    }
}

fn first_line(view: &View<'_>) -> String {
    let words = words_above_packet(view.situation.mail);
    words
        .lines()
        .find(|line| !line.trim().is_empty())
        .map(|line| line.trim().chars().take(120).collect())
        .unwrap_or_default()
}
