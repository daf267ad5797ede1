//! How far is it shown who sent a mail? By the word of the receiving server that the settings name, and by what the mail itself gives
//! away: an address that only looks like one of ours, a display name that shows another address than the mail came from. Reads hostile
//! input; pure.

mod alignment;
mod look_alike;
mod server_word;

use crate::config::Settings;
use crate::mail::{Address, Authorship, Mail};
use look_alike::Ours;

/// How far it is shown who sent a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The domain of `From` vouches for it.
    Proven {
        /// What shows it, as a sentence.
        by: String,
    },
    /// Nothing shows it, and nothing speaks against it.
    Unproven {
        /// What is missing, as a sentence.
        why: String,
    },
    /// Something speaks against it.
    Contradicted {
        /// What, as a sentence.
        why: String,
    },
}

impl Identity {
    /// The sentence that goes with it.
    #[must_use]
    pub fn sentence(&self) -> &str {
        match self {
            Self::Proven { by } => by,
            Self::Unproven { why } | Self::Contradicted { why } => why,
        }
    }
}

/// How far is it shown who sent this mail?
#[must_use]
pub fn identity(mail: &Mail, settings: &Settings) -> Identity {
    let contradicted = |why: String| Identity::Contradicted { why };
    let Some(from) = &mail.from else {
        return contradicted("it names no sender".to_owned());
    };
    if mail.authorship == Authorship::Several {
        return contradicted("it names several senders".to_owned());
    }
    let ours = Ours::of(settings);
    if let Some(why) = ours.why_pretended(from) {
        return contradicted(why);
    }
    match &settings.trust.authentication_server {
        Some(server) => server_word::identity(&mail.authentication, server, &from.address),
        None => Identity::Unproven {
            why: "no server is set whose word on senders is taken (`[trust] authserv_id`)"
                .to_owned(),
        },
    }
}

/// Whether an address is one that only our own people have: of a team, of a member, of the desk.
fn own_addresses(settings: &Settings) -> impl Iterator<Item = &Address> {
    let teams = settings.teams.iter();
    let of_teams = teams.flat_map(|team| {
        let members = team.members.iter().map(|member| &member.address);
        members.chain([&team.address])
    });
    of_teams.chain([&settings.support.address])
}
