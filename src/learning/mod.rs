//! What do staff's confirmations teach? A **lesson** is a customer's request together with what a member said it means: an article's
//! intent, or none of them. Pure.
//!
//! Only a member teaches, by a word or an act that the desk has shown to be theirs; a customer's mail alone teaches nothing, however
//! often it is sent. Lessons are bounded in length, number and age, and each says who taught it, when, and in which ticket.

mod bounds;
mod held_back;
mod lesson;
mod request;
mod rules;
#[cfg(test)]
mod tests;

pub use bounds::{ARTICLE_MAX, InUse, NONE_MAX, Used, in_use, outdated, surplus, taught};
pub use held_back::{HeldBack, held_back};
pub use lesson::{Confirmation, Lesson, mail_reference};
pub use request::{Found, NoLesson, NotInWords, Request, request};
pub use rules::{Confirmed, lesson};
