//! The stored form of what happened to a ticket.

mod from_stored;
mod to_stored;

use super::draft::{DraftForm, EditForm};
use super::lookup::LookedUpForm;
use super::part::{
    ArticleForm, GivenForm, MailForm, MailboxForm, NoticeForm, RemindedForm, ShownByForm,
};
use super::{FieldError, identity};
use crate::ticket::TimedEvent;
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
    Collected {
        from: MailboxForm,
        mail: MailForm,
    },
    FactsFound {
        facts: BTreeMap<String, String>,
    },
    LookedUp {
        found: Vec<LookedUpForm>,
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
    WaitedTooLong {
        team: String,
        due_by: Timestamp,
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
    Confirmed,
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
    HeldAgainst {
        article: ArticleForm,
        says_the_same: bool,
        likeness_percent: u8,
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
        /// Not in records of before it was told which mail.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mail: Option<String>,
        /// Not in records of before that was told apart.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        may_have_arrived: bool,
    },
    NotLost {
        message_id: String,
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
