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
    /// We look ourselves, and could not at this mail.
    NotChecked(Unchecked),
    /// A method passed for the domain of `From`.
    Passed {
        /// Who says so.
        voice: Voice,
        /// `DMARC`, `DKIM`, `SPF` or `ARC`.
        method: &'static str,
        /// The domain.
        domain: String,
    },
    /// DMARC failed.
    DmarcFailed {
        /// Who says so.
        voice: Voice,
        /// The domain.
        domain: String,
        /// What the domain asks for then.
        policy: DmarcPolicy,
    },
    /// Nothing was found that shows the domain.
    NothingShown {
        /// By whom.
        voice: Voice,
        /// The domain.
        domain: String,
    },
}

/// Who says something about a sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Voice {
    /// The receiving server that the settings name.
    Server(String),
    /// Our own check.
    Ours,
}

impl Voice {
    const fn english(&self) -> &str {
        match self {
            Self::Server(server) => server.as_str(),
            Self::Ours => "our own check",
        }
    }

    const fn german(&self) -> &str {
        match self {
            Self::Server(server) => server.as_str(),
            Self::Ours => "unsere eigene Prüfung",
        }
    }
}

/// Why our own check shows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unchecked {
    /// Nobody was asked: the mail is looked at without a network, or came before senders were checked.
    NotAsked,
    /// Only its headers were fetched, and a signature is over all of it.
    TooLarge,
    /// The name servers gave no answer.
    NoAnswer,
    /// It cannot be looked at.
    Unreadable,
}

impl Unchecked {
    /// All of them.
    const ALL: [Self; 4] = [
        Self::NotAsked,
        Self::TooLarge,
        Self::NoAnswer,
        Self::Unreadable,
    ];

    /// As a sentence; it is recorded with the mail.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::NotAsked => "its sender was not checked",
            Self::TooLarge => "it is too large for its sender to be checked",
            Self::NoAnswer => {
                "its sender could not be checked, because the name servers gave no answer"
            }
            Self::Unreadable => "its sender could not be checked, because of its form",
        }
    }

    const fn german(self) -> &'static str {
        match self {
            Self::NotAsked => "ihr Absender wurde nicht geprüft",
            Self::TooLarge => "sie ist zu groß, als dass ihr Absender geprüft werden könnte",
            Self::NoAnswer => {
                "ihr Absender konnte nicht geprüft werden, weil die Nameserver nicht antworteten"
            }
            Self::Unreadable => "ihr Absender konnte wegen ihrer Form nicht geprüft werden",
        }
    }

    /// Which of them was recorded.
    pub(super) fn recorded(sentence: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|why| why.english() == sentence)
    }
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
                "no server is set whose word on senders is taken (`[trust] authserv_id`), and senders are not checked (`own_checks`)".to_owned()
            }
            Self::ServerSilent { server } => {
                format!("the server {server} has said nothing about the sender")
            }
            Self::NotChecked(why) => why.english().to_owned(),
            Self::Passed {
                voice,
                method,
                domain,
            } => format!("{} says that {method} passed for {domain}", voice.english()),
            Self::DmarcFailed {
                voice,
                domain,
                policy: DmarcPolicy::Enforced,
            } => format!("{} says that DMARC failed for {domain}", voice.english()),
            Self::DmarcFailed {
                voice,
                domain,
                policy: DmarcPolicy::None,
            } => {
                format!("{} says that DMARC failed for {domain}, which asks for nothing then", voice.english())
            }
            Self::NothingShown { voice, domain } => {
                format!("{} found nothing that shows that it came from {domain}", voice.english())
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
                "kein Server ist gesetzt, dessen Wort über Absender gilt (`[trust] authserv_id`), und Absender werden nicht geprüft (`own_checks`)"
                    .to_owned()
            }
            Self::ServerSilent { server } => {
                format!("der Server {server} hat über den Absender nichts gesagt")
            }
            Self::NotChecked(why) => why.german().to_owned(),
            Self::Passed {
                voice,
                method,
                domain,
            } => format!("{} sagt, dass {method} für {domain} bestanden wurde", voice.german()),
            Self::DmarcFailed {
                voice,
                domain,
                policy: DmarcPolicy::Enforced,
            } => format!("{} sagt, dass DMARC für {domain} nicht bestanden wurde", voice.german()),
            Self::DmarcFailed {
                voice,
                domain,
                policy: DmarcPolicy::None,
            } => format!(
                "{} sagt, dass DMARC für {domain} nicht bestanden wurde, was dort ohne Folgen bleiben soll", voice.german()
            ),
            Self::NothingShown { voice, domain } => {
                format!("{} fand nichts, was zeigt, dass sie von {domain} kam", voice.german())
            }
        }
    }
}
