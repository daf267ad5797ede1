//! From the stored form to what happened. Reads records of older programs, and damaged ones.

use super::super::effect::purpose;
use super::super::part::RemindedForm;
use super::super::part::ShownByForm;
use super::super::{FieldError, address, identity, message_id, number};
use super::EventForm;
use crate::config::{FactName, IntentName, Language, TeamName};
use crate::decide::Action;
use crate::mail::HeaderText;
use crate::ticket::{AskedAgain, Event, KnownToTeam, Reminded, ShownBy};
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
            EventForm::Collected { from, mail } => Self::Collected {
                from: from.try_into()?,
                mail: mail.try_into()?,
            },
            EventForm::FactsFound { facts } => Self::FactsFound {
                facts: facts
                    .into_iter()
                    .map(|(name, value)| (FactName(name), value))
                    .collect(),
            },
            EventForm::LookedUp { found } => Self::LookedUp {
                found: found.into_iter().map(Into::into).collect(),
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
                    RemindedForm::Admin => Reminded::Admin,
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
            EventForm::WaitedTooLong { team, due_by } => Self::WaitedTooLong {
                team: TeamName(team),
                due_by,
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
            EventForm::Confirmed => Self::Confirmed,
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
            EventForm::HeldAgainst {
                article,
                says_the_same,
                likeness_percent,
            } => Self::HeldAgainst {
                article: article.into(),
                says_the_same,
                likeness_percent,
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
            EventForm::SendFailed {
                recipient,
                why,
                mail,
                may_have_arrived,
            } => Self::SendFailed {
                recipient: address(&recipient)?,
                why,
                mail: mail.as_deref().map(message_id).transpose()?,
                may_have_arrived,
            },
            EventForm::NotLost { message_id: id } => Self::NotLost {
                message_id: message_id(&id)?,
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
