//! handoffd watches a support mailbox, answers the routine requests with approved text, and hands
//! everything else to a person, with all that the person needs, while telling the customer what happens next.
//!
//! The modules stand in the order in which a mail meets them. Everything from [`mail`] to [`compose`] is pure:
//! no clock, no files, no network; the same mail, settings, articles and history give the same bytes.

pub mod autonomy;
mod chance;
pub mod clock;
pub mod config;
mod https;
pub mod knowledge;
mod network;
mod task;
mod tls;

pub mod compose;
pub mod decide;
pub mod desk;
pub mod inbox;
pub mod journal;
pub mod learning;
pub mod lookup;
pub mod mail;
pub mod oauth2;
pub mod outbox;
pub mod sender_checks;
pub mod ticket;
pub mod trust;
pub mod understand;
pub mod watch;
pub mod webhook;

pub mod gateway;
pub mod letter;
pub mod numbers;
mod plot;
pub mod rehearsal;
pub mod replay;

pub mod cli;
pub mod control;
pub mod page;
pub mod report;

#[cfg(test)]
mod simulation;
