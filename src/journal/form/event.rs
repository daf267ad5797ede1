//! The stored form of what happened to a ticket.

use super::draft::{DraftForm, EditForm};
use super::effect::{purpose, purpose_word};
use super::part::{
    ArticleForm, GivenForm, MailForm, MailboxForm, NoticeForm, RemindedForm, ShownByForm,
};
use super::{FieldError, address, identity, message_id, number};
use crate::config::{FactName, IntentName, Language, TeamName};
use crate::decide::Action;
use crate::mail::{Address, HeaderText};
use crate::ticket::{AskedAgain, Event, KnownToTeam, Reminded, ShownBy, TimedEvent};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An event with its time, as stored.
#[derive(Serialize, Deserialize)]
pub(in crate::journal) struct TimedEventForm {
    at: Timestamp,
    cause: Option<String>,
    event: EventForm,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
enum EventForm {
    Opened {
        customer: MailboxForm,
        subject: String,
        language: String,
        mail: MailForm,
    },
    CustomerWrote {
        mail: MailForm,
    },
    ThirdPartyWrote {
        from: MailboxForm,
        mail: MailForm,
    },
    FactsFound {
        facts: BTreeMap<String, String>,
    },
    Forwarded {
        member: String,
        team: String,
    },
    Decided {
        decision: String,
        reasons: Vec<(String, String)>,
        // These two are not in records of older programs.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<String>,
        intent: Option<(String, String)>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        close: Vec<(String, String)>,
    },
    Answered {
        article: ArticleForm,
        confidence: String,
    },
    Asked {
        facts: Vec<String>,
        intent: String,
    },
    Drafted(DraftForm),
    HandedOff {
        team: String,
        promised_by: Option<Timestamp>,
        notice: NoticeForm,
        why: String,
    },
    Reminded {
        team: String,
        whom: RemindedForm,
        of: Timestamp,
    },
    PromiseLapsed {
        team: String,
        promised_by: Timestamp,
        new_promise: Option<Timestamp>,
        notice: NoticeForm,
    },
    PassedOn {
        team: String,
    },
    StaffReplied {
        member: String,
    },
    AskedAgain {
        member: String,
        given: GivenForm,
        value: String,
        sentence: String,
    },
    WroteOutside {
        from: String,
        team: String,
        shown_by: ShownByForm,
        mail: MailForm,
    },
    FirstApproval {
        member: String,
    },
    DraftApproved {
        member: String,
        // These two are not in records of older programs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        article: Option<ArticleForm>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        edit: Option<EditForm>,
    },
    DraftRefused {
        member: String,
        why: String,
    },
    DraftWithdrawn,
    Crossed,
    Taken {
        member: String,
    },
    Reassigned {
        member: String,
        team: String,
    },
    Postponed {
        member: String,
        until: Timestamp,
    },
    GivenBack {
        member: String,
    },
    Noted {
        member: String,
        text: String,
    },
    Learned {
        member: String,
        mail: String,
        intent: Option<String>,
    },
    Closed {
        member: Option<String>,
    },
    AutomationRefused,
    AutomationAllowed,
    Bounced {
        recipient: Option<String>,
        report: String,
        original: Option<String>,
    },
    SendFailed {
        recipient: String,
        why: String,
    },
    KeptAside {
        from: Option<String>,
        why: String,
    },
    MailWithdrawn {
        message_id: String,
        purpose: String,
    },
    Wrote {
        message_id: String,
        purpose: String,
        to: Vec<String>,
        // Not in records of older programs.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        said: Vec<String>,
    },
}

impl From<&TimedEvent> for TimedEventForm {
    fn from(timed: &TimedEvent) -> Self {
        Self {
            at: timed.at,
            cause: timed.cause.map(|identity| identity.to_string()),
            event: EventForm::from(&timed.event),
        }
    }
}

impl TryFrom<TimedEventForm> for TimedEvent {
    type Error = FieldError;

    fn try_from(form: TimedEventForm) -> Result<Self, FieldError> {
        Ok(Self {
            at: form.at,
            cause: form.cause.as_deref().map(identity).transpose()?,
            event: form.event.try_into()?,
        })
    }
}

impl From<&Event> for EventForm {
    fn from(event: &Event) -> Self {
        let text = |member: &Address| member.as_str().to_owned();
        match event {
            Event::Opened {
                customer,
                subject,
                language,
                mail,
            } => Self::Opened {
                customer: customer.into(),
                subject: subject.as_str().to_owned(),
                language: language.0.clone(),
                mail: mail.into(),
            },
            Event::CustomerWrote { mail } => Self::CustomerWrote { mail: mail.into() },
            Event::ThirdPartyWrote { from, mail } => Self::ThirdPartyWrote {
                from: from.into(),
                mail: mail.into(),
            },
            Event::FactsFound { facts } => Self::FactsFound {
                facts: facts
                    .iter()
                    .map(|(name, value)| (name.0.clone(), value.clone()))
                    .collect(),
            },
            Event::Forwarded { member, team } => Self::Forwarded {
                member: text(member),
                team: team.0.clone(),
            },
            Event::Decided {
                decision,
                reasons,
                evidence,
                intent,
                close,
            } => {
                let stored = |(intent, confidence): &(IntentName, f64)| {
                    (intent.0.clone(), confidence.to_string())
                };
                Self::Decided {
                    decision: (*decision).to_owned(),
                    reasons: reasons.clone(),
                    evidence: evidence.clone(),
                    intent: intent.as_ref().map(stored),
                    close: close.iter().map(stored).collect(),
                }
            }
            Event::Answered {
                article,
                confidence,
            } => Self::Answered {
                article: article.into(),
                confidence: confidence.to_string(),
            },
            Event::Asked { facts, intent } => Self::Asked {
                facts: facts.iter().map(|fact| fact.0.clone()).collect(),
                intent: intent.0.clone(),
            },
            Event::Drafted { draft } => Self::Drafted(draft.into()),
            Event::HandedOff {
                team,
                promised_by,
                notice,
                why,
            } => Self::HandedOff {
                team: team.0.clone(),
                promised_by: *promised_by,
                notice: notice.into(),
                why: why.clone(),
            },
            Event::Reminded { team, whom, of } => Self::Reminded {
                team: team.0.clone(),
                whom: match whom {
                    Reminded::Team => RemindedForm::Team,
                    Reminded::SecondAddress => RemindedForm::SecondAddress,
                },
                of: *of,
            },
            Event::PromiseLapsed {
                team,
                promised_by,
                new_promise,
                notice,
            } => Self::PromiseLapsed {
                team: team.0.clone(),
                promised_by: *promised_by,
                new_promise: *new_promise,
                notice: notice.into(),
            },
            Event::PassedOn { team } => Self::PassedOn {
                team: team.0.clone(),
            },
            Event::StaffReplied { member } => Self::StaffReplied {
                member: text(member),
            },
            Event::AskedAgain { member, asked } => Self::AskedAgain {
                member: text(member),
                given: (&asked.known.given).into(),
                value: asked.known.value.clone(),
                sentence: asked.sentence.clone(),
            },
            Event::WroteOutside {
                from,
                team,
                shown_by,
                mail,
            } => Self::WroteOutside {
                from: text(from),
                team: team.0.clone(),
                shown_by: match shown_by {
                    ShownBy::Address => ShownByForm::Address,
                    ShownBy::SentFolder => ShownByForm::SentFolder,
                },
                mail: mail.into(),
            },
            Event::FirstApproval { member } => Self::FirstApproval {
                member: text(member),
            },
            Event::DraftApproved {
                member,
                article,
                edit,
            } => Self::DraftApproved {
                member: text(member),
                article: article.as_ref().map(Into::into),
                edit: edit.as_ref().map(Into::into),
            },
            Event::DraftRefused { member, why } => Self::DraftRefused {
                member: text(member),
                why: why.clone(),
            },
            Event::DraftWithdrawn => Self::DraftWithdrawn,
            Event::Crossed => Self::Crossed,
            Event::Taken { member } => Self::Taken {
                member: text(member),
            },
            Event::Reassigned { member, team } => Self::Reassigned {
                member: text(member),
                team: team.0.clone(),
            },
            Event::Postponed { member, until } => Self::Postponed {
                member: text(member),
                until: *until,
            },
            Event::GivenBack { member } => Self::GivenBack {
                member: text(member),
            },
            Event::Noted {
                member,
                text: words,
            } => Self::Noted {
                member: text(member),
                text: words.clone(),
            },
            Event::Learned {
                member,
                mail,
                intent,
            } => Self::Learned {
                member: text(member),
                mail: mail.to_string(),
                intent: intent.as_ref().map(|intent| intent.0.clone()),
            },
            Event::Closed { member } => Self::Closed {
                member: member.as_ref().map(text),
            },
            Event::AutomationRefused => Self::AutomationRefused,
            Event::AutomationAllowed => Self::AutomationAllowed,
            Event::Bounced {
                recipient,
                report,
                original,
            } => Self::Bounced {
                recipient: recipient.as_ref().map(text),
                report: report.clone(),
                original: original.as_ref().map(|id| id.as_str().to_owned()),
            },
            Event::SendFailed { recipient, why } => Self::SendFailed {
                recipient: text(recipient),
                why: why.clone(),
            },
            Event::KeptAside { from, why } => Self::KeptAside {
                from: from.as_ref().map(text),
                why: why.clone(),
            },
            Event::MailWithdrawn {
                message_id,
                purpose,
            } => Self::MailWithdrawn {
                message_id: message_id.as_str().to_owned(),
                purpose: purpose_word(*purpose).to_owned(),
            },
            Event::Wrote {
                message_id,
                purpose,
                to,
                said,
            } => Self::Wrote {
                message_id: message_id.as_str().to_owned(),
                purpose: purpose_word(*purpose).to_owned(),
                to: to.iter().map(text).collect(),
                said: said.clone(),
            },
        }
    }
}

impl TryFrom<EventForm> for Event {
    type Error = FieldError;

    fn try_from(form: EventForm) -> Result<Self, FieldError> {
        Ok(match form {
            EventForm::Opened {
                customer,
                subject,
                language,
                mail,
            } => Self::Opened {
                customer: customer.try_into()?,
                subject: HeaderText::clean(&subject),
                language: Language(language),
                mail: mail.try_into()?,
            },
            EventForm::CustomerWrote { mail } => Self::CustomerWrote {
                mail: mail.try_into()?,
            },
            EventForm::ThirdPartyWrote { from, mail } => Self::ThirdPartyWrote {
                from: from.try_into()?,
                mail: mail.try_into()?,
            },
            EventForm::FactsFound { facts } => Self::FactsFound {
                facts: facts
                    .into_iter()
                    .map(|(name, value)| (FactName(name), value))
                    .collect(),
            },
            EventForm::Forwarded { member, team } => Self::Forwarded {
                member: address(&member)?,
                team: TeamName(team),
            },
            EventForm::Decided {
                decision,
                reasons,
                evidence,
                intent,
                close,
            } => {
                let read = |(intent, confidence): (String, String)| {
                    Ok::<_, FieldError>((IntentName(intent), number(&confidence)?))
                };
                Self::Decided {
                    decision: Action::WORDS
                        .into_iter()
                        .find(|word| *word == decision)
                        .ok_or_else(|| format!("`{decision}` is no decision"))?,
                    reasons,
                    evidence,
                    intent: intent.map(read).transpose()?,
                    close: close.into_iter().map(read).collect::<Result<_, _>>()?,
                }
            }
            EventForm::Answered {
                article,
                confidence,
            } => Self::Answered {
                article: article.into(),
                confidence: number(&confidence)?,
            },
            EventForm::Asked { facts, intent } => Self::Asked {
                facts: facts.into_iter().map(FactName).collect(),
                intent: IntentName(intent),
            },
            EventForm::Drafted(draft) => Self::Drafted {
                draft: draft.try_into()?,
            },
            EventForm::HandedOff {
                team,
                promised_by,
                notice,
                why,
            } => Self::HandedOff {
                team: TeamName(team),
                promised_by,
                notice: notice.into(),
                why,
            },
            EventForm::Reminded { team, whom, of } => Self::Reminded {
                team: TeamName(team),
                whom: match whom {
                    RemindedForm::Team => Reminded::Team,
                    RemindedForm::SecondAddress => Reminded::SecondAddress,
                },
                of,
            },
            EventForm::PromiseLapsed {
                team,
                promised_by,
                new_promise,
                notice,
            } => Self::PromiseLapsed {
                team: TeamName(team),
                promised_by,
                new_promise,
                notice: notice.into(),
            },
            EventForm::PassedOn { team } => Self::PassedOn {
                team: TeamName(team),
            },
            EventForm::StaffReplied { member } => Self::StaffReplied {
                member: address(&member)?,
            },
            EventForm::AskedAgain {
                member,
                given,
                value,
                sentence,
            } => Self::AskedAgain {
                member: address(&member)?,
                asked: AskedAgain::new(
                    KnownToTeam {
                        given: given.into(),
                        value,
                    },
                    &sentence,
                ),
            },
            EventForm::WroteOutside {
                from,
                team,
                shown_by,
                mail,
            } => Self::WroteOutside {
                from: address(&from)?,
                team: TeamName(team),
                shown_by: match shown_by {
                    ShownByForm::Address => ShownBy::Address,
                    ShownByForm::SentFolder => ShownBy::SentFolder,
                },
                mail: mail.try_into()?,
            },
            EventForm::FirstApproval { member } => Self::FirstApproval {
                member: address(&member)?,
            },
            EventForm::DraftApproved {
                member,
                article,
                edit,
            } => Self::DraftApproved {
                member: address(&member)?,
                article: article.map(Into::into),
                edit: edit.map(Into::into),
            },
            EventForm::DraftRefused { member, why } => Self::DraftRefused {
                member: address(&member)?,
                why,
            },
            EventForm::DraftWithdrawn => Self::DraftWithdrawn,
            EventForm::Crossed => Self::Crossed,
            EventForm::Taken { member } => Self::Taken {
                member: address(&member)?,
            },
            EventForm::Reassigned { member, team } => Self::Reassigned {
                member: address(&member)?,
                team: TeamName(team),
            },
            EventForm::Postponed { member, until } => Self::Postponed {
                member: address(&member)?,
                until,
            },
            EventForm::GivenBack { member } => Self::GivenBack {
                member: address(&member)?,
            },
            EventForm::Noted { member, text } => Self::Noted {
                member: address(&member)?,
                text,
            },
            EventForm::Learned {
                member,
                mail,
                intent,
            } => Self::Learned {
                member: address(&member)?,
                mail: identity(&mail)?,
                intent: intent.map(IntentName),
            },
            EventForm::Closed { member } => Self::Closed {
                member: member.as_deref().map(address).transpose()?,
            },
            EventForm::AutomationRefused => Self::AutomationRefused,
            EventForm::AutomationAllowed => Self::AutomationAllowed,
            EventForm::Bounced {
                recipient,
                report,
                original,
            } => Self::Bounced {
                recipient: recipient.as_deref().map(address).transpose()?,
                report,
                original: original.as_deref().map(message_id).transpose()?,
            },
            EventForm::SendFailed { recipient, why } => Self::SendFailed {
                recipient: address(&recipient)?,
                why,
            },
            EventForm::KeptAside { from, why } => Self::KeptAside {
                from: from.as_deref().map(address).transpose()?,
                why,
            },
            EventForm::MailWithdrawn {
                message_id: id,
                purpose: word,
            } => Self::MailWithdrawn {
                message_id: message_id(&id)?,
                purpose: purpose(&word)?,
            },
            EventForm::Wrote {
                message_id: id,
                purpose: word,
                to,
                said,
            } => Self::Wrote {
                message_id: message_id(&id)?,
                purpose: purpose(&word)?,
                to: to
                    .iter()
                    .map(|text| address(text))
                    .collect::<Result<_, _>>()?,
                said,
            },
        })
    }
}
