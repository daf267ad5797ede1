//! What lookups say in the log. Nothing of what they found.

use super::words::without_addresses;
use crate::config::LookupName;
use tracing::{info, warn};

/// A lookup gave no answer about a mail.
pub fn not_available(lookup: &LookupName, why: &str) {
    info!(
        event = "lookup-not-available",
        %lookup,
        why = without_addresses(why),
        "a lookup gave nothing for a mail, which goes on without it"
    );
}

/// An answer holds what is not taken.
pub fn dropped(lookup: &LookupName, what: &str) {
    warn!(
        event = "lookup-field-dropped",
        %lookup,
        what = without_addresses(what),
        "a lookup said more than its settings take"
    );
}
