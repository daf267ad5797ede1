//! What was the week like? For the admin, and shorter for each team: what was handled, what went well and what did not, what people ask that no
//! article answers, and which articles may do more. What follows from it is a numbered suggestion, and a reply `YES 3` is enough.
//!
//! Pure: figures and questions are read off tickets that are passed in; [`crate::compose`] puts them into words, [`crate::gateway`] sees to it that a
//! letter leaves once a week and carries out what was said yes to. Reads hostile input: what customers asked, and replies.

mod account;
mod asked;
pub(crate) mod chart;
mod due;
mod proposal;
mod reply;
mod suggestion;

pub use account::{Account, Decided, Gathering, Instance, WentWrong};
pub use asked::{Asked, Gap};
pub use due::{Schedule, week_before};
pub use proposal::NewArticle;
pub use reply::{Says, Word, words_of};
pub use suggestion::{Came, LetterAnswer, SentLetter, Suggestion, ways_of};

#[cfg(test)]
pub(crate) mod tests;
