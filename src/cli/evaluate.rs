//! `handoffd evaluate`: labelled mails or phrases against what is configured.

use super::{Common, Failure};

/// Its arguments.
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    // two forms: `desk --mails FILE`, `intents --train FILE --test FILE`
}

pub(super) fn run(_common: &Common, _arguments: &Arguments) -> Result<(), Failure> {
    todo!()
}
