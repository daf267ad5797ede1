//! The page, on the real daemon: what it shows of mails that come in, who may look and act, what is refused, and how it looks in a real browser.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on says so by a panic, and lives in real time"
)]

mod mail_system;

#[path = "page/browser.rs"]
mod browser;
#[path = "page/client.rs"]
mod client;
#[path = "page/door.rs"]
mod door;
#[path = "page/drafts.rs"]
mod drafts;
#[path = "page/story.rs"]
mod story;
#[path = "page/week.rs"]
mod week;
#[path = "gateway/world.rs"]
#[allow(dead_code, reason = "the words of other stories as well")]
mod world;
