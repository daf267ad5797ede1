//! Logins by token, against a Dovecot and an Exim that ask a token server of ours about each token, and against token servers that misbehave.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on says so by a panic, and lives in real time"
)]

mod mail_system;

#[path = "gateway/world.rs"]
#[allow(dead_code, reason = "these stories use a part of its words")]
mod world;

#[path = "oauth2/hostile.rs"]
mod hostile;
#[path = "oauth2/keeping.rs"]
mod keeping;
#[path = "oauth2/login.rs"]
mod login;
#[path = "oauth2/sasl.rs"]
mod sasl;
#[path = "oauth2/stories.rs"]
mod stories;
#[path = "oauth2/token_server.rs"]
mod token_server;
