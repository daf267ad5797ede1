//! `handoffd explain`: what would be decided, why, and the mails that would leave. No network, no store.

use super::{Common, Failure};

/// Its arguments.
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// Mails: `.eml`, mbox, Maildir, a folder of these, or `-`
    #[arg(required = true)]
    paths: Vec<std::path::PathBuf>,
}

pub(super) fn run(_common: &Common, _arguments: &Arguments) -> Result<(), Failure> {
    todo!()
}
