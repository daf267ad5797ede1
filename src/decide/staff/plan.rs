//! What can be done of what a member asks for, what they confirm by it, and what is learned of that. Pure.

use super::super::view::View;
use super::super::{Action, HandOff, Meant, Sentence};
use super::approval::{OnDraft, Speaker, nothing_above, own_words};
use super::hints;
use super::intent::named;
use super::pass::{give, postpone};
use super::said_as::said_as;
use super::waiting::{approve, refuse};
use crate::config::{IntentName, TeamName};
use crate::desk::{StaffAct, read_act, words_for_us};
use crate::learning::{self, Confirmed, Lesson};
use crate::mail::{Address, Extent, Protection};
use crate::ticket::Ticket;

/// What will be done of what was asked.
pub(super) struct Plan {
    pub(super) act: StaffAct,
    pub(super) draft: Option<OnDraft>,
    /// Why it cannot be done.
    pub(super) impossible: Option<Sentence>,
    pub(super) hand_off: Option<HandOff>,
    /// What the member confirms by it; `None` where by nothing.
    pub(super) confirmed: Option<Confirms>,
    pub(super) lesson: Option<Lesson>,
    /// What the time or the team that the word names comes to.
    pub(super) meant: Option<Meant>,
}

/// What a member confirms.
pub(super) enum Confirms {
    /// By name: an article, or none.
    Named(Option<IntentName>),
    /// The draft's article.
    Draft,
    /// That an answer by hand was needed.
    OwnAnswer,
}

impl Plan {
    pub(super) fn simply(act: StaffAct) -> Self {
        Self {
            act,
            draft: None,
            impossible: None,
            hand_off: None,
            confirmed: None,
            lesson: None,
            meant: None,
        }
    }

    /// With what is learned of it. What cannot be done teaches nothing.
    pub(super) fn with_lesson(
        mut self,
        view: &View<'_>,
        ticket: &Ticket,
        member: &Address,
    ) -> Self {
        let Some(Ok(request)) = view.situation.request else {
            return self;
        };
        let confirmed = match (&self.confirmed, &self.draft) {
            _ if self.impossible.is_some() => None,
            (Some(Confirms::Named(intent)), _) => Some(Confirmed::Named(intent.as_ref())),
            (
                Some(Confirms::Draft),
                Some(OnDraft::Send(draft) | OnDraft::SendEdited { draft, .. }),
            ) => Some(Confirmed::Draft(&draft.article.intent)),
            (Some(Confirms::OwnAnswer), _) => {
                let answer = words_for_us(view.situation.mail);
                let article = said_as(&answer, &request.text.language, view.situation.knowledge);
                Some(article.map_or(Confirmed::OwnAnswer, Confirmed::SaidAs))
            }
            (Some(Confirms::Draft) | None, _) => None,
        };
        self.lesson = confirmed.and_then(|confirmed| {
            learning::lesson(confirmed, request, ticket, member, view.situation.now)
        });
        self
    }

    pub(super) fn impossible(act: StaffAct, why: impl Into<Sentence>) -> Self {
        Self {
            impossible: Some(why.into()),
            ..Self::simply(act)
        }
    }

    pub(super) fn into_action(self, team: &TeamName, member: &Address) -> Action {
        Action::Staff {
            team: team.clone(),
            member: member.clone(),
            act: self.act,
            draft: self.draft,
            impossible: self.impossible,
            hand_off: self.hand_off,
            lesson: self.lesson,
            meant: self.meant,
        }
    }
}

/// What a member asks for, and what can be done of it.
pub(super) fn plan(view: &View<'_>, ticket: &Ticket, speaker: Speaker<'_>) -> Plan {
    let team = speaker.team;
    let mail = view.situation.mail;
    if mail.extent == Extent::HeadersOnly {
        return Plan::impossible(StaffAct::Nothing, hints::TOO_LARGE);
    }
    if mail.protection == Protection::Encrypted {
        return Plan::impossible(StaffAct::Nothing, hints::ENCRYPTED);
    }
    let settings = view.situation.settings;
    // A signature of the settings takes the place of what the mail program added.
    let keep_signature = settings
        .team(team)
        .is_some_and(|team| team.keep_signature && team.signature_of(speaker.member).is_none());
    let act = read_act(mail, keep_signature);
    match &act {
        StaffAct::Approve { question } => approve(view, ticket, speaker, *question),
        StaffAct::Refuse { question, why } => refuse(view, ticket, speaker, *question, why),
        StaffAct::Note { text } if text.is_empty() => Plan::impossible(act, hints::NOTE_IS_EMPTY),
        StaffAct::Nothing => Plan::impossible(act, nothing_above(mail, ticket)),
        StaffAct::Reply { text } => own_words(view, ticket, speaker, text.clone()),
        StaffAct::NameIntent { name } => match named(view, name) {
            Ok(intent) => Plan {
                confirmed: Some(Confirms::Named(intent)),
                ..Plan::simply(act)
            },
            Err(why) => Plan::impossible(act, why),
        },
        StaffAct::Postpone { when } => postpone(view, team, *when),
        StaffAct::GiveToTeam { name } => give(view, ticket, name),
        StaffAct::Take
        | StaffAct::GiveBack
        | StaffAct::Close
        | StaffAct::Note { .. }
        | StaffAct::AskWhy
        | StaffAct::AskHelp => Plan::simply(act),
    }
}
