//! The stored form of a line in the book of troubles.

use super::FieldError;
use crate::watch::{Failing, Known, Reported, Stage, Teller};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A kind of trouble: since when, and how far it was told.
#[derive(Serialize, Deserialize)]
pub(in crate::journal) struct TroubleForm {
    since: Timestamp,
    noticed: Timestamp,
    count: u32,
    untold: u32,
    why: String,
    to: Vec<String>,
    waiting: u64,
    own_mail: bool,
    stage: String,
    stage_at: Option<Timestamp>,
    reported: Option<Timestamp>,
    own_mails: Vec<Timestamp>,
}

/// The last report.
#[derive(Serialize, Deserialize)]
pub(in crate::journal) struct ReportedForm {
    at: Timestamp,
    mail: String,
}

/// A server that fails.
#[derive(Serialize, Deserialize)]
pub(in crate::journal) struct FailingForm {
    since: Timestamp,
    seen: Timestamp,
}

impl From<&Failing> for FailingForm {
    fn from(failing: &Failing) -> Self {
        Self {
            since: failing.since,
            seen: failing.seen,
        }
    }
}

impl From<FailingForm> for Failing {
    fn from(form: FailingForm) -> Self {
        Self {
            since: form.since,
            seen: form.seen,
        }
    }
}

impl From<&Known> for TroubleForm {
    fn from(known: &Known) -> Self {
        let (stage, stage_at) = match known.stage {
            Stage::Untold => ("untold", None),
            Stage::Told(at) => ("told", Some(at)),
            Stage::Ended(at) => ("ended", Some(at)),
            Stage::Over(at) => ("over", Some(at)),
        };
        Self {
            since: known.since,
            noticed: known.noticed,
            count: known.count,
            untold: known.untold,
            why: known.why.clone(),
            to: known.to.clone(),
            waiting: u64::try_from(known.waiting).unwrap_or(u64::MAX),
            own_mail: known.told_by == Teller::OwnMail,
            stage: stage.to_owned(),
            stage_at,
            reported: known.reported,
            own_mails: known.own_mails.clone(),
        }
    }
}

impl TryFrom<TroubleForm> for Known {
    type Error = FieldError;

    fn try_from(form: TroubleForm) -> Result<Self, FieldError> {
        let stage = match (form.stage.as_str(), form.stage_at) {
            ("untold", None) => Stage::Untold,
            ("told", Some(at)) => Stage::Told(at),
            ("ended", Some(at)) => Stage::Ended(at),
            ("over", Some(at)) => Stage::Over(at),
            (other, _) => return Err(format!("`{other}` is no stage of a trouble")),
        };
        Ok(Self {
            since: form.since,
            noticed: form.noticed,
            count: form.count,
            untold: form.untold,
            why: form.why,
            to: form.to,
            waiting: usize::try_from(form.waiting).unwrap_or(usize::MAX),
            told_by: match form.own_mail {
                true => Teller::OwnMail,
                false => Teller::Report,
            },
            stage,
            reported: form.reported,
            own_mails: form.own_mails,
        })
    }
}

impl From<&Reported> for ReportedForm {
    fn from(reported: &Reported) -> Self {
        Self {
            at: reported.at,
            mail: reported.mail.clone(),
        }
    }
}

impl From<ReportedForm> for Reported {
    fn from(form: ReportedForm) -> Self {
        Self {
            at: form.at,
            mail: form.mail,
        }
    }
}
