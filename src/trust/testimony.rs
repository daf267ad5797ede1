//! What speaks for a sender, or against one: as data, so that it can be said in the language of whoever reads it.

use crate::mail::Address;

/// What speaks for a sender, or against one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Testimony {
    /// The mail names no sender.
    NoSender,
    /// The mail names several senders.
    SeveralSenders,
    /// It comes from a domain that reads like one of ours.
    LooksLikeOurs {
        /// The domain that it comes from.
        domain: String,
        /// Ours.
        ours: String,
    },
    /// Its display name shows an address of ours, and it comes from another one.
    NameShowsOurs {
        /// The address that the display name shows.
        shown: Address,
        /// Where it comes from.
        from: Address,
    },
    /// No server is set whose word is taken.
    NoServerSet,
    /// The server that is set has said nothing.
    ServerSilent {
        /// The server.
        server: String,
    },
    /// The server says that a method passed for the domain of `From`.
    Passed {
        /// The server.
        server: String,
        /// `DMARC`, `DKIM` or `SPF`.
        method: &'static str,
        /// The domain.
        domain: String,
    },
    /// The server says that DMARC failed.
    DmarcFailed {
        /// The server.
        server: String,
        /// The domain.
        domain: String,
        /// What the domain asks for then.
        policy: DmarcPolicy,
    },
    /// The server found nothing that shows the domain.
    NothingShown {
        /// The server.
        server: String,
        /// The domain.
        domain: String,
    },
}

/// What a domain asks for where DMARC fails (RFC 7489 section 6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DmarcPolicy {
    /// Nothing.
    None,
    /// That such mail is quarantined or rejected; also where the server does not say.
    Enforced,
}

impl Testimony {
    /// As a sentence, without its full stop.
    #[must_use]
    pub fn english(&self) -> String {
        match self {
            Self::NoSender => "it names no sender".to_owned(),
            Self::SeveralSenders => "it names several senders".to_owned(),
            Self::LooksLikeOurs { domain, ours } => {
                format!("it comes from {domain}, which only looks like {ours}")
            }
            Self::NameShowsOurs { shown, from } => {
                format!("its display name shows {shown}, but it comes from {from}")
            }
            Self::NoServerSet => {
                "no server is set whose word on senders is taken (`[trust] authserv_id`)".to_owned()
            }
            Self::ServerSilent { server } => {
                format!("the server {server} has said nothing about the sender")
            }
            Self::Passed {
                server,
                method,
                domain,
            } => format!("{server} says that {method} passed for {domain}"),
            Self::DmarcFailed {
                server,
                domain,
                policy: DmarcPolicy::Enforced,
            } => format!("{server} says that DMARC failed for {domain}"),
            Self::DmarcFailed {
                server,
                domain,
                policy: DmarcPolicy::None,
            } => {
                format!("{server} says that DMARC failed for {domain}, which asks for nothing then")
            }
            Self::NothingShown { server, domain } => {
                format!("{server} found nothing that shows that it came from {domain}")
            }
        }
    }

    /// The same in German.
    #[must_use]
    pub fn german(&self) -> String {
        match self {
            Self::NoSender => "sie nennt keinen Absender".to_owned(),
            Self::SeveralSenders => "sie nennt mehrere Absender".to_owned(),
            Self::LooksLikeOurs { domain, ours } => {
                format!("sie kommt von {domain}, was nur aussieht wie {ours}")
            }
            Self::NameShowsOurs { shown, from } => {
                format!("ihr Anzeigename zeigt {shown}, aber sie kommt von {from}")
            }
            Self::NoServerSet => {
                "kein Server ist gesetzt, dessen Wort über Absender gilt (`[trust] authserv_id`)"
                    .to_owned()
            }
            Self::ServerSilent { server } => {
                format!("der Server {server} hat über den Absender nichts gesagt")
            }
            Self::Passed {
                server,
                method,
                domain,
            } => format!("{server} sagt, dass {method} für {domain} bestanden wurde"),
            Self::DmarcFailed {
                server,
                domain,
                policy: DmarcPolicy::Enforced,
            } => format!("{server} sagt, dass DMARC für {domain} nicht bestanden wurde"),
            Self::DmarcFailed {
                server,
                domain,
                policy: DmarcPolicy::None,
            } => format!(
                "{server} sagt, dass DMARC für {domain} nicht bestanden wurde, was dort ohne Folgen bleiben soll"
            ),
            Self::NothingShown { server, domain } => {
                format!("{server} fand nichts, was zeigt, dass sie von {domain} kam")
            }
        }
    }
}
