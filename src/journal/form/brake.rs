//! The stored form of the brake on automatic mail.

use crate::decide::{Pulled, PulledBy};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The last time that the brake was pulled.
#[derive(Serialize, Deserialize)]
pub(in crate::journal) struct BrakeForm {
    at: Timestamp,
    pub(in crate::journal) until: Option<Timestamp>,
    by: ByForm,
    /// When somebody released it.
    pub(in crate::journal) released: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
enum ByForm {
    Sent { count: u32 },
    Returned { count: u32, sent: u32 },
}

impl From<&Pulled> for BrakeForm {
    fn from(pulled: &Pulled) -> Self {
        Self {
            at: pulled.at,
            until: pulled.until,
            by: match pulled.by {
                PulledBy::Sent { count } => ByForm::Sent { count },
                PulledBy::Returned { count, sent } => ByForm::Returned { count, sent },
            },
            released: None,
        }
    }
}

impl BrakeForm {
    pub(in crate::journal) fn into_pulled(self) -> Pulled {
        Pulled {
            at: self.at,
            until: self.until,
            by: match self.by {
                ByForm::Sent { count } => PulledBy::Sent { count },
                ByForm::Returned { count, sent } => PulledBy::Returned { count, sent },
            },
        }
    }
}
