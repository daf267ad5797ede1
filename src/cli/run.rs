//! `handoffd run`: the daemon, in the foreground.

use super::{Common, Failure};

pub(super) fn run(_common: &Common) -> Result<(), Failure> {
    todo!()
}
