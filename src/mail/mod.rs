//! What does a mail say? Bytes become a [`Mail`]: who wrote, what is new, what is quoted; person, robot, list or bounce.
//!
//! Reads hostile input. Reading never fails and never panics: what is odd is named in [`Mail::oddities`], and what cannot
//! be read at all still yields a value that a person gets to see.

mod address;
mod attachments;
mod authentication;
mod bounce;
mod bounds;
mod calendar;
mod contents;
mod envelope;
mod forward;
// Compiled with the tests as well, so that it stays true between two runs of the fuzzers.
#[cfg(any(test, fuzzing))]
#[allow(missing_docs, clippy::missing_panics_doc)]
pub mod fuzzed;
mod headers;
mod html;
mod identity;
mod kind;
mod protection;
mod quote;
mod reader;
mod signed;
mod structure;
mod text;
mod tnef;

pub(crate) use kind::is_for_machines;

pub use address::{Address, AddressError, HeaderText, Mailbox, MessageId, is_invisible_control};

pub use authentication::{AuthenticationResults, MethodResult};
pub(crate) use headers::addresses_in_text;

use crate::lookup::LookedUp;
use jiff::Timestamp;
use std::borrow::Cow;
use std::fmt;

/// What decides whether two fetched mails are the same mail: a hash over Message-ID and body, or over the mail as
/// it was written where there is no Message-ID. Not the Message-ID alone: a stranger who re-uses one must not make a mail vanish.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MailIdentity(pub [u8; 32]);

impl fmt::Display for MailIdentity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for MailIdentity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")
    }
}

/// A mail as read. All text in it is data of a stranger, whatever it says.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Recognises the mail when it is met again.
    pub identity: MailIdentity,
    /// `Message-ID`, where there is a usable one.
    pub message_id: Option<MessageId>,
    /// `In-Reply-To`, in order.
    pub in_reply_to: Vec<MessageId>,
    /// `References`, in order, bounded.
    pub references: Vec<MessageId>,
    /// The first mailbox of the first `From`; `None` where none can be read.
    pub from: Option<Mailbox>,
    /// Whether `From` names one sender. RFC 5322 allows several; what they are trusted with hangs on it.
    pub authorship: Authorship,
    /// `Reply-To`.
    pub reply_to: Vec<Mailbox>,
    /// Who filled in a form on a web page, where the mail is one: the form mails from a no-reply address and names them in
    /// `Reply-To`. Nothing shows that it is true.
    pub form_writer: Option<Mailbox>,
    /// `To`. (A token may stand only in [`Mail::delivered_to`].)
    pub to: Vec<Mailbox>,
    /// `Cc`.
    pub cc: Vec<Mailbox>,
    /// Envelope recipients that the server noted (`Delivered-To`, `X-Original-To`, `Envelope-To`).
    pub delivered_to: Vec<Address>,
    /// `Subject`, decoded.
    pub subject: HeaderText,
    /// `Date`, where it can be read. Never used to decide which mail is new.
    pub date: Option<Timestamp>,
    /// What kind of sender wrote this.
    pub sender_kind: SenderKind,
    /// How sure the kind is.
    pub kind_proof: KindProof,
    /// What decided the kind; never empty unless a person wrote.
    pub sender_evidence: Vec<Evidence>,
    /// Whether an automatic mail may answer it (RFC 3834 section 2).
    pub may_auto_reply: bool,
    /// The body as text, taken apart.
    pub body: Body,
    /// Every attachment, in order.
    pub attachments: Vec<Attachment>,
    /// Who wrote originally, where this is a forwarded mail.
    pub forwarded_from: Option<Forwarded>,
    /// What a bounce says, where this is one.
    pub bounce: Option<Bounce>,
    /// What a complaint report says, where this is one.
    pub feedback: Option<FeedbackReport>,
    /// Signed or encrypted.
    pub protection: Protection,
    /// What is odd about it, one sentence each.
    pub oddities: Vec<Oddity>,
    /// What servers say about who sent it, the topmost first. Anybody can write such a field.
    pub authentication: Vec<AuthenticationResults>,
    /// What we found ourselves about who sent it, where we looked. No mail can say this.
    pub checked: Option<AuthenticationResults>,
    /// What lookups said about who writes, where any was asked. No mail can say this.
    pub looked_up: Vec<LookedUp>,
    /// How much of it was fetched.
    pub extent: Extent,
    /// Size of the raw mail in bytes.
    pub size_bytes: usize,
}

/// How much of a mail we have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    #[default]
    Whole,
    /// Only its headers: it is larger than the limit and stays on the server.
    HeadersOnly,
}

/// How sure it is that a machine wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KindProof {
    /// As its form shows.
    #[default]
    Shown,
    /// It asks for no automatic answers, or bears a mark that a machine leaves on mail of people as well: nothing automatic answers it,
    /// and a person must see it.
    Suspected,
}

/// How many senders a mail names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Authorship {
    /// One, or none.
    #[default]
    Single,
    /// Several in one `From`, or several `From` fields: programs differ in whom they show.
    Several,
}

/// The reader of mails. It knows who we are, so that it recognises our own mails.
#[derive(Clone, Default)]
pub struct Reader {
    /// Our own address: what comes from it is [`SenderKind::Own`].
    pub support: Option<Address>,
    /// The key of the loop mark on all that we send; without it no mark is trusted.
    pub key: Option<crate::ticket::TokenKey>,
}

/// The text of a mail, elided, never deleted: the parts are kept apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// All of it, as text.
    pub text: String,
    /// What is new in this mail. Between inline answers stands what they answer, each such line begun by `>`.
    pub reply_text: String,
    /// What it quotes of earlier mails.
    pub quoted_text: String,
    /// The signature of the writer.
    pub signature: String,
}

impl Mail {
    /// Whose words these are, as far as the mail says: who filled in the form, else the sender.
    #[must_use]
    pub fn writer(&self) -> Option<&Mailbox> {
        self.form_writer.as_ref().or(self.from.as_ref())
    }
}

impl Body {
    /// What the writer wrote: the new text without the lines that only show what is answered.
    #[must_use]
    pub fn own_words(&self) -> Cow<'_, str> {
        let is_context = |line: &str| line.trim_start().starts_with('>');
        if !self.reply_text.lines().any(is_context) {
            return Cow::Borrowed(&self.reply_text);
        }
        let own: Vec<&str> = self
            .reply_text
            .lines()
            .filter(|line| !is_context(line))
            .collect();
        Cow::Owned(own.join("\n"))
    }
}

/// Who is behind a mail, by its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SenderKind {
    /// Somebody typed it.
    Person,
    /// A machine answered (RFC 3834 `auto-replied`, vacation programs, other ticket systems).
    AutoReply,
    /// A delivery report (RFC 3464) or a free-text one.
    Bounce,
    /// A complaint report (RFC 5965).
    FeedbackReport,
    /// A mailing list.
    List,
    /// Bulk mail and newsletters.
    Bulk,
    /// Sent by ourselves.
    Own,
}

impl SenderKind {
    /// The name in the command line's JSON (contract: `read --json`).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::AutoReply => "auto-reply",
            Self::Bounce => "bounce",
            Self::FeedbackReport => "feedback-report",
            Self::List => "list",
            Self::Bulk => "bulk",
            Self::Own => "own",
        }
    }
}

/// What was seen, and where: the header or part by name, and its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Where it stood: a header's name, `body`, `subject`, `attachment`.
    pub place: String,
    /// The words, made safe for one line.
    pub words: HeaderText,
}

impl Evidence {
    /// Evidence from a place, its words made safe.
    #[must_use]
    pub fn new(place: &str, words: &str) -> Self {
        Self {
            place: place.to_owned(),
            words: HeaderText::clean(words),
        }
    }
}

/// A file that came with a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its file name, without any folder; empty where it has none.
    pub name: HeaderText,
    /// Its media type, `type/subtype` in lower case.
    pub media_type: String,
    /// Shown inside the text (an embedded image), not beside it.
    pub inline: bool,
    /// The decoded bytes.
    pub content: Vec<u8>,
}

/// The original of a forwarded mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forwarded {
    /// Who wrote it.
    pub from: Mailbox,
    /// To whom.
    pub to: Vec<Mailbox>,
    /// When, as it stands there: mail programs write dates in the words of their languages.
    pub date: HeaderText,
    /// Its subject.
    pub subject: HeaderText,
    /// Its text.
    pub text: String,
}

/// What a delivery report says (RFC 3464).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounce {
    /// The recipient that it is about.
    pub recipient: Option<Address>,
    /// The enhanced status code (RFC 3463), `5.1.1`.
    pub status: Option<String>,
    /// What became of the mail.
    pub action: BounceAction,
    /// The Message-ID of the mail that bounced.
    pub original_message_id: Option<MessageId>,
}

impl Bounce {
    /// Whether the mail came back because of its size: larger than a system (x.3.4) or a mailbox (x.2.3) takes (RFC 3463).
    #[must_use]
    pub fn is_for_size(&self) -> bool {
        matches!(self.status.as_deref(), Some("5.3.4" | "5.2.3"))
    }
}

/// What a complaint report says (RFC 5965).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedbackReport {
    /// `abuse`, `opt-out`, `fraud` …
    pub feedback_type: HeaderText,
    /// Who complained, where the provider did not black it out.
    pub complainer: Option<Address>,
    /// The Message-ID of the mail complained about.
    pub original_message_id: Option<MessageId>,
}

/// RFC 3464 section 2.3.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BounceAction {
    /// Given up.
    Failed,
    /// Still trying.
    Delayed,
    /// Arrived, passed on or expanded.
    Delivered,
}

impl BounceAction {
    /// The word of RFC 3464.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Delayed => "delayed",
            Self::Delivered => "delivered",
        }
    }
}

/// Whether the mail's text is open to us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protection {
    /// Plain mail.
    #[default]
    None,
    /// Signed (S/MIME or OpenPGP); readable.
    Signed,
    /// Encrypted: only a person with the key can read it.
    Encrypted,
}

/// One odd thing about a mail, as a sentence for staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity(pub String);
