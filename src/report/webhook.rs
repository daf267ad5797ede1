//! What is said in the log of webhooks.

use super::words::without_addresses;
use crate::config::WebhookName;
use crate::journal::JournalError;
use crate::webhook::Telling;
use jiff::Timestamp;
use tracing::{error, info, warn};

/// A receiver did not take something.
pub fn not_taken(webhook: &WebhookName, telling: &Telling, why: &str, due: Timestamp) {
    info!(
        event = "webhook-not-taken",
        %webhook,
        delivery = telling.id,
        ticket = %telling.ticket,
        why = without_addresses(why),
        %due,
        "a webhook was not told, and is tried again"
    );
}

/// It was tried for long enough.
pub fn given_up(webhook: &WebhookName, telling: &Telling, why: &str) {
    warn!(
        event = "webhook-given-up",
        %webhook,
        delivery = telling.id,
        ticket = %telling.ticket,
        why = without_addresses(why),
        "a webhook was not told, and is not tried any more"
    );
}

/// What was as old as it went with it.
pub fn given_up_with_it(webhook: &WebhookName, count: usize) {
    warn!(
        event = "webhook-given-up",
        %webhook,
        count,
        "a webhook was not told these either, and is not told any more: they are as old"
    );
}

/// What webhooks were to be told that the settings do not name any more.
pub fn dropped(count: usize) {
    warn!(
        event = "webhook-dropped",
        count, "webhooks that the settings do not name any more are not told what waited for them"
    );
}

/// The store failed.
pub fn store_failed(why: &JournalError) {
    error!(event = "webhook-store-failed", "{why}");
}
