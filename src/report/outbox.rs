//! What the operator reads about mails that leave. Mails are named by Message-ID, ticket and purpose; no text of theirs.

use super::words::without_addresses;
use crate::journal::{AttemptOutcome, DoubtVerdict, EffectRecord, JournalError, purpose_word};
use crate::mail::MessageId;
use tracing::{error, info, warn};

/// An attempt came to an end.
pub fn attempt_ended(record: &EffectRecord, outcome: &AttemptOutcome) {
    let mail = &record.message_id;
    let purpose = purpose_word(record.purpose);
    let attempt = record.attempts;
    let ticket = (record.ticket.as_ref()).map_or_else(String::new, ToString::to_string);
    match outcome {
        AttemptOutcome::Sent => info!(%mail, purpose, %ticket, attempt, "mail sent"),
        AttemptOutcome::PartlySent {
            remaining,
            lost,
            why,
            ..
        } => {
            warn!(%mail, purpose, %ticket, attempt, remaining = remaining.len(), lost = lost.len(), why = without_addresses(why), "mail not sent to all");
        }
        AttemptOutcome::Later { due, why } => {
            warn!(%mail, purpose, %ticket, attempt, next = %due, why = without_addresses(why), "mail waits for another attempt");
        }
        AttemptOutcome::GivenUp { why } => {
            warn!(%mail, purpose, %ticket, attempt, why = without_addresses(why), "mail given up, staff are told");
        }
        AttemptOutcome::TooLarge { why, .. } => {
            warn!(%mail, purpose, %ticket, attempt, why = without_addresses(why), "mail too large for the server, staff are told");
        }
        AttemptOutcome::InDoubt { why } => {
            warn!(%mail, purpose, %ticket, attempt, why = without_addresses(why), "mail in doubt, its copy is waited for");
        }
    }
}

/// An effect in doubt was decided about.
pub fn doubt_resolved(record: &EffectRecord, verdict: &DoubtVerdict) {
    let mail = &record.message_id;
    match verdict {
        DoubtVerdict::SendAgain { why, .. } => {
            warn!(%mail, why = without_addresses(why), "mail in doubt is sent again")
        }
        DoubtVerdict::GiveUp { why } => {
            error!(%mail, why = without_addresses(why), "mail in doubt given up, staff are told");
        }
    }
}

/// The server cannot be used.
pub fn server_unreachable(host: &str, port: u16, why: &str) {
    warn!(
        host,
        port,
        why = without_addresses(why),
        "the SMTP server cannot be used, mails wait"
    );
}

/// The journal failed.
pub fn store_failed(why: &JournalError) {
    error!(%why, "the outbox cannot use the journal and waits");
}

/// The journal failed in the middle of an attempt.
pub fn left_in_doubt(mail: &MessageId, why: &JournalError) {
    error!(%mail, why = without_addresses(why), "mail left in doubt because the journal failed");
}

/// An effect was taken up that somebody else has settled.
pub fn not_waiting(why: &str) {
    info!(why = without_addresses(why), "mail left alone");
}
