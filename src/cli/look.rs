//! `handoffd status`, `tickets`, `ticket`, `outbox`, …: look into the running daemon, or into its store.

use super::{Common, Failure};

/// The verbs that look.
#[derive(clap::Subcommand, Debug)]
pub(super) enum Verb {
    /// How it goes
    Status,
}

pub(super) fn run(_common: &Common, _verb: &Verb) -> Result<(), Failure> {
    todo!()
}
