//! What the operator reads about the journal.

use crate::journal::JournalError;
use std::path::Path;
use tracing::{error, info};

/// It was opened.
pub fn opened(folder: &Path) {
    info!(folder = %folder.display(), "journal opened");
}

/// It failed.
pub fn failed(why: &JournalError) {
    error!(%why, "the journal failed");
}
