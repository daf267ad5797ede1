//! Step 2: what staff ask for, and what only claims to be staff. An act that cannot be done, or that may be meant in two ways, is told to
//! the member and changes nothing: the customer must not get a command word as an answer, nor a draft that nobody approved.

mod approval;
mod doubt;
mod intent;
mod outside;
mod pass;
mod plan;
mod waiting;

use super::view::View;
use super::{Action, Match, Meant, Rule, Sentence};
use crate::desk::{Sender, StaffAct, words_above_packet};
use approval::Speaker;
use plan::{Plan, plan};

pub use approval::OnDraft;

/// The rules of this step, in order.
pub(super) const RULES: &[Rule] = &[false_staff, outside::colleague, staff_forward, staff_act];

fn false_staff(view: &View<'_>) -> Vec<Match> {
    let Sender::FalseStaff { why } = view.situation.sender else {
        return vec![];
    };
    let from = view.situation.mail.from.as_ref();
    vec![Match::new(
        "false-staff",
        Sentence::in_english(format!(
            "it is not taken for a mail of staff: {why}; it changed nothing and reached no customer"
        )),
        from.map(ToString::to_string).unwrap_or_default(),
        Action::Quarantine,
    )]
}

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
        Sentence::in_english(format!(
            "{member} (team {team}) forwarded a mail of {}; it waits for a yes",
            original.from
        )),
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
            Sentence::in_english(format!(
                "{member} (team {team}) answers a ticket that is not known any more"
            )),
            "",
            Action::Quarantine,
        )];
    };
    let plan = plan(view, ticket, Speaker { team, member });
    let (rule, what) = match (&plan.impossible, &plan.act) {
        (Some(_), _) => (
            "staff-impossible",
            "asked for something that cannot be done",
        ),
        (None, _) if plan.draft.is_some() => on_draft(&plan),
        (None, StaffAct::Approve { .. }) => ("staff-approve", "said yes to the forwarded mail"),
        (None, StaffAct::Refuse { .. }) => ("staff-refuse", "dropped the forwarded mail"),
        (None, StaffAct::Take) => ("staff-take", "took the ticket"),
        (None, StaffAct::GiveBack) => ("staff-back", "gave the ticket back to automation"),
        (None, StaffAct::Close) => ("staff-close", "closed the ticket"),
        (None, StaffAct::Note { .. }) => ("staff-note", "left a note"),
        (None, StaffAct::NameIntent { .. }) => ("staff-intent", "said what the customer wants"),
        (None, StaffAct::Postpone { .. }) => ("staff-later", "wants to be reminded of the ticket"),
        (None, StaffAct::AskWhy) => ("staff-why", "asked why it was decided this way"),
        (None, StaffAct::AskHelp) => ("staff-help", "asked what can be replied"),
        (None, StaffAct::GiveToTeam { .. }) => ("staff-team", "gave the ticket to another team"),
        (None, StaffAct::Reply { .. }) => ("staff-reply", "answered the customer"),
        (None, StaffAct::Nothing) => ("staff-nothing", "sent no words"),
    };
    let plan = plan.with_lesson(view, ticket, member);
    let sentence = match (&plan.impossible, &plan.meant) {
        (Some(why), _) => format!("{member} (team {team}) {what}: {why}"),
        (None, Some(Meant::Team(new))) => format!("{member} (team {team}) {what}: {new}"),
        (None, Some(Meant::Until(until))) => format!("{member} (team {team}) {what}: {until}"),
        (None, None) => format!("{member} (team {team}) {what}"),
    };
    let evidence = first_line(view);
    vec![Match::new(
        rule,
        Sentence::in_english(sentence),
        evidence,
        plan.into_action(team, member),
    )]
}

/// The rule and the words for what is done with the draft that waits.
const fn on_draft(plan: &Plan) -> (&'static str, &'static str) {
    match &plan.draft {
        Some(OnDraft::Send(_)) | None => ("staff-approve", "approved the draft"),
        Some(OnDraft::AwaitSecond { .. }) => (
            "staff-first-approval",
            "approved the draft, which needs another member's yes as well",
        ),
        Some(OnDraft::SendEdited { .. }) => {
            ("staff-edit", "changed the draft and sent it like that")
        }
        Some(OnDraft::Replace { .. }) => (
            "staff-edit-waits",
            "changed the draft, which needs another member's yes",
        ),
        Some(OnDraft::Refuse(_)) => ("staff-refuse", "refused the draft"),
    }
}

/// What becomes of a mail of staff, or of false staff, when a part failed: nothing reaches a customer.
pub(super) fn on_failure(view: &View<'_>, why: &str) -> Option<Action> {
    match view.situation.sender {
        // Silence needs nothing of what failed.
        Sender::Colleague { .. } => outside::colleague(view).pop().map(|found| found.action),
        Sender::FalseStaff { .. } | Sender::StaffForward { .. } => Some(Action::Quarantine),
        Sender::Staff { .. } if view.ticket().is_none() => Some(Action::Quarantine),
        Sender::Staff { team, member } => {
            let why = format!("{why}; nothing was sent, please try again");
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
