//! Step 6: automation had its turn: an answer did not help, a question was asked once, the limits are reached; or all is well, and the
//! customer says thanks (which step 5 asks already, before it looks at any article).

use super::crossed::has_crossed;
use super::hand_off::why_unanswerable;
use super::held_back::held_back;
use super::not_left::{
    answers_that_left, has_last_left, has_waiting_answer, waits_for_same, was_lost,
};
use super::view::View;
use super::{Action, Match, Rule, leave, sentences, to_person};
use crate::desk::{Sender, Trust};
use crate::ticket::{Event, Status, Ticket};
use crate::understand::without_reply_marks;

/// The rules of this step, in order.
pub(super) const RULES: &[Rule] = &[did_not_help, asked_already, may_not_answer, limits];

/// Thanks where nothing is open ask for nothing: to answer them would be a nuisance, to promise a person's answer absurd, to hand them off a
/// waste. Nobody sees such a mail, so nothing else may stand in it: no further word, no file, no subject of its own but thanks.
pub(super) fn thanks(view: &View<'_>) -> Vec<Match> {
    let Some(words) = view.signal("nothing-but-thanks") else {
        return vec![];
    };
    let is_settled = view.ticket().is_none_or(|ticket| {
        !ticket.sent_answers().is_empty() || ticket.is_closed() || was_answered_by_a_person(ticket)
    });
    let has_files = (view.situation.mail.attachments.iter()).any(|file| !file.inline);
    let says_more = has_files
        || view.signal("did-not-help").is_some()
        || (has_new_subject(view) && view.signal("thanks-in-subject").is_none());
    if !is_settled || says_more {
        return vec![];
    }
    let sender_is_customer = matches!(
        view.situation.sender,
        Sender::Customer(Trust::Claimed | Trust::Thread | Trust::Proven)
    );
    let confirms = view.ticket().is_some_and(|ticket| {
        let was_answered = !ticket.sent_answers().is_empty() || was_answered_by_a_person(ticket);
        was_answered
            && has_last_left(view)
            && !ticket.is_closed()
            && ticket.waiting_draft().is_none()
    });
    let action = if confirms && sender_is_customer {
        Action::NoteConfirmed
    } else {
        leave::LEAVE
    };
    vec![Match::new("thanks", sentences::THANKS, words, action)]
}

/// Whether a person's answer has reached the customer, and none is promised any more.
fn was_answered_by_a_person(ticket: &Ticket) -> bool {
    let mut events = ticket.events.iter().map(|timed| &timed.event);
    let has_answer = events.any(|event| {
        matches!(
            event,
            Event::StaffReplied { .. } | Event::DraftApproved { .. }
        )
    });
    has_answer && ticket.open_promise().is_none()
}

/// Whether the subject says something that was not there before. That of a reply ends in ours, or in one of theirs.
pub(super) fn has_new_subject(view: &View<'_>) -> bool {
    let subject = view.situation.mail.subject.as_str().trim();
    let Some(ticket) = view.ticket() else {
        return true;
    };
    let is_ours = subject.contains(&format!("[{}]", ticket.id));
    let bare = without_reply_marks(subject);
    let is_theirs = |before: &str| bare == without_reply_marks(before);
    let earlier = ticket.customer_mails();
    let mut earlier = earlier.iter().map(|mail| mail.subject.as_str());
    !(subject.is_empty()
        || is_ours
        || earlier.any(|before| !before.trim().is_empty() && is_theirs(before)))
}

fn did_not_help(view: &View<'_>) -> Vec<Match> {
    let lost = was_lost(view);
    if !lost.is_empty() {
        return lost;
    }
    let answers = answers_that_left(view);
    if answers.is_empty() {
        // What has not left cannot have failed to help: "still no answer" is true. Other words of this kind are for a person to read.
        if has_waiting_answer(view) && view.signal("repeated-contact").is_some() {
            return vec![];
        }
        let wrote_before = (view.ticket().is_none()
            && !view.situation.history.earlier_tickets.is_empty())
            || has_waiting_answer(view);
        return match view.signal("did-not-help") {
            Some(words) if wrote_before => {
                to_person(view, "did-not-help", sentences::DID_NOT_HELP_BEFORE, words)
            }
            _ => vec![],
        };
    }
    if let Some(words) = view.signal("did-not-help") {
        return to_person(view, "did-not-help", sentences::DID_NOT_HELP, words);
    }
    let same = view.wanted.as_ref().filter(|wanted| {
        answers
            .iter()
            .any(|answer| answer.article.intent == wanted.intent)
    });
    match same {
        Some(_) if has_crossed(view) || waits_for_same(view) => vec![],
        Some(wanted) => to_person(
            view,
            "same-again",
            sentences::SAME_AGAIN.with([&wanted.intent]),
            wanted.evidence.as_str(),
        ),
        None => vec![],
    }
}

fn asked_already(view: &View<'_>) -> Vec<Match> {
    let Some((ticket, (asked, _))) = view
        .ticket()
        .and_then(|ticket| Some((ticket, ticket.asked_before()?)))
    else {
        return vec![];
    };
    if has_crossed(view) || waits_for_same(view) {
        return vec![];
    }
    let missing = view.missing();
    let waits = ticket.status() == Status::WaitsForCustomer;
    let unanswered: Vec<String> = asked
        .iter()
        .filter(|name| !view.facts.contains_key(*name))
        .filter(|name| waits || missing.contains(name))
        .map(ToString::to_string)
        .collect();
    // Something new may be missing too, for another intent: one question a ticket, so that nobody is asked again and again.
    if unanswered.is_empty() && missing.is_empty() {
        return vec![];
    }
    let names: Vec<String> = if unanswered.is_empty() {
        missing.iter().map(ToString::to_string).collect()
    } else {
        unanswered
    };
    to_person(
        view,
        "asked-already",
        sentences::ASKED_ALREADY.with([&names.join(", ")]),
        "",
    )
}

fn may_not_answer(view: &View<'_>) -> Vec<Match> {
    if view.situation.mail.may_auto_reply {
        return vec![];
    }
    let evidence = view.situation.mail.sender_evidence.first();
    to_person(
        view,
        "may-not-answer",
        why_unanswerable(view),
        evidence
            .map(|evidence| format!("{}: {}", evidence.place, evidence.words))
            .unwrap_or_default(),
    )
}

fn limits(view: &View<'_>) -> Vec<Match> {
    match held_back(view) {
        Some(held) => to_person(view, held.rule, held.sentence, ""),
        None => vec![],
    }
}
