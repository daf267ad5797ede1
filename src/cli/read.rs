//! `handoffd read`: what a mail says.

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
