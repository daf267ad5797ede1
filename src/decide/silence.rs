//! Step 3: a person is in the ticket already, or the customer has said `STOP`. Automation stays silent.

use super::hand_off::{may_take_stop_back, refused_before, refuses_automation};
use super::held_back::held_back;
use super::repeated::{has_new_subject, thanks};
use super::view::View;
use super::{Action, Asked, Match, Rule, leave, sentences, to_person};
use crate::desk::{Sender, Trust};
use crate::ticket::Ticket;
use crate::understand::CustomerWord;
use crate::understand::command::asks_about_request;

/// The rules of this step, in order.
pub(super) const RULES: &[Rule] = &[
    status_or_why_alone,
    person_in_ticket,
    stop_or_start_alone,
    automation_refused,
];

/// `STATUS` and `WHY` with nothing beside them are asked of the machine and answered by it, until a person has come in; nothing about a ticket
/// is told to whoever does not prove to be its customer.
fn status_or_why_alone(view: &View<'_>) -> Vec<Match> {
    let (
        Some(word @ (CustomerWord::Status | CustomerWord::Why)),
        Sender::Customer(trust @ (Trust::Claimed | Trust::Thread | Trust::Proven)),
    ) = (
        view.situation.understanding.customer_word,
        view.situation.sender,
    )
    else {
        return vec![];
    };
    let mail = view.situation.mail;
    let asks_more = !mail.attachments.is_empty()
        || !view.situation.understanding.hard_stops.is_empty()
        || says_more_in_subject(view);
    let may_tell = mail.may_auto_reply
        && mail.from.is_some()
        && !refuses_automation(view)
        && held_back(view).is_none();
    let with_person = view.ticket().is_some_and(Ticket::a_person_wrote);
    if asks_more || !may_tell || with_person {
        return vec![];
    }
    let is_shown = view.ticket().is_some() && *trust != Trust::Claimed;
    let (rule, sentence, asked) = match (word, is_shown) {
        (_, false) => ("status-unknown", sentences::STATUS_UNKNOWN, Asked::Unknown),
        (CustomerWord::Why, true) => ("why", sentences::WHY, Asked::Why),
        (_, true) => ("status", sentences::STATUS, Asked::Status),
    };
    vec![Match::new(
        rule,
        sentence,
        view.new_text(),
        Action::Tell(asked),
    )]
}

fn person_in_ticket(view: &View<'_>) -> Vec<Match> {
    let Some(team) = view.team_in_ticket() else {
        return vec![];
    };
    let is_closed = view.ticket().is_some_and(Ticket::is_closed);
    let has_word = view.situation.understanding.customer_word.is_some();
    // Thanks in what is closed tell nobody anything; a word beside them does.
    if is_closed && !has_word && !thanks(view).is_empty() {
        return vec![];
    }
    let pattern = if is_closed {
        sentences::PERSON_IN_CLOSED_TICKET
    } else {
        sentences::PERSON_IN_TICKET
    };
    let sentence = pattern.with([&team]);
    vec![Match::new(
        "person-in-ticket",
        sentence,
        "",
        Action::PassOn { team },
    )]
}

/// Whether the subject says something of its own: that would be lost.
fn says_more_in_subject(view: &View<'_>) -> bool {
    let subject = view.situation.mail.subject.as_str().trim();
    let is_the_word = subject.is_empty() || asks_about_request(subject).is_some();
    !is_the_word && has_new_subject(view)
}

/// `STOP` and `START` with nothing beside them ask for nothing else.
fn stop_or_start_alone(view: &View<'_>) -> Vec<Match> {
    let understanding = view.situation.understanding;
    let mail = view.situation.mail;
    let (Some(word), Sender::Customer(trust)) =
        (understanding.customer_word, view.situation.sender)
    else {
        return vec![];
    };
    // The understander says which word it is; here it only matters that nothing else stands beside it.
    if view.word_count() > 1 || !mail.attachments.is_empty() {
        return vec![];
    }
    let may_confirm = mail.may_auto_reply
        && *trust != Trust::Contradicted
        && mail.from.is_some()
        && held_back(view).is_none();
    let (rule, sentence, action) = match word {
        CustomerWord::Human | CustomerWord::Status | CustomerWord::Why => return vec![],
        // A person sees it, as everything that comes after STOP.
        CustomerWord::Start if refused_before(view) && !may_take_stop_back(view) => return vec![],
        CustomerWord::Start => ("start", sentences::START, leave::LEAVE),
        CustomerWord::Stop if refused_before(view) => {
            ("stop-again", sentences::STOP_AGAIN, leave::LEAVE)
        }
        CustomerWord::Stop if may_confirm => ("stop", sentences::STOP, Action::ConfirmStop),
        CustomerWord::Stop => ("stop", sentences::STOP_UNCONFIRMED, leave::LEAVE),
    };
    vec![Match::new(rule, sentence, view.new_text(), action)]
}

fn automation_refused(view: &View<'_>) -> Vec<Match> {
    let is_customer = matches!(view.situation.sender, Sender::Customer(_));
    if !is_customer || !refuses_automation(view) || !thanks(view).is_empty() {
        return vec![];
    }
    to_person(
        view,
        "automation-refused",
        sentences::AUTOMATION_REFUSED,
        "",
    )
}
