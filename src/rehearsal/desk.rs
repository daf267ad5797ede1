//! The desk that conversations are played on.

use crate::config::{Advance, Mode, Problem, Settings};
use crate::gateway::Office;
use crate::ticket::TokenKey;
use std::path::Path;

/// Loads settings, articles and templates for playing. What staff taught the daemon takes no part, and no key of the store is read, so
/// that a conversation ends the same way on every machine.
///
/// # Errors
/// Every problem found in any of them.
pub fn furnish(settings: &Path) -> Result<Office, Vec<Problem>> {
    furnish_with(Settings::load_without_secrets(settings)?)
}

/// The same for settings that are loaded already.
///
/// # Errors
/// Every problem found in articles or templates.
pub fn furnish_with(mut settings: Settings) -> Result<Office, Vec<Problem>> {
    if settings.automation.mode == Mode::Shadow {
        // Shadow decides as live does and holds back what would leave. Here nothing leaves anyway, and what would is the question.
        settings.automation.mode = Mode::Live;
    }
    // What an article has earned is on record at the desk alone. Here the question is what it does that has.
    settings.autonomy.advance = Advance::Off;
    Office::furnish(settings, TokenKey::new([7; 32]), &[])
}
