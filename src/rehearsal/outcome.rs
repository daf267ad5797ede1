//! What came of a conversation: each step with its decision and the mails that left, and where it differs from what was expected.

use super::conversation::Whom;
use crate::compose::Purpose;
use crate::mail::{Address, MessageId};
use crate::ticket::TicketId;
use jiff::Timestamp;

/// A conversation that was played.
#[derive(Clone, Debug)]
pub struct Played {
    /// Its steps, as far as they came.
    pub steps: Vec<PlayedStep>,
    /// Where it differs; empty where all is well.
    pub differences: Vec<Difference>,
}

/// A step that was played.
#[derive(Clone, Debug)]
pub struct PlayedStep {
    /// Its number, from 1.
    pub number: usize,
    /// Its line in the file.
    pub line: usize,
    /// Who acted, in a few words.
    pub who: String,
    /// When.
    pub at: Timestamp,
    /// The decision by its word; empty where there was none to make.
    pub decision: String,
    /// The rule that decided, and its sentence.
    pub reason: Option<(&'static str, String)>,
    /// The ticket that it belongs to, or would have opened.
    pub ticket: Option<TicketId>,
    /// What the ticket's story gained by it, one line an event, as `handoffd ticket` tells it.
    pub story: Vec<String>,
    /// The mails that left by it.
    pub mails: Vec<Left>,
}

/// A mail that left.
#[derive(Clone, Debug)]
pub struct Left {
    /// To whom it was written.
    pub to: Whom,
    /// What for.
    pub purpose: Purpose,
    /// Its Message-ID.
    pub message_id: MessageId,
    /// Envelope recipients.
    pub recipients: Vec<Address>,
    /// Whether its envelope sender is null, as that of automatic mail is.
    pub has_null_sender: bool,
    /// Its subject, as a mail program shows it.
    pub subject: String,
    /// Its text, as a mail program shows it.
    pub text: String,
    /// The exact bytes.
    pub bytes: Vec<u8>,
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The step, from 1.
    pub step: usize,
    /// The line in the file: of the expectation, or of the step where it is about what must always hold.
    pub line: usize,
    /// What was looked at: `decision`, `rule`, `mails`, `says`, `never_says`, `records`, `always`, `step`.
    pub what: &'static str,
    /// What was expected.
    pub expected: String,
    /// What came instead.
    pub got: String,
}
