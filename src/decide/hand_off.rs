//! Who gets a hand-off, and is the customer told? The notice is an automatic mail like any other: whatever forbids those forbids it,
//! and then staff are told why the customer heard nothing.

use super::held_back::held_back;
use super::sentence::Pattern;
use super::view::View;
use super::{HandOff, NoticePlan, Sentence, sentences};
use crate::config::TeamName;
use crate::desk::{Sender, Trust};
use crate::ticket::{ArticleReference, Ticket};

/// The hand-off of this mail to that team, or to the one that its subject belongs to.
pub(super) fn hand_off(view: &View<'_>, team: Option<TeamName>) -> HandOff {
    let team = match team {
        Some(team) => view.existing_team(Some(&team)),
        None => view.responsible_team(),
    };
    let notice = match silence(view) {
        Some(why) => NoticePlan::Withhold { why },
        None => notice(view, &team),
    };
    HandOff {
        notice,
        suggestion: suggestion(view),
        facts: view.facts.clone(),
        missing: view.missing(),
        team,
    }
}

/// That the customer is told, and the promise: the team's reply time, counted in its working hours from now.
pub(super) fn notice(view: &View<'_>, team: &TeamName) -> NoticePlan {
    match view.situation.settings.team(team) {
        Some(team) => NoticePlan::Tell {
            promised_by: team.hours.after(view.situation.now, team.reply_within),
        },
        None => NoticePlan::Withhold {
            why: sentences::NO_TEAM.into(),
        },
    }
}

/// Why nothing automatic may go to whoever wrote this mail; `None` where it may.
pub(super) fn silence(view: &View<'_>) -> Option<Sentence> {
    let situation = view.situation;
    match situation.sender {
        Sender::ThirdParty => {
            return Some(sentences::NOTHING_TO_THIRD_PARTIES.into());
        }
        Sender::Customer(Trust::Contradicted) => {
            return Some(sentences::MIGHT_REACH_THE_WRONG_PERSON.into());
        }
        _ => {}
    }
    if situation.mail.from.is_none() {
        return Some(sentences::NAMES_NO_SENDER.into());
    }
    if refuses_automation(view) {
        return Some(sentences::REFUSES_AUTOMATION.into());
    }
    if !situation.mail.may_auto_reply {
        return Some(why_unanswerable(view).into());
    }
    held_back(view).map(|held| held.sentence)
}

/// Why nothing automatic may answer a mail of this form.
pub(super) fn why_unanswerable(view: &View<'_>) -> Pattern<0> {
    if view.situation.mail.form_writer.is_some() {
        sentences::FROM_A_FORM
    } else {
        sentences::MAIL_MANNERS
    }
}

/// Whether `STOP` holds: said before or now, and not taken back now.
pub(super) fn refuses_automation(view: &View<'_>) -> bool {
    use crate::understand::CustomerWord;
    match view.situation.understanding.customer_word {
        Some(CustomerWord::Start) => refused_before(view) && !may_take_stop_back(view),
        Some(CustomerWord::Stop) => true,
        _ => refused_before(view),
    }
}

/// Whether `START` is shown to be the customer's. Anybody can write their address into a mail, and would make us write to somebody who asked
/// for silence.
pub(super) fn may_take_stop_back(view: &View<'_>) -> bool {
    matches!(
        view.situation.sender,
        Sender::Customer(Trust::Thread | Trust::Proven)
    )
}

/// Whether `STOP` was said before this mail.
pub(super) fn refused_before(view: &View<'_>) -> bool {
    view.situation.history.automation_refused
        || view.ticket().is_some_and(Ticket::automation_refused)
}

/// The nearest approved answer, as a suggestion: in the customer's language, or in any where there is none.
fn suggestion(view: &View<'_>) -> Option<ArticleReference> {
    let (wanted, topic) = view.likely()?;
    if topic.mode.is_for_people() {
        return None;
    }
    let in_language = topic.articles.get_key_value(&view.language);
    let (language, article) = in_language.or_else(|| topic.articles.iter().next())?;
    Some(ArticleReference {
        intent: wanted.intent.clone(),
        language: language.clone(),
        revision: article.revision.clone(),
    })
}
