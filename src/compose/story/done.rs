//! What was done, as events of the ticket: what each action leaves behind in its story.

use super::summary;
use crate::compose::drafts::of_draft;
use crate::compose::{Outgoing, Purpose};
use crate::decide::{Action, Decision, HandOff, Meant, NoticePlan, Situation};
use crate::desk::StaffAct;
use crate::mail::{Address, BounceAction, SenderKind};
use crate::ticket::{Event, Notice, ShownBy};

pub(super) fn done(
    decision: &Decision,
    situation: &Situation<'_>,
    mails: &[Outgoing],
) -> Vec<Event> {
    let why = decision.reasons.first.sentence.english();
    match &decision.action {
        Action::Leave { .. } => bounced(situation).into_iter().collect(),
        // The word itself is part of the arrival.
        Action::NoteOwnCopy
        | Action::AnswerLetter { .. }
        | Action::ConfirmStop
        | Action::Tell(_)
        | Action::Collect {
            tells_team: false, ..
        } => vec![],
        Action::Collect { team, .. } => vec![Event::PassedOn { team: team.clone() }],
        Action::Answer {
            article,
            confidence,
            ..
        } => vec![Event::Answered {
            article: article.clone(),
            confidence: *confidence,
        }],
        Action::Ask { intent, missing } => vec![Event::Asked {
            facts: missing.clone(),
            intent: intent.clone(),
        }],
        Action::Draft(draft) => vec![Event::Drafted {
            draft: draft.clone(),
        }],
        Action::HandOff(hand_off) => vec![handed_off(hand_off, why, mails)],
        Action::PassOn { team } => vec![Event::PassedOn { team: team.clone() }],
        Action::OfferTicket { team, member, .. } => vec![Event::Forwarded {
            member: member.clone(),
            team: team.clone(),
        }],
        Action::NoteCrossed => vec![Event::Crossed],
        Action::NoteConfirmed => vec![Event::Confirmed],
        Action::NoteColleague { from, team, .. } => vec![Event::WroteOutside {
            from: from.clone(),
            team: team.clone(),
            shown_by: ShownBy::Address,
            mail: summary(situation.mail, situation.settings),
        }],
        Action::Staff {
            impossible: Some(_),
            ..
        } => vec![],
        Action::Staff {
            member,
            act,
            draft,
            hand_off,
            lesson,
            meant,
            ..
        } => {
            let learned = lesson.as_ref().map(|lesson| Event::Learned {
                member: lesson.member.clone(),
                mail: lesson.mail,
                intent: lesson.intent.clone(),
            });
            let member = member.clone();
            let mut events: Vec<Event> = match act {
                // Without a draft it was a forwarded mail that waited: the yes is the hand-off below, the no ends it.
                _ if draft.is_some() => {
                    let on_draft = draft.iter();
                    on_draft
                        .map(|it| of_draft(member.clone(), act, it))
                        .collect()
                }
                StaffAct::Approve { .. } => vec![],
                StaffAct::Refuse { .. } => vec![Event::Closed {
                    member: Some(member),
                }],
                StaffAct::Take => vec![Event::Taken { member }],
                StaffAct::Postpone { .. } | StaffAct::GiveToTeam { .. } => {
                    // A draft that nobody sent: the hand-off below says which team has it.
                    let meant = meant.as_ref().filter(|_| hand_off.is_none());
                    meant
                        .map(|meant| put_off_or_given(member, meant))
                        .into_iter()
                        .collect()
                }
                StaffAct::GiveBack => vec![Event::GivenBack { member }],
                StaffAct::Close => vec![Event::Closed {
                    member: Some(member),
                }],
                StaffAct::Note { text } => vec![Event::Noted {
                    member,
                    text: text.clone(),
                }],
                StaffAct::Reply { .. } => replied(member, situation),
                StaffAct::NameIntent { .. }
                | StaffAct::AskWhy
                | StaffAct::AskHelp
                | StaffAct::Nothing => vec![],
            };
            events.extend(learned);
            let hand_off = hand_off.as_ref();
            events.extend(hand_off.map(|hand_off| handed_off(hand_off, why, mails)));
            events
        }
        Action::Quarantine => vec![Event::KeptAside {
            from: situation
                .mail
                .from
                .as_ref()
                .map(|from| from.address.clone()),
            why: why.to_owned(),
        }],
    }
}

/// A person's answer, and what it asked for although their packet had given it.
fn replied(member: Address, situation: &Situation<'_>) -> Vec<Event> {
    let asked = situation.asked_again.iter().map(|asked| Event::AskedAgain {
        member: member.clone(),
        asked: asked.clone(),
    });
    let asked: Vec<Event> = asked.collect();
    let mut events = vec![Event::StaffReplied { member }];
    events.extend(asked);
    events
}

fn put_off_or_given(member: Address, meant: &Meant) -> Event {
    match meant {
        Meant::Until(until) => Event::Postponed {
            member,
            until: *until,
        },
        Meant::Team(team) => Event::Reassigned {
            member,
            team: team.clone(),
        },
    }
}

fn handed_off(hand_off: &HandOff, why: &str, mails: &[Outgoing]) -> Event {
    let sent = mails.iter().find(|mail| mail.purpose == Purpose::Notice);
    let (promised_by, notice) = match (&hand_off.notice, sent) {
        (NoticePlan::Tell { promised_by }, Some(mail)) => (
            Some(*promised_by),
            Notice::Sent {
                text: mail.text.clone(),
            },
        ),
        (NoticePlan::Tell { .. }, None) => (
            None,
            Notice::Withheld {
                why: "no notice was written".to_owned(),
            },
        ),
        (NoticePlan::Withhold { why }, _) => (
            None,
            Notice::Withheld {
                why: why.to_string(),
            },
        ),
    };
    Event::HandedOff {
        team: hand_off.team.clone(),
        promised_by,
        notice,
        why: why.to_owned(),
    }
}

/// What a delivery report says about a mail of ours.
fn bounced(situation: &Situation<'_>) -> Option<Event> {
    let mail = situation.mail;
    if mail.sender_kind != SenderKind::Bounce || situation.ticket.is_none() {
        return None;
    }
    let bounce = mail.bounce.as_ref();
    let action = bounce.map_or(BounceAction::Failed, |bounce| bounce.action);
    let status = bounce.and_then(|bounce| bounce.status.as_deref());
    Some(Event::Bounced {
        recipient: bounce.and_then(|bounce| bounce.recipient.clone()),
        report: [action.as_str(), status.unwrap_or_default()]
            .join(" ")
            .trim()
            .to_owned(),
        original: bounce.and_then(|bounce| bounce.original_message_id.clone()),
    })
}
