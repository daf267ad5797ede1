//! The operator's words: one function per event, each a fixed sentence in the log, so that a log can be searched.
//! Nothing of a mail is logged: no text, no subject, no address, and none that a server quotes.

pub mod gateway;
pub mod inbox;
pub mod lookup;
pub mod oauth2;
pub mod outbox;
pub mod webhook;
mod words;

pub(crate) use words::without_addresses;
