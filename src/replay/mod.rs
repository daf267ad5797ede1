//! What would this desk have done with last year's mail? Every mail of an old mailbox in the order of time, tickets and all, with the daemon's own way
//! of handling a mail, a journal in memory and the mails' own time. What people really answered is noted when they did, and compared.
//!
//! Promise: nothing leaves, no server is asked, no store is opened, and the same mails, settings and articles give the same result. Reads hostile
//! input: all of it is mail. What comes of it is plain text of one line each, safe on a terminal; `html.rs` escapes it.

mod comparison;
mod figures;
mod html;
mod mailbox;
mod play;
mod plot;
mod replaced;
mod saving;
mod table;

pub use comparison::{Changed, Comparison, compare};
pub use figures::{Figures, figures};
pub use html::page;
pub use mailbox::{OldMail, OldMailbox};
pub use play::{Replayed, Turn, replay};
pub use saving::{NotSaved, Saved, conversations, worth_a_look};
pub use table::table;

use crate::config::IntentName;
use crate::mail::HeaderText;

/// One line of somebody else's text, safe on a terminal, and no longer than this.
fn one_line(text: &str, longest_characters: usize) -> String {
    let clean = HeaderText::clean(text);
    if clean.as_str().chars().count() <= longest_characters {
        return clean.as_str().to_owned();
    }
    let kept = clean
        .as_str()
        .chars()
        .take(longest_characters.saturating_sub(1));
    kept.chain(['…']).collect()
}

/// How a mail stood to the article nearest to it.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Nearest {
    /// The article.
    #[serde(serialize_with = "as_text")]
    pub intent: IntentName,
    /// How sure it was, 0 to 1.
    pub confidence: f64,
    /// From where on its text is sent.
    pub send_threshold: f64,
    /// From where on it is proposed to staff.
    pub suggest_threshold: f64,
}

fn as_text<T: std::fmt::Display, S: serde::Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
