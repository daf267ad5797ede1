//! The stored form of an effect: everything but the mail's bytes, which stand beside it as they are.

use super::{FieldError, address, message_id, ticket_id};
use crate::compose::{EnvelopeSender, Precedence, Purpose};
use crate::config::TeamName;
use crate::journal::own_copy::Unproven;
use crate::journal::{CopyProof, EffectRecord, EffectState, LostRecipient, TooLarge};
use crate::mail::Address;
use crate::ticket::Party;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What the journal knows of an effect beyond its record.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::journal) struct Delivery {
    /// What the copy to ourselves can prove.
    pub(in crate::journal) copy: CopyProof,
    /// Whether some recipient has it already.
    pub(in crate::journal) reached_some: bool,
    /// Recipients that the attempt under way will not reach: to be tried again.
    pub(in crate::journal) postponed: Vec<Address>,
    /// Recipients that it will never reach.
    pub(in crate::journal) lost: Vec<LostRecipient>,
    /// How often it was in doubt until no copy had come in time: it may have left each time all the same.
    pub(in crate::journal) doubts: u32,
    /// That it was given up because of its size.
    pub(in crate::journal) too_large: Option<TooLarge>,
    /// Earlier attempts that may have left all the same.
    pub(in crate::journal) unproven: Option<Unproven>,
}

/// An effect as stored.
#[derive(Serialize, Deserialize)]
pub(in crate::journal) struct EffectForm {
    message_id: String,
    purpose: String,
    /// Not in records of before some left before others, nor where it waits its turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    goes_first: Option<bool>,
    ticket: Option<String>,
    party: Option<PartyForm>,
    sender: Option<String>,
    recipients: Vec<String>,
    subject: String,
    state: StateForm,
    recorded_at: Timestamp,
    attempts: u32,
    last_failure: Option<String>,
    copy: String,
    reached_some: bool,
    postponed: Vec<String>,
    lost: Vec<LostForm>,
    /// Not in records of before there was a bound.
    #[serde(default)]
    doubts: u32,
    /// Not in records of before it was told from other refusals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    too_large: Option<TooLargeForm>,
    /// Not in records of before they were kept in mind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unproven: Option<UnprovenForm>,
}

#[derive(Serialize, Deserialize)]
struct UnprovenForm {
    reached: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reached_with_copy: Option<Vec<String>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum PartyForm {
    Customer(String),
    Staff(String),
}

#[derive(Serialize, Deserialize)]
struct LostForm {
    recipient: String,
    why: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    too_large: Option<TooLargeForm>,
}

#[derive(Serialize, Deserialize)]
struct TooLargeForm {
    limit_bytes: Option<u64>,
}

impl TooLargeForm {
    const fn new(too_large: TooLarge) -> Self {
        Self {
            limit_bytes: too_large.limit_bytes,
        }
    }

    const fn read(self) -> TooLarge {
        TooLarge {
            limit_bytes: self.limit_bytes,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
enum StateForm {
    Waiting { due: Timestamp },
    InDoubt { since: Timestamp },
    Sent { at: Timestamp },
    GivenUp { at: Timestamp, why: String },
    Withdrawn { at: Timestamp, why: String },
}

impl EffectForm {
    pub(in crate::journal) fn new(record: &EffectRecord, delivery: &Delivery) -> Self {
        let texts = |addresses: &[Address]| -> Vec<String> {
            addresses.iter().map(|a| a.as_str().to_owned()).collect()
        };
        Self {
            message_id: record.message_id.as_str().to_owned(),
            purpose: purpose_word(record.purpose).to_owned(),
            goes_first: (record.precedence == Precedence::First).then_some(true),
            ticket: record.ticket.as_ref().map(|id| id.compact().to_owned()),
            party: record.party.as_ref().map(|party| match party {
                Party::Customer(address) => PartyForm::Customer(address.as_str().to_owned()),
                Party::Staff(team) => PartyForm::Staff(team.0.clone()),
            }),
            sender: match &record.sender {
                EnvelopeSender::Null => None,
                EnvelopeSender::Support(address) => Some(address.as_str().to_owned()),
            },
            recipients: texts(&record.recipients),
            subject: record.subject.clone(),
            state: match &record.state {
                EffectState::Waiting { due } => StateForm::Waiting { due: *due },
                EffectState::InDoubt { since } => StateForm::InDoubt { since: *since },
                EffectState::Sent { at } => StateForm::Sent { at: *at },
                EffectState::GivenUp { at, why } => StateForm::GivenUp {
                    at: *at,
                    why: why.clone(),
                },
                EffectState::Withdrawn { at, why } => StateForm::Withdrawn {
                    at: *at,
                    why: why.clone(),
                },
            },
            recorded_at: record.recorded_at,
            attempts: record.attempts,
            last_failure: record.last_failure.clone(),
            copy: copy_word(delivery.copy).to_owned(),
            reached_some: delivery.reached_some,
            postponed: texts(&delivery.postponed),
            lost: delivery
                .lost
                .iter()
                .map(|lost| LostForm {
                    recipient: lost.recipient.as_str().to_owned(),
                    why: lost.why.clone(),
                    too_large: lost.too_large.map(TooLargeForm::new),
                })
                .collect(),
            doubts: delivery.doubts,
            too_large: delivery.too_large.map(TooLargeForm::new),
            unproven: delivery.unproven.as_ref().map(|unproven| UnprovenForm {
                reached: texts(&unproven.reached),
                reached_with_copy: unproven.reached_with_copy.as_deref().map(texts),
            }),
        }
    }

    pub(in crate::journal) fn read(
        self,
        bytes: Vec<u8>,
    ) -> Result<(EffectRecord, Delivery), FieldError> {
        let addresses = |texts: &[String]| -> Result<Vec<Address>, FieldError> {
            texts.iter().map(|text| address(text)).collect()
        };
        let record = EffectRecord {
            message_id: message_id(&self.message_id)?,
            purpose: purpose(&self.purpose)?,
            precedence: match self.goes_first {
                Some(true) => Precedence::First,
                Some(false) | None => Precedence::InTurn,
            },
            ticket: self.ticket.as_deref().map(ticket_id).transpose()?,
            party: match self.party {
                None => None,
                Some(PartyForm::Customer(text)) => Some(Party::Customer(address(&text)?)),
                Some(PartyForm::Staff(team)) => Some(Party::Staff(TeamName(team))),
            },
            sender: match self.sender {
                None => EnvelopeSender::Null,
                Some(text) => EnvelopeSender::Support(address(&text)?),
            },
            recipients: addresses(&self.recipients)?,
            subject: self.subject,
            bytes,
            state: match self.state {
                StateForm::Waiting { due } => EffectState::Waiting { due },
                StateForm::InDoubt { since } => EffectState::InDoubt { since },
                StateForm::Sent { at } => EffectState::Sent { at },
                StateForm::GivenUp { at, why } => EffectState::GivenUp { at, why },
                StateForm::Withdrawn { at, why } => EffectState::Withdrawn { at, why },
            },
            recorded_at: self.recorded_at,
            attempts: self.attempts,
            last_failure: self.last_failure,
        };
        let lost: Result<Vec<LostRecipient>, FieldError> = self
            .lost
            .into_iter()
            .map(|lost| {
                Ok(LostRecipient {
                    recipient: address(&lost.recipient)?,
                    why: lost.why,
                    too_large: lost.too_large.map(TooLargeForm::read),
                })
            })
            .collect();
        let unproven = match self.unproven {
            None => None,
            Some(form) => Some(Unproven {
                reached: addresses(&form.reached)?,
                reached_with_copy: (form.reached_with_copy.as_deref().map(addresses))
                    .transpose()?,
            }),
        };
        let delivery = Delivery {
            copy: copy(&self.copy)?,
            reached_some: self.reached_some,
            postponed: addresses(&self.postponed)?,
            lost: lost?,
            doubts: self.doubts,
            too_large: self.too_large.map(TooLargeForm::read),
            unproven,
        };
        Ok((record, delivery))
    }
}

const fn copy_word(copy: CopyProof) -> &'static str {
    match copy {
        CopyProof::Asked => "asked",
        CopyProof::None => "none",
    }
}

fn copy(word: &str) -> Result<CopyProof, FieldError> {
    match word {
        "asked" => Ok(CopyProof::Asked),
        "none" => Ok(CopyProof::None),
        _ => Err(format!("`{word}` says nothing about the copy")),
    }
}

/// Every purpose of a mail.
pub const PURPOSES: [Purpose; 20] = [
    Purpose::Answer,
    Purpose::Question,
    Purpose::Notice,
    Purpose::Packet,
    Purpose::CustomerWroteAgain,
    Purpose::DraftForApproval,
    Purpose::StaffReply,
    Purpose::ApprovedAnswer,
    Purpose::ForwardForApproval,
    Purpose::StaffHint,
    Purpose::StaffAnswer,
    Purpose::SeenOutside,
    Purpose::DeliveryTrouble,
    Purpose::Trouble,
    Purpose::StopConfirmation,
    Purpose::Told,
    Purpose::Reminder,
    Purpose::Delay,
    Purpose::WeeklyLetter,
    Purpose::LetterAnswered,
];

/// The word for a purpose, on disk and on the command line.
#[must_use]
pub const fn purpose_word(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Answer => "answer",
        Purpose::Question => "question",
        Purpose::Notice => "notice",
        Purpose::Packet => "packet",
        Purpose::CustomerWroteAgain => "customer-wrote-again",
        Purpose::DraftForApproval => "draft-for-approval",
        Purpose::StaffReply => "staff-reply",
        Purpose::ApprovedAnswer => "approved-answer",
        Purpose::ForwardForApproval => "forward-for-approval",
        Purpose::StaffHint => "staff-hint",
        Purpose::StaffAnswer => "staff-answer",
        Purpose::SeenOutside => "seen-outside",
        Purpose::DeliveryTrouble => "delivery-trouble",
        Purpose::Trouble => "trouble",
        Purpose::StopConfirmation => "stop-confirmation",
        Purpose::Told => "told",
        Purpose::Reminder => "reminder",
        Purpose::Delay => "delay",
        Purpose::WeeklyLetter => "weekly-letter",
        Purpose::LetterAnswered => "letter-answered",
    }
}

pub(super) fn purpose(word: &str) -> Result<Purpose, FieldError> {
    PURPOSES
        .into_iter()
        .find(|purpose| purpose_word(*purpose) == word)
        .ok_or_else(|| format!("`{word}` is no purpose of a mail"))
}
