//! What does each failure mean? The only place that decides: tried again, given up, or in doubt. Pure.
//!
//! Reads hostile input: the server's words are cut to one safe line before anybody sees them.

use super::size::names_size;
use crate::mail::HeaderText;
use std::fmt;

/// How far the dialogue with the server had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Connecting, greeting, TLS.
    Connect,
    /// Logging in.
    Login,
    /// `MAIL FROM`
    Sender,
    /// `RCPT TO`
    Recipient,
    /// `DATA`
    Data,
    /// The mail itself, before the final dot.
    Content,
    /// The final dot: from here on the server may have taken it.
    FinalDot,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Trouble {
    /// The server said no.
    Reply {
        /// Its code.
        code: u16,
        /// Its words.
        words: HeaderText,
    },
    /// The connection was lost, or what came is no SMTP.
    Lost {
        /// What was seen.
        words: HeaderText,
    },
    /// There is nothing to log in with.
    NoLogin {
        /// Why not, and what to do.
        words: HeaderText,
    },
    /// Nothing came in time.
    Silence,
    /// We had to stop in the middle.
    Stopped,
}

/// What follows for the mail, or for the recipient that the reply was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing left us: again later.
    Retry,
    /// Nothing left us, and nothing ever will.
    Permanent,
    /// It may have left.
    InDoubt,
}

/// What a failure at a stage means.
pub(super) fn verdict(stage: Stage, trouble: &Trouble) -> Verdict {
    let code = match (stage, trouble) {
        (_, Trouble::Reply { code, .. }) => *code,
        // Whoever is cut off after the dot cannot know (RFC 5321 section 4.2.5, RFC 1047).
        (Stage::FinalDot, _) => return Verdict::InDoubt,
        _ => return Verdict::Retry,
    };
    match (stage, code) {
        // What the server says before it has heard of the mail is about us or about itself, not about the mail.
        (Stage::Connect | Stage::Login, _) => Verdict::Retry,
        // The dialogue got out of step, or a login is missing: a new connection, or the admin, can mend it.
        (_, 503 | 530 | 534 | 535 | 538) => Verdict::Retry,
        // "Too many recipients", as some servers say it (RFC 5321 section 4.5.3.1.10), or a full mailbox; unless it names the size.
        (Stage::Recipient, 552) if !names_size_of_mail(trouble) => Verdict::Retry,
        (_, 500..=599) => Verdict::Permanent,
        (_, 400..=499) => Verdict::Retry,
        // A reply that is neither yes nor no.
        (Stage::FinalDot, _) => Verdict::InDoubt,
        _ => Verdict::Retry,
    }
}

/// Whose trouble it is when a recipient is not taken for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blame {
    /// That mailbox's, or none at all: other mails to the domain may go.
    Recipient,
    /// The words do not say.
    Unclear,
    /// The whole domain's.
    Destination,
}

/// Whose trouble a failure at the recipient is, by the enhanced status code (RFC 3463) where there is one.
pub(super) fn blame(trouble: &Trouble) -> Blame {
    let (code, words) = match trouble {
        // A cut connection is our own server's; that it thought about this recipient until our patience ended is about whom it asked.
        Trouble::Lost { .. } | Trouble::NoLogin { .. } | Trouble::Stopped => {
            return Blame::Recipient;
        }
        Trouble::Silence => return Blame::Destination,
        Trouble::Reply { code, words } => (*code, words.as_str()),
    };
    let temporary = enhanced_status(words).and_then(|status| match status {
        (4, subject, detail) => Some((subject, detail)),
        _ => None,
    });
    match (code, temporary) {
        (421, _) => Blame::Destination,
        // The domain's name does not resolve, its servers do not answer, or are full as a whole.
        (400..=499, Some((1, 2) | (3 | 4, _))) => Blame::Destination,
        // The mailbox is full or busy (4.2.x), the sender is unknown yet (4.7.1, greylisting), or whatever else was named.
        (400..=499, Some(_)) | (450 | 452, None) => Blame::Recipient,
        (400..=499, None) => Blame::Unclear,
        _ => Blame::Recipient,
    }
}

fn names_size_of_mail(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Reply { words, .. } if enhanced_status(words.as_str()).is_some_and(names_size))
}

/// Class, subject and detail of the enhanced status code (RFC 3463) in a reply's words: at their beginning (RFC 2034), or as `(#5.3.4)`, as qmail
/// says it.
pub(super) fn enhanced_status(words: &str) -> Option<(u16, u16, u16)> {
    let first = words.split_whitespace().next().and_then(status);
    let qmails = || {
        let (code, _) = words.rsplit_once("(#")?.1.split_once(')')?;
        status(code)
    };
    first.or_else(qmails)
}

fn status(word: &str) -> Option<(u16, u16, u16)> {
    let mut parts = word.split('.').map(|part| part.parse::<u16>().ok());
    let (class, subject, detail) = (parts.next()??, parts.next()??, parts.next()??);
    let is_whole = matches!(class, 2 | 4 | 5) && parts.next().is_none();
    is_whole.then_some((class, subject, detail))
}

impl Trouble {
    /// The same with other words of the server.
    pub(super) fn with_words(self, change: impl Fn(&str) -> String) -> Self {
        let changed = |words: &HeaderText| HeaderText::clean(&change(words.as_str()));
        match &self {
            Self::Reply { code, words } => Self::Reply {
                code: *code,
                words: changed(words),
            },
            Self::Lost { words } => Self::Lost {
                words: changed(words),
            },
            Self::NoLogin { .. } | Self::Silence | Self::Stopped => self,
        }
    }
}

/// Whether the connection can be used for another mail after this.
pub(super) const fn leaves_connection_usable(trouble: &Trouble) -> bool {
    // 421: the server is closing the connection (RFC 5321 section 3.8).
    matches!(trouble, Trouble::Reply { code, .. } if *code != 421)
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Connect => "while connecting",
            Self::Login => "at login",
            Self::Sender => "at the sender",
            Self::Recipient => "at the recipient",
            Self::Data => "before the content",
            Self::Content => "within the content",
            Self::FinalDot => "after the content",
        })
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reply { code, words } => write!(formatter, "the server said {code} {words}"),
            Self::Lost { words } => write!(formatter, "the connection was lost: {words}"),
            Self::NoLogin { words } => words.fmt(formatter),
            Self::Silence => formatter.write_str("the server did not answer in time"),
            Self::Stopped => formatter.write_str("handoffd was stopped"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(code: u16) -> Trouble {
        Trouble::Reply {
            code,
            words: HeaderText::clean("words"),
        }
    }

    #[test]
    fn whose_trouble_a_temporary_no_is() {
        use Blame::{Destination, Recipient, Unclear};
        let said = |code: u16, words: &str| Trouble::Reply {
            code,
            words: HeaderText::clean(words),
        };
        let table = [
            (said(452, "4.2.2 mailbox full"), Recipient),
            (said(450, "4.2.0 greylisted, try again"), Recipient),
            (said(451, "4.7.1 greylisted, try again"), Recipient),
            (said(450, "mailbox busy"), Recipient),
            (said(451, "4.4.1 no answer from host"), Destination),
            (said(450, "4.1.2 host not found"), Destination),
            (said(450, "4.1.1 user not known yet"), Recipient),
            (said(452, "4.3.1 system storage"), Destination),
            (said(421, "closing"), Destination),
            (said(451, "later"), Unclear),
            (said(451, "4.4 is no status"), Unclear),
            (said(550, "5.1.1 no such user"), Recipient),
            (Trouble::Silence, Destination),
            (
                Trouble::Lost {
                    words: HeaderText::clean("end of file"),
                },
                Recipient,
            ),
        ];
        for (trouble, expected) in table {
            assert_eq!(blame(&trouble), expected, "{trouble:?}");
        }
    }

    #[test]
    fn a_failure_means_what_the_table_says() {
        use Stage::{Connect, Content, Data, FinalDot, Login, Recipient, Sender};
        use Verdict::{InDoubt, Permanent, Retry};
        let lost = Trouble::Lost {
            words: HeaderText::clean("end of file"),
        };
        let table = [
            (Connect, reply(554), Retry),
            (Connect, lost.clone(), Retry),
            (Login, reply(535), Retry),
            (
                Login,
                Trouble::NoLogin {
                    words: HeaderText::clean("no token"),
                },
                Retry,
            ),
            (Sender, reply(421), Retry),
            (Sender, reply(451), Retry),
            (Sender, reply(530), Retry),
            (Sender, reply(550), Permanent),
            (Recipient, reply(450), Retry),
            (Recipient, reply(550), Permanent),
            (Recipient, reply(552), Retry),
            (Recipient, Trouble::Silence, Retry),
            (Data, reply(503), Retry),
            (Data, reply(554), Permanent),
            (Data, lost.clone(), Retry),
            (Content, lost.clone(), Retry),
            (Content, Trouble::Stopped, Retry),
            (FinalDot, reply(451), Retry),
            (FinalDot, reply(552), Permanent),
            (FinalDot, reply(354), InDoubt),
            (FinalDot, lost, InDoubt),
            (FinalDot, Trouble::Silence, InDoubt),
            (FinalDot, Trouble::Stopped, InDoubt),
        ];
        for (stage, trouble, expected) in table {
            assert_eq!(verdict(stage, &trouble), expected, "{stage:?} {trouble:?}");
        }
    }
}
