//! Do conversations still end as the admin wrote them down? Each is played on a desk of its own: the real settings, articles and
//! templates, the daemon's own way of handling a mail, a journal in a temporary folder, and a clock that the conversation sets. What
//! leaves counts as sent at once; no server is asked.
//!
//! `docs/testing.md` tells how a conversation is written.

mod conversation;
mod desk;
mod expect;
mod format;
mod invariants;
pub(crate) mod letter;
pub(crate) mod mailboxes;
mod outcome;
mod play;
mod tapped;
mod temporary;

pub use conversation::{
    Act, Conversation, Expected, ExpectedMail, Lies, Origin, Person, Post, Step, Thread, Wanted,
    Whom, Words, Written,
};
pub use desk::{furnish, furnish_with};
pub use format::{read, read_folder, read_text};
pub use outcome::{Difference, Left, Played, PlayedStep};
pub use play::{PlayError, Stage, play};
pub(crate) use temporary::TemporaryFolder;
