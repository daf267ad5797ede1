//! The whole gateway, end to end: the real program on a real IMAP and SMTP server, seen only from outside, by mail.
//!
//! Tests of one running desk share it, each with customers of its own; tests that break something have a desk of their own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on says so by a panic, and lives in real time"
)]

mod mail_system;

#[path = "gateway/on_postgres.rs"]
mod on_postgres;
#[path = "gateway/world.rs"]
mod world;

#[path = "gateway/answers.rs"]
mod answers;
#[path = "gateway/autonomy.rs"]
mod autonomy;
#[path = "gateway/broken_links.rs"]
mod broken_links;
#[path = "gateway/control.rs"]
mod control;
#[path = "gateway/crashes.rs"]
mod crashes;
#[path = "gateway/learning.rs"]
mod learning;
#[path = "gateway/letter.rs"]
mod letter;
#[path = "gateway/lookups.rs"]
mod lookups;
#[path = "gateway/loops.rs"]
mod loops;
#[path = "gateway/mailboxes.rs"]
mod mailboxes;
#[path = "gateway/oversize.rs"]
mod oversize;
#[path = "gateway/poison.rs"]
mod poison;
#[path = "gateway/privacy.rs"]
mod privacy;
#[path = "gateway/promises.rs"]
mod promises;
#[path = "gateway/reload.rs"]
mod reload;
#[path = "loops/responder.rs"]
mod responder;
#[path = "gateway/sender_checks.rs"]
mod sender_checks;
#[path = "gateway/sent_folder.rs"]
mod sent_folder;
#[path = "gateway/staff.rs"]
mod staff;
#[path = "gateway/store.rs"]
mod store;
#[path = "gateway/tickets.rs"]
mod tickets;
#[path = "gateway/trouble.rs"]
mod trouble;
#[path = "gateway/web_server.rs"]
mod web_server;
#[path = "gateway/webhooks.rs"]
mod webhooks;
