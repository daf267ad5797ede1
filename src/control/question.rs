//! What can be asked through the socket.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long one question may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// How long a question may take that goes through the whole store.
const LONG_PATIENCE: Duration = Duration::from_hours(2);

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case")]
pub enum Question {
    /// How it goes.
    Status,
    /// The newest tickets.
    Tickets,
    /// The whole story of one ticket.
    Ticket {
        /// Its reference, as people type it.
        id: String,
    },
    /// Mails that wait, are in doubt or were given up.
    Outbox,
    /// Drafts that wait for a yes.
    Drafts,
    /// What was kept aside.
    Quarantine,
    /// The latest events of all tickets.
    Journal,
    /// Whether anything was changed since it was recorded.
    Verify,
    /// Forget a person, and write the store anew.
    Forget {
        /// Their address.
        address: String,
        /// Whether what is open goes as well.
        now: bool,
    },
    /// Write the store anew, so that its files hold nothing of what was deleted.
    Compact {
        /// Whether the chain of commits begins anew: what earlier ones say of themselves goes.
        #[serde(default)]
        new_chain: bool,
    },
    /// How well it goes: figures of the last days.
    Numbers {
        /// So many, today among them.
        days: u16,
        /// The time zone in which they begin and end, by its IANA name.
        zone: String,
    },
    /// The articles, and what came of each in the last days.
    Articles {
        /// So many, today among them.
        days: u16,
        /// The time zone in which they begin and end, by its IANA name.
        zone: String,
    },
    /// The weekly letter as it would read now.
    Letter {
        /// The time zone in which days begin and end, by its IANA name.
        zone: String,
        /// The language of what the admin gets.
        language: String,
    },
    /// Send a weekly letter now, about the seven days until now.
    SendLetter,
    /// What articles have earned.
    Autonomy,
    /// Let an article go on, or take it back.
    ChangeStage {
        /// Its name, or its intent's.
        article: String,
        /// What is wanted.
        step: Step,
        /// Who wants it.
        who: String,
    },
    /// What staff's confirmations taught.
    Learned,
    /// Take back what was learned.
    Unlearn {
        /// The lesson's reference, or a ticket's for all of it.
        id: String,
    },
    /// Change the key of all tokens.
    ChangeKey {
        /// Whether what earlier keys made is worth nothing from now on.
        forget_earlier: bool,
    },
    /// Close a ticket.
    Close {
        /// Its reference.
        id: String,
    },
    /// Say yes to the draft that waits in a ticket, as the operator.
    Approve {
        /// The ticket's reference.
        id: String,
        /// The draft's number, so that nothing is approved that was not seen; without it the one that waits now is meant.
        #[serde(default)]
        draft: Option<u32>,
    },
    /// Say no to it.
    Refuse {
        /// The ticket's reference.
        id: String,
        /// The draft's number.
        #[serde(default)]
        draft: Option<u32>,
        /// Why, for the team.
        #[serde(default)]
        why: String,
    },
    /// Let automatic mail go again.
    Resume,
    /// Try a mail again now.
    Retry {
        /// Its Message-ID, or the reference of a ticket for all of its mails.
        id: String,
    },
}

/// What is wanted with an article's stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// It goes on, as it has earned.
    Advance,
    /// It goes on, whatever its record.
    AdvanceAnyway,
    /// It goes back.
    Back,
}

impl Question {
    /// Whether answering it changes nothing.
    #[must_use]
    pub const fn only_looks(&self) -> bool {
        match self {
            Self::Status
            | Self::Tickets
            | Self::Ticket { .. }
            | Self::Outbox
            | Self::Drafts
            | Self::Quarantine
            | Self::Journal
            | Self::Verify
            | Self::Numbers { .. }
            | Self::Articles { .. }
            | Self::Letter { .. }
            | Self::Autonomy
            | Self::Learned => true,
            Self::Forget { .. }
            | Self::Compact { .. }
            | Self::Unlearn { .. }
            | Self::ChangeKey { .. }
            | Self::ChangeStage { .. }
            | Self::SendLetter
            | Self::Close { .. }
            | Self::Approve { .. }
            | Self::Refuse { .. }
            | Self::Resume
            | Self::Retry { .. } => false,
        }
    }
}

impl Question {
    /// How long its answer may take.
    pub(super) const fn patience(&self) -> Duration {
        match self {
            Self::Verify
            | Self::Forget { .. }
            | Self::Compact { .. }
            | Self::Letter { .. }
            | Self::SendLetter => LONG_PATIENCE,
            _ => PATIENCE,
        }
    }
}
