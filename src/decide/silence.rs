//! Step 3: a person is in the ticket already, or the customer has said `STOP`. Automation stays silent.

use super::hand_off::{limit_reached, refused_before, refuses_automation};
use super::view::View;
use super::{Action, Match, Rule, leave, to_person};
use crate::desk::{Sender, Trust};
use crate::understand::CustomerWord;

/// The rules of this step, in order.
pub(super) const RULES: &[Rule] = &[person_in_ticket, stop_or_start_alone, automation_refused];

fn person_in_ticket(view: &View<'_>) -> Vec<Match> {
    let Some(team) = view.team_in_ticket() else {
        return vec![];
    };
    let sentence = format!("a person of team {team} is in this ticket, so automation stays silent");
    vec![Match::new(
        "person-in-ticket",
        sentence,
        "",
        Action::PassOn { team },
    )]
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
        && limit_reached(view).is_none();
    let (rule, sentence, action) = match word {
        CustomerWord::Human => return vec![],
        CustomerWord::Start => (
            "start",
            "the customer takes STOP back; there is nothing else to do",
            leave::LEAVE,
        ),
        CustomerWord::Stop if refused_before(view) => (
            "stop-again",
            "the customer has said STOP before, and it was confirmed then",
            leave::LEAVE,
        ),
        CustomerWord::Stop if may_confirm => (
            "stop",
            "the customer wants no automatic mail, which is confirmed once",
            Action::ConfirmStop,
        ),
        CustomerWord::Stop => (
            "stop",
            "the customer wants no automatic mail, and not even a confirmation may be sent",
            leave::LEAVE,
        ),
    };
    vec![Match::new(rule, sentence, view.new_text(), action)]
}

fn automation_refused(view: &View<'_>) -> Vec<Match> {
    if !matches!(view.situation.sender, Sender::Customer(_)) || !refuses_automation(view) {
        return vec![];
    }
    to_person(
        view,
        "automation-refused",
        "the customer has asked for no automatic mail (STOP), so a person answers",
        "",
    )
}
