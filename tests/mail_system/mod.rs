//! A throw-away mail system for tests and the demo: Dovecot and Exim4 as instances of their own, without systemd, on loopback,
//! under one folder in `/tmp`, with a certificate authority of their own.
//!
//! Promise: nothing outlives the program that started it. [`MailSystem`] ends its servers when it is dropped, also on a
//! panic; a leash process does the same when the program is killed or when the system lives in a `static`.
#![allow(dead_code, unused_imports)] // each test file uses its own part

pub mod certificates;
#[path = "../chosen_store/mod.rs"]
pub mod chosen_store;
mod daemon;
mod desk;
mod imap_client;
mod leash;
mod mailbox;
mod name_server;
mod servers;
mod smtp_client;
mod writing;

pub use daemon::{Asker, Handoffd, Startup};
pub use desk::{Desk, demo_folder, set};
pub use imap_client::{ImapClient, Protection};
pub use mailbox::{Attached, StoredMail};
pub use name_server::NameServer;
pub use servers::{Account, MailSystem, Ports, Server, TokenLogins};
pub use smtp_client::{Envelope, SmtpClient, SmtpFailure};
pub use writing::Letter;

use std::time::{Duration, Instant};

/// How long a test waits for something that must happen. Far above what it takes, so that a loaded machine fails no test.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// Waits until `look` finds something; looks every 20 ms. This waits for a condition, it never assumes a duration.
pub fn wait_until<T>(
    what: &str,
    patience: Duration,
    mut look: impl FnMut() -> Option<T>,
) -> Result<T, String> {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(found) = look() {
            return Ok(found);
        }
        if Instant::now() >= deadline {
            return Err(format!("waited {} s for {what}", patience.as_secs()));
        }
        std::thread::park_timeout(Duration::from_millis(20));
    }
}
