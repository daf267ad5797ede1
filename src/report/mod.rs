//! The operator's words: one function per event, each a fixed sentence in the log, so that a log can be searched.
//! Nothing of a mail's text is logged; addresses and subjects go through types that made them safe.

pub mod gateway;
pub mod inbox;
pub mod oauth2;
pub mod outbox;
