//! `handoffd check`: every problem of settings, articles and templates, with file, line, column and remedy.

use super::{Common, Failure};

/// Its arguments.
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// Also log in to the IMAP and SMTP servers
    #[arg(long)]
    online: bool,
}

pub(super) fn run(_common: &Common, _arguments: &Arguments) -> Result<(), Failure> {
    todo!()
}
