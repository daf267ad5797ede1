//! What do other programs know about who writes? Each `[[lookup]]` is asked before a mail is judged, all side by side, and what they said is
//! recorded with the mail, so that judging asks nobody. Promises: it ends within the time limit of each; nothing of a mail becomes an argument, a
//! path or a URL; that there is no answer is an answer, with its reason. Reads hostile input: the answers, in `answer.rs`.

mod answer;
mod ask;
mod breaker;
mod cache;
mod command;
mod found;
mod question;
#[cfg(test)]
mod tests;
mod web;

pub use ask::{Failing, Lookups};
pub use found::{Found, LookedUp, not_asked};
pub use question::{Question, Shown};

/// The largest answer.
const ANSWER_MAX_BYTES: usize = 64 * 1024;
