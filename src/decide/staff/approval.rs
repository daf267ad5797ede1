//! What does a member's yes or text do to the draft that waits? It is sent, sent with their changes, waits for a second yes, or gives way
//! to their text. One approval counts, once; where two are needed, nobody sends anything alone. Pure.

use super::super::Sentence;
use super::super::sentence::{Pattern, Value};
use super::super::view::View;
use super::doubt::{doubt, has_open_place, may_be_a_yes_or_a_no};
use super::hints;
use super::plan::{Confirms, Plan};
use crate::compose::{Purpose, readable};
use crate::config::{Language, TeamName};
use crate::desk::{Question, StaffAct, compare, is_changed_in_quote, words_for_us};
use crate::mail::{Address, Mail};
use crate::ticket::{Approvals, Draft, DraftFate, Edit, Event, Ticket, WaitingDraft, Wording};
use jiff::Timestamp;

/// What a member's mail does to the draft that waits.
#[derive(Clone, Debug, PartialEq)]
pub enum OnDraft {
    /// It is sent as it was shown.
    Send(Draft),
    /// It is sent with the member's changes.
    SendEdited {
        /// As it was shown.
        draft: Draft,
        /// What they changed.
        edit: Edit,
    },
    /// The yes is on record, and another member's is needed as well.
    AwaitSecond {
        /// The draft.
        draft: Draft,
        /// Who can give it.
        others: Vec<Address>,
    },
    /// The member's text takes its place, and another member's yes is needed.
    Replace {
        /// The new draft.
        with: Draft,
        /// Who can say yes.
        others: Vec<Address>,
    },
    /// It is not sent.
    Refuse(Draft),
}

/// A reply with so many words above a draft that was changed in the quote may mean either text.
const WORDS_ABOVE_CHANGED_QUOTE_MAX: usize = 25;

/// Who says something about a draft.
#[derive(Clone, Copy)]
pub(super) struct Speaker<'a> {
    pub(super) team: &'a TeamName,
    pub(super) member: &'a Address,
}

/// The draft that a yes or a no is about; or why there is none.
pub(super) fn named<'t>(
    view: &View<'_>,
    ticket: &'t Ticket,
    speaker: Speaker<'_>,
    question: Option<Question>,
) -> Result<WaitingDraft<'t>, Sentence> {
    let Some(waiting) = ticket.draft_in_waiting() else {
        return Err(no_draft(view, ticket, speaker.team));
    };
    if let Some(Question::Draft(number)) = question
        && number.0 > waiting.number.0
    {
        return Err(hints::NO_SUCH_DRAFT.with([&number, &waiting.number]));
    }
    let is_another = match question {
        Some(Question::Draft(number)) => number != waiting.number,
        Some(Question::Forward) => true,
        None => answers_older_draft(view.situation.mail, ticket),
    };
    if is_another {
        return Err(hints::NEWER_DRAFT_ANSWERED.into());
    }
    if &waiting.draft.team != speaker.team {
        return Err(hints::DRAFT_OF_ANOTHER_TEAM.with([&waiting.draft.team, speaker.team]));
    }
    Ok(waiting)
}

/// `OK` to a draft.
pub(super) fn say_yes(
    view: &View<'_>,
    ticket: &Ticket,
    speaker: Speaker<'_>,
    question: Option<Question>,
) -> Plan {
    let act = StaffAct::Approve { question };
    let waiting = match named(view, ticket, speaker, question) {
        Ok(waiting) => waiting,
        Err(why) => return Plan::impossible(act, why),
    };
    let draft = waiting.draft.clone();
    match (draft.approvals, waiting.first_yes) {
        (Approvals::Two, Some((first, at))) if first.is_same_as(speaker.member) => {
            let others = in_words(view, speaker);
            let moment = moment(view, speaker.team, at);
            let places = [Value::Words(&moment), Value::Words(&others)];
            Plan::impossible(act, hints::YES_ON_RECORD.around(places))
        }
        (Approvals::Two, None) => Plan {
            draft: Some(OnDraft::AwaitSecond {
                draft,
                others: others(view, speaker),
            }),
            ..Plan::simply(act)
        },
        (Approvals::One, _) | (Approvals::Two, Some(_)) => Plan {
            confirmed: confirms(&draft),
            draft: Some(OnDraft::Send(draft)),
            ..Plan::simply(act)
        },
    }
}

/// A text of a member: the draft with their changes, or an answer of their own.
pub(super) fn own_words(
    view: &View<'_>,
    ticket: &Ticket,
    speaker: Speaker<'_>,
    text: String,
) -> Plan {
    let mail = view.situation.mail;
    let words = words_for_us(mail);
    let act = StaffAct::Reply { text };
    if let Some(why) = doubt(ticket, &words) {
        return Plan::impossible(act, why);
    }
    let facts = view.situation.settings.facts.keys().cloned();
    if has_open_place(&words, facts) {
        return Plan::impossible(act, hints::OPEN_PLACE);
    }
    if let Some((colleague, at)) = answered_since(mail, ticket, speaker.member) {
        let moment = moment(view, speaker.team, at);
        let colleague = Value::Same(&colleague);
        let why = hints::COLLEAGUE_WAS_FIRST.around([colleague, Value::Words(&moment)]);
        return Plan::impossible(act, why);
    }
    let own_answer = |act| Plan {
        confirmed: Some(Confirms::OwnAnswer),
        ..Plan::simply(act)
    };
    let Some(waiting) = ticket.draft_in_waiting() else {
        return own_answer(act);
    };
    let draft = waiting.draft;
    let is_of_team = &draft.team == speaker.team;
    if !is_of_team && draft.approvals == Approvals::Two {
        return Plan::impossible(act, hints::TWO_OF_ANOTHER_TEAM.with([&draft.team]));
    }
    if !is_of_team {
        return own_answer(act);
    }
    let is_short = words.split_whitespace().count() <= WORDS_ABOVE_CHANGED_QUOTE_MAX;
    if is_short && let Some(why) = changed_below(mail, draft) {
        return Plan::impossible(act, why);
    }
    if may_be_a_yes_or_a_no(&words) {
        return Plan::impossible(act, hints::SHORT_BESIDE_A_DRAFT);
    }
    let edit = compare(&shown(draft), &words);
    if draft.approvals == Approvals::One && !edit.is_of_the_draft() {
        return own_answer(act);
    }
    if answers_older_draft(mail, ticket) {
        return Plan::impossible(act, hints::NEWER_DRAFT_CHANGED);
    }
    match (draft.approvals, &act) {
        (Approvals::Two, _) if mail.attachments.iter().any(|file| !file.inline) => {
            Plan::impossible(act, hints::FILES_CANNOT_WAIT)
        }
        (Approvals::Two, StaffAct::Reply { text }) => Plan {
            draft: Some(OnDraft::Replace {
                with: Draft {
                    text: text.clone(),
                    wording: Wording::Edited {
                        by: speaker.member.clone(),
                        edit,
                    },
                    ..draft.clone()
                },
                others: others(view, speaker),
            }),
            ..Plan::simply(act)
        },
        _ => Plan {
            confirmed: Some(Confirms::Draft),
            draft: Some(OnDraft::SendEdited {
                draft: draft.clone(),
                edit,
            }),
            ..Plan::simply(act)
        },
    }
}

/// A mail without words above the packet: perhaps the draft was changed below, where nothing is read.
pub(super) fn nothing_above(mail: &Mail, ticket: &Ticket) -> Sentence {
    let draft = ticket.waiting_draft();
    draft
        .and_then(|draft| changed_below(mail, draft))
        .unwrap_or_else(|| hints::NO_WORDS.into())
}

fn changed_below(mail: &Mail, draft: &Draft) -> Option<Sentence> {
    is_changed_in_quote(&shown(draft), &mail.body.quoted_text).then(|| hints::CHANGED_BELOW.into())
}

/// The draft as the team reads it.
fn shown(draft: &Draft) -> String {
    match draft.wording {
        Wording::OfArticle => readable(&draft.text),
        Wording::Edited { .. } => draft.text.clone(),
    }
}

/// What a yes to a draft confirms: its article, unless a member made another text of it.
fn confirms(draft: &Draft) -> Option<Confirms> {
    match &draft.wording {
        Wording::Edited { edit, .. } if !edit.is_of_the_draft() => None,
        _ => Some(Confirms::Draft),
    }
}

fn others(view: &View<'_>, speaker: Speaker<'_>) -> Vec<Address> {
    let team = view.situation.settings.team(speaker.team);
    let members = team.map(|team| team.members.as_slice()).unwrap_or_default();
    let addresses = members.iter().map(|member| &member.address);
    let others = addresses.filter(|address| !address.is_same_as(speaker.member));
    others.cloned().collect()
}

/// Who can give the other yes, by name.
fn in_words(view: &View<'_>, speaker: Speaker<'_>) -> Sentence {
    let others = others(view, speaker);
    let team = view.situation.settings.team(speaker.team);
    let names = others.iter().map(|address| match team {
        Some(team) => team.called(address),
        None => address.as_str(),
    });
    let names: Vec<&str> = names.collect();
    if names.is_empty() {
        hints::NOBODY_ELSE.into()
    } else {
        Sentence::in_each(names.join(" or "), names.join(" oder "))
    }
}

/// The colleague who answered the customer after the mail of ours that this one replies to, and when: its writer may not know of it. An answer
/// that did not arrive is none, for the customer has nothing yet; one of which nobody knows whether it arrived is one.
fn answered_since(mail: &Mail, ticket: &Ticket, member: &Address) -> Option<(Address, Timestamp)> {
    let replied_to = ticket.events.iter().rposition(|timed| {
        matches!(&timed.event, Event::Wrote { message_id, .. } if mail.in_reply_to.contains(message_id))
    })?;
    let lost = ticket.undelivered().filter(|lost| !lost.may_have_arrived);
    let lost = lost.map(|lost| lost.mail);
    let since = ticket.events.iter().enumerate().skip(replied_to);
    let arrived = since.filter(|(place, _)| lost.is_none() || ticket.written_by(*place) != lost);
    let mut answers = arrived.filter_map(|(_, timed)| match &timed.event {
        Event::StaffReplied { member: other }
        | Event::DraftApproved {
            member: other,
            edit: Some(_),
            ..
        } if !other.is_same_as(member) => Some((other.clone(), timed.at)),
        _ => None,
    });
    answers.next_back()
}

/// Whether a mail replies to one of ours that is older than the newest draft: a yes to it is a yes to a text that its writer may not have
/// seen, be it an older draft or a question about one.
fn answers_older_draft(mail: &Mail, ticket: &Ticket) -> bool {
    let is_draft = |event: &Event| {
        matches!(
            event,
            Event::Wrote {
                purpose: Purpose::DraftForApproval,
                ..
            }
        )
    };
    let newest = ticket
        .events
        .iter()
        .rposition(|timed| is_draft(&timed.event));
    let older = ticket.events.iter().take(newest.unwrap_or(0));
    let mut older = older.filter_map(|timed| match &timed.event {
        Event::Wrote { message_id, .. } => Some(message_id),
        _ => None,
    });
    older.any(|id| mail.in_reply_to.contains(id))
}

/// That no draft waits, and what became of the last one: whoever comes second is told who came first.
pub(super) fn no_draft(view: &View<'_>, ticket: &Ticket, team: &TeamName) -> Sentence {
    let Some((fate, at)) = ticket.last_drafts_fate() else {
        return hints::NO_DRAFT.into();
    };
    let moment = moment(view, team, at);
    let by = |member: &Address, what: Pattern<2>| {
        what.around([Value::Same(member), Value::Words(&moment)])
    };
    let what = match fate {
        DraftFate::Sent(member) => by(member, hints::DRAFT_WAS_SENT),
        DraftFate::SentEdited(member) => by(member, hints::DRAFT_WAS_SENT_EDITED),
        DraftFate::Refused(member) => by(member, hints::DRAFT_WAS_REFUSED),
        DraftFate::AnsweredInstead(member) => by(member, hints::DRAFT_WAS_ANSWERED_INSTEAD),
        DraftFate::CustomerWroteAgain => {
            hints::DRAFT_CUSTOMER_WROTE_AGAIN.around([Value::Words(&moment)])
        }
        DraftFate::AnsweredPastUs | DraftFate::Overtaken => {
            hints::DRAFT_WAS_OVERTAKEN.around([Value::Words(&moment)])
        }
    };
    hints::NO_DRAFT_ANY_MORE.around([Value::Words(&what)])
}

/// A moment in the team's own time.
fn moment(view: &View<'_>, team: &TeamName, at: Timestamp) -> Sentence {
    let zone = view.situation.settings.team(team);
    let zone = zone.map_or(jiff::tz::TimeZone::UTC, |team| team.hours.time_zone.clone());
    let in_language =
        |code: &str| crate::compose::moment_in_words(&Language(code.to_owned()), at, &zone);
    Sentence::in_each(in_language("en"), in_language("de"))
}

#[cfg(test)]
mod tests;
