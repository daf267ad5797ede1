//! From what happened to its stored form.

use super::super::effect::purpose_word;
use super::super::part::{RemindedForm, ShownByForm};
use super::EventForm;
use crate::config::IntentName;
use crate::mail::Address;
use crate::ticket::{Event, Reminded, ShownBy};
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
            Event::Collected { from, mail } => Self::Collected {
                from: from.into(),
                mail: mail.into(),
            },
            Event::FactsFound { facts } => Self::FactsFound {
                facts: facts
                    .iter()
                    .map(|(name, value)| (name.0.clone(), value.clone()))
                    .collect(),
            },
            Event::LookedUp { found } => Self::LookedUp {
                found: found.iter().map(Into::into).collect(),
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
                    Reminded::Admin => RemindedForm::Admin,
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
            Event::WaitedTooLong { team, due_by } => Self::WaitedTooLong {
                team: team.0.clone(),
                due_by: *due_by,
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
            Event::Confirmed => Self::Confirmed,
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
            Event::HeldAgainst {
                article,
                says_the_same,
                likeness_percent,
            } => Self::HeldAgainst {
                article: article.into(),
                says_the_same: *says_the_same,
                likeness_percent: *likeness_percent,
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
            Event::SendFailed {
                recipient,
                why,
                mail,
                may_have_arrived,
            } => Self::SendFailed {
                recipient: text(recipient),
                why: why.clone(),
                mail: mail.as_ref().map(|id| id.as_str().to_owned()),
                may_have_arrived: *may_have_arrived,
            },
            Event::NotLost { message_id } => Self::NotLost {
                message_id: message_id.as_str().to_owned(),
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
