//! What is kept of a confirmation.

use crate::config::{IntentName, Language};
use crate::mail::{Address, MailIdentity};
use crate::ticket::TicketId;
use crate::understand::Taught;
use jiff::Timestamp;

/// A customer's request with what a member said it means. A mail teaches one thing: a later confirmation replaces an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// The customer's mail that it was learned from.
    pub mail: MailIdentity,
    /// The ticket of that mail.
    pub ticket: TicketId,
    /// The customer's sentence that carries the request.
    pub text: String,
    /// The language it is in.
    pub language: Language,
    /// What it means; `None`: what no article covers.
    pub intent: Option<IntentName>,
    /// By what it was confirmed.
    pub how: Confirmation,
    /// Who confirmed it.
    pub member: Address,
    /// When.
    pub at: Timestamp,
}

/// By what a lesson was confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// A member wrote `INTENT` and a name.
    Named,
    /// A member said `OK` to a draft, or sent it with changes that kept most of it.
    Approved,
    /// A member answered by hand with an article's own text.
    AnsweredAsArticle,
    /// A member answered by hand what no article was near to.
    AnsweredByHand,
}

impl Confirmation {
    /// Every way.
    pub const ALL: [Self; 4] = [
        Self::Named,
        Self::Approved,
        Self::AnsweredAsArticle,
        Self::AnsweredByHand,
    ];

    /// The word for it in records and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::Approved => "approved",
            Self::AnsweredAsArticle => "answered-as-article",
            Self::AnsweredByHand => "answered-by-hand",
        }
    }
}

impl Lesson {
    /// The digits of the reference by which people name it.
    pub const REFERENCE_DIGITS: usize = 12;

    /// The reference by which people name it: the first digits of its mail's identity.
    #[must_use]
    pub fn reference(&self) -> String {
        mail_reference(self.mail)
    }

    /// The same as an example.
    #[must_use]
    pub fn taught(&self) -> Taught {
        Taught {
            text: self.text.clone(),
            language: self.language.clone(),
            intent: self.intent.clone(),
        }
    }
}

/// The reference of the lesson of a mail.
#[must_use]
pub fn mail_reference(mail: MailIdentity) -> String {
    let whole = mail.to_string();
    whole.chars().take(Lesson::REFERENCE_DIGITS).collect()
}
