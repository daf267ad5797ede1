//! Faults on real servers, under load: handoffd killed at random moments; Dovecot and Exim killed, stopped and restarted; connections cut
//! in mid-reply; the disk full; PostgreSQL killed, two machines for one mailbox and four for four killed and paused. After each storm everything is well again, and nothing is lost or doubled, counted from the mailboxes alone.
//!
//! `cargo test` runs the short forms, `make faults` the long one (500 kills). `FAULT_SEED` repeats the random moments of a run.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on says so by a panic, and lives in real time"
)]

mod mail_system;

use mail_system::chosen_store::postgres;

#[path = "faults/count.rs"]
mod count;
#[path = "faults/cutter.rs"]
mod cutter;
#[path = "faults/four_processes.rs"]
mod four_processes;
#[path = "faults/load.rs"]
mod load;
#[path = "faults/moments.rs"]
mod moments;
#[path = "faults/small_disk.rs"]
mod small_disk;
#[path = "faults/storms.rs"]
mod storms;
#[path = "faults/two_machines.rs"]
mod two_machines;
#[allow(dead_code, reason = "told for more stories than these")]
#[path = "gateway/world.rs"]
mod world;
