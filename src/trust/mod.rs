//! How far is it shown who sent a mail? By the word of the receiving server that the settings name or by our own check, and by what the mail itself gives
//! away: an address that only looks like one of ours, a display name that shows another address than the mail came from. Reads hostile
//! input; pure.

mod alignment;
mod look_alike;
mod own_word;
mod server_word;
mod testimony;

use crate::config::{Settings, WhoseWord};
use crate::mail::{Authorship, Mail};
use look_alike::Ours;
pub(crate) use look_alike::is_mailbox_provider;

pub use own_word::SEALED;
pub use testimony::{DmarcPolicy, Testimony, Unchecked, Voice};

/// How far it is shown who sent a mail, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The domain of `From` vouches for it.
    Proven(Testimony),
    /// Nothing shows it, and nothing speaks against it.
    Unproven(Testimony),
    /// Something speaks against it.
    Contradicted(Testimony),
}

impl Identity {
    /// What shows it, what is missing, or what speaks against it.
    #[must_use]
    pub const fn testimony(&self) -> &Testimony {
        match self {
            Self::Proven(testimony) | Self::Unproven(testimony) | Self::Contradicted(testimony) => {
                testimony
            }
        }
    }

    /// Whether something speaks against it.
    #[must_use]
    pub const fn is_contradicted(&self) -> bool {
        matches!(self, Self::Contradicted(_))
    }
}

/// How far is it shown who sent this mail?
#[must_use]
pub fn identity(mail: &Mail, settings: &Settings) -> Identity {
    let Some(from) = &mail.from else {
        return Identity::Contradicted(Testimony::NoSender);
    };
    if mail.authorship == Authorship::Several {
        return Identity::Contradicted(Testimony::SeveralSenders);
    }
    if let Some(pretence) = Ours::of(settings).pretence(from) {
        return Identity::Contradicted(pretence);
    }
    match &settings.trust.word {
        WhoseWord::Server(server) => {
            server_word::identity(&mail.authentication, server, &from.address)
        }
        WhoseWord::Own(_) => own_word::identity(mail.checked.as_ref(), &from.address),
        WhoseWord::Nobodys => Identity::Unproven(Testimony::NoServerSet),
    }
}
